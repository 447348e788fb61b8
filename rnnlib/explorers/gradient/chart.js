// The chart: what reaches back, a curve a kind, over time, on a log scale; below it where states saturate. Pure.
import { esc, n, text } from "../shared/svg.js";

const FLOOR = Math.log10(2 ** -149); // the smallest number that float32 has
const [LEAST, MOST] = [-6, 1]; // powers of ten that are shown at least
const NARROW = 500; // below this width names stand under the chart alone
const STRIP = 13; // units, of one kind's row of saturation
const APART = 16; // units between two names

/** The power of ten of a number: -Infinity of 0, null of nan. */
export const powerOf = (number) => (Number.isNaN(number) ? null : Math.log10(number));

/** The powers between which the curves lie, in whole steps that do not jump with every move. */
export function rangeOf(curves) {
  const powers = curves.flatMap(({ x }) => Array.from(x, powerOf)).filter((power) => Number.isFinite(power));
  const [low, high] = [Math.min(LEAST, ...powers), Math.max(MOST, ...powers)];
  const step = [1, 2, 5, 10, 20, 50, 100].find((one) => (high - low) / one <= 8) ?? 100;
  return { step, from: Math.floor(low / step) * step, to: Math.ceil(high / step) * step };
}

/** Where everything stands in so much width: `x(step)`, `y(power)`, and back: `stepAt(x)`. */
export function placesOf({ seq_len, curves }, width) {
  const narrow = width < NARROW;
  const { step, from, to } = rangeOf(curves);
  const [left, right, top] = [narrow ? 14 : 74, width - (narrow ? 78 : 62), 24];
  const height = narrow ? 230 : 248;
  const bottom = top + height;
  const strips = bottom + 36;
  const pitch = (right - left) / Math.max(1, seq_len - 1);
  return {
    ...{ width, narrow, step, from, to, left, right, top, bottom, strips, seq_len },
    height: strips + curves.length * STRIP + 8,
    x: (time) => (seq_len === 1 ? right : left + time * pitch),
    y: (power) => bottom - ((Math.max(from, Math.min(to, power)) - from) / (to - from)) * height,
    stepAt: (x) => Math.max(0, Math.min(seq_len - 1, Math.round((x - left) / pitch))),
  };
}

/** A power of ten as it is written: 1 and 10 as they are. */
export const powerSaid = (power) => (power === 0 ? "1" : power === 1 ? "10" : `1e${power}`);

/** A number with two digits, however small. */
export function said(number) {
  if (number === 0) return "0";
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : "inf";
  const power = Math.floor(Math.log10(number));
  if (power >= -3 && power < 4) return String(Number(number.toPrecision(2)));
  return Number(number.toPrecision(2)).toExponential().replace("e+", "e");
}

/** The steps that are named below: the ends, and round ones between that have room. */
export function ticksOf({ seq_len, left, right }) {
  const room = Math.max(1, Math.floor((right - left) / 70));
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 5000].find((one) => (seq_len - 1) / one <= room) ?? 10000;
  const last = seq_len - 1;
  const round = Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
  return [...round.filter((one) => one === 0 || last - one > step / 2), ...(last ? [last] : [])];
}

/** The axes: powers of ten at the right, where the gradient sets out; steps below; where float32 ends. */
export function axesOf(places) {
  const { left, right, top, bottom, from, to, step, x, y, narrow } = places;
  const parts = [];
  for (let power = from; power <= to; power += step) {
    const at = n(y(power));
    parts.push(`<path class="rule" d="M${left} ${at}H${right}"/>`, text(right + 10, at + 4, powerSaid(power)));
  }
  if (from < FLOOR) {
    const at = n(y(FLOOR));
    parts.push(
      `<path class="beneath" d="M${left} ${at}H${right}V${bottom}H${left}Z"/><path class="floor" d="M${left} ${at}H${right}"/>`,
      text(
        right - 6,
        at + 15,
        narrow ? "0 in float32" : "0 in float32, which ends at 1.4e-45",
        "end",
        'class="floored"',
      ),
    );
  }
  for (const time of ticksOf(places)) {
    parts.push(`<path class="tick" d="M${n(x(time))} ${bottom}v5"/>`, text(x(time), bottom + 18, time, "middle"));
  }
  const middle = (left + right) / 2;
  const back = narrow ? "← back in time" : "← back in time, step by step";
  parts.push(text(middle, bottom + 32, back, "middle", 'class="name" data-symbol="seq_len"'));
  parts.push(
    text(right, 14, narrow ? "‖ ∂ output[-1] / ∂ x[t] ‖" : "‖ ∂ output[-1].sum() / ∂ x[t] ‖", "end", 'class="code"'),
  );
  parts.push(`<path class="source" d="M${n(right)} ${top}V${bottom}"/>`);
  return parts.join("");
}

/** A curve through all its numbers; where one is 0, infinite or nan, it stops. */
export function pathOf({ x: numbers }, { x, y }) {
  let pen = "M";
  const parts = [];
  numbers.forEach((number, time) => {
    const power = powerOf(number);
    if (power === null || !Number.isFinite(power)) {
      pen = "M";
      return;
    }
    parts.push(`${pen}${n(x(time))} ${n(y(power))}`);
    pen = "L";
  });
  return parts.join("");
}

/** Where each curve arrives: its name at step 0, moved apart where two would lie over one another. */
export function namesOf(curves, { left, y, top, bottom, from }) {
  const ends = curves
    .map(({ name, x }) => ({ name, at: y(Number.isFinite(powerOf(x[0])) ? powerOf(x[0]) : from) + 4, x: x[0] }))
    .sort((a, b) => a.at - b.at);
  ends.forEach((one, i) => {
    one.at = Math.max(one.at, i ? ends[i - 1].at + 2 * APART : top + 6);
  });
  ends.toReversed().forEach((one, i, all) => {
    one.at = Math.min(one.at, i ? all[i - 1].at - 2 * APART : bottom - 8);
  });
  return ends
    .map(
      ({ name, at, x }) =>
        text(left - 8, at, name, "end", `class="kind" data-kind="${name}"`) +
        text(left - 8, at + 13, said(x), "end", `class="arrives" data-kind="${name}"`),
    )
    .join("");
}

/** The curves with their names; `at` is the step that is pointed at, or null. */
export function curvesOf(curves, places, at) {
  const lines = curves.map((curve) => `<path class="curve" data-kind="${curve.name}" d="${pathOf(curve, places)}"/>`);
  const dots = (at === null ? [] : curves)
    .filter(({ x }) => Number.isFinite(powerOf(x[at])))
    .map(
      ({ name, x }) =>
        `<circle class="dot" data-kind="${name}" cx="${n(places.x(at))}" cy="${n(places.y(powerOf(x[at])))}" r="4"/>`,
    );
  const line = at === null ? "" : `<path class="here" d="M${n(places.x(at))} ${places.top}V${places.height - 8}"/>`;
  return line + lines.join("") + dots.join("");
}

/** Below the chart, a row a kind: how many of the units have an h beyond 0.99 in size, at each step. */
export function saturationOf(curves, { x, left, right, strips, seq_len, narrow }) {
  const wide = seq_len > 1 ? (right - left) / (seq_len - 1) : right - left;
  const rows = curves.map(({ name, saturated }, row) => {
    const y = strips + row * STRIP;
    const cells = saturated
      .map((share, time) => {
        const [from, to] = [Math.max(left, x(time) - wide / 2), Math.min(right, x(time) + wide / 2)];
        return share
          ? `<rect x="${n(from)}" y="${y}" width="${n(to - from)}" height="${STRIP - 3}" opacity="${n(share ** 0.7 * 10) / 10}"/>`
          : "";
      })
      .join("");
    const mean = saturated.reduce((sum, share) => sum + share, 0) / seq_len;
    const label = text(
      narrow ? right + 6 : left - 8,
      y + 9,
      name,
      narrow ? "start" : "end",
      `class="kind small" data-kind="${name}"`,
    );
    const percent = text(
      narrow ? right + 76 : right + 10,
      y + 9,
      `${Math.round(100 * mean)} %`,
      narrow ? "end" : "start",
      'class="small"',
    );
    return (
      `<g class="strip-of" data-kind="${name}"><rect class="ground" x="${n(left)}" y="${y}" width="${n(right - left)}" height="${STRIP - 3}"/>` +
      `${cells}${label}${percent}</g>`
    );
  });
  return rows.join("");
}

/** What is said of one step. */
export function stepSaid(curves, at, seq_len) {
  const back = seq_len - 1 - at;
  const where = `x[${at}], ${back === 0 ? "the last" : `${back} step${back === 1 ? "" : "s"} back`}`;
  return `${where}: ${curves.map(({ name, x }) => `${name} ${said(x[at])}`).join(", ")}.`;
}

/** What the picture says as a whole, to those who do not see it. */
export function pictureSaid(curves, seq_len) {
  const each = curves.map(
    ({ name, x }) => `${name} from ${said(x[seq_len - 1])} at the last step to ${said(x[0])} at step 0`,
  );
  return esc(`How much of each input reaches output[-1]: ${each.join("; ")}. Arrow keys read it step by step.`);
}
