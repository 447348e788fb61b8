// The chart: median times with their spread, both axes logarithmic. Values and a width in, strings of SVG out.
import { duration } from "../shared/numbers.js";
import { esc, n, text } from "../shared/svg.js";

const DECADES = [-4, -1]; // what is shown at least: from 100 µs to 100 ms
const CHARACTER = 6.8; // units, of a tick's label
const LETTER = 8; // units, of a name
const NAMED_FROM = 500; // below this width a line's name stands in the legend alone

/** The mark of a setup, around 0: each has a form of its own, whatever its colour. */
export function markOf(setup, r = 5) {
  const forms = {
    layer: `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
    "cell loop": `M${-r} ${-r}H${r}V${r}H${-r}Z`,
    packed: `M0 ${-1.2 * r}L${1.2 * r} ${r}H${-1.2 * r}Z`,
    "two directions": `M0 ${-1.3 * r}L${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0Z`,
    bfloat16: `M0 ${1.2 * r}L${1.2 * r} ${-r}H${-1.2 * r}Z`,
  };
  return forms[setup];
}

/** A power of ten, in seconds, as it stands at its line. */
export function powerSaid(power) {
  if (power < -3) return `${Number((10 ** (power + 6)).toPrecision(1))} µs`;
  return power < 0 ? `${10 ** (power + 3)} ms` : `${(10 ** power).toLocaleString("en")} s`;
}

/** The rows that have a time and belong to these setups, from left to right. */
export function timed(rows, compare) {
  return rows.filter((row) => row.median !== null && compare.includes(row.setup)).sort((a, b) => a.value - b.value);
}

/** Where everything stands in so much width: `x(value)`, `y(seconds)`, and back: `secondsAt(y)`. */
export function placesOf({ values, rows, compare }, width) {
  const named = width >= NAMED_FROM ? Math.max(...compare.map((name) => name.length), 5) * LETTER + 12 : 8;
  const [left, right, top] = [72, width - named, 30]; // above it a second line of words has room
  const height = width < NAMED_FROM ? 254 : width < 1000 ? 286 : 340;
  const bottom = height - 40;
  const all = [...new Set([...values, ...rows.map(({ value }) => value)])].sort((a, b) => a - b);
  const [least, most] = [Math.log(all[0]), Math.log(all.at(-1))];
  const powers = rows.flatMap(({ low, high }) => [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]);
  const [from, to] = [Math.min(DECADES[0], ...powers), Math.max(DECADES[1], ...powers)];
  const decade = (bottom - top) / (to - from);
  const pad = Math.min(30, width / 20);
  const share = (value) => (most > least ? (Math.log(value) - least) / (most - least) : 0.5);
  return {
    ...{ width, height, left, right, top, bottom, from, to, decade, values: all },
    x: (value) => left + pad + share(value) * (right - left - 2 * pad),
    y: (seconds) => bottom - (Math.log10(seconds) - from) * decade,
    secondsAt: (y) => 10 ** (from + (bottom - y) / decade),
  };
}

/** The labels that fit beside one another, the first and the last in any case. */
export function labelled(values, x) {
  const half = (value) => (value.toLocaleString("en").length * CHARACTER) / 2 + 4;
  const fits = (a, b) => x(b) - x(a) > half(a) + half(b);
  const kept = [];
  for (const value of values) if (!kept.length || fits(kept.at(-1), value)) kept.push(value);
  const last = values.at(-1);
  while (kept.length > 1 && kept.at(-1) !== last && !fits(kept.at(-1), last)) kept.pop();
  return kept.at(-1) === last ? kept : [...kept, last];
}

/** The axes, and the lines to read along. */
export function axesOf(places, axis) {
  const { left, right, top, bottom, from, to, x, y, values } = places;
  const middle = (top + bottom) / 2;
  const parts = [text(14, middle, "median time of a call", "middle", `transform="rotate(-90 14 ${middle})"`)];
  for (let power = from; power <= to; power++) {
    const at = n(y(10 ** power));
    parts.push(`<path class="rule" d="M${left} ${at}H${right}"/>`, text(left - 8, at + 4, powerSaid(power), "end"));
    for (const times of power < to ? [2, 5] : [])
      parts.push(`<path class="rule faint" d="M${left} ${n(y(times * 10 ** power))}H${right}"/>`);
  }
  for (const value of values) parts.push(`<path class="rule" d="M${n(x(value))} ${top}V${bottom}"/>`);
  for (const value of labelled(values, x)) {
    const said = value.toLocaleString("en");
    const past = x(value) + (said.length * CHARACTER) / 2 > places.width;
    parts.push(text(past ? places.width - 2 : x(value), bottom + 17, said, past ? "end" : "middle"));
  }
  parts.push(text((left + right) / 2, bottom + 35, axis, "middle", `class="name" data-symbol="${axis}"`));
  return parts.join("");
}

/** What a point tells when it is pointed at. */
export function pointSaid({ setup, value, median, low, high }, axis) {
  const spread = `the middle half of the times from ${duration(low)} to ${duration(high)}`;
  return `${setup} at ${axis} ${value.toLocaleString("en")}: ${duration(median)}, ${spread}.`;
}

/** Every setup's points, each with a bar from its lower to its upper quartile, and the line through the medians. */
export function pointsOf(rows, places, axis, compare) {
  const { x, y } = places;
  const shown = timed(rows, compare);
  const lines = compare.map((setup) => {
    const line = shown
      .filter((row) => row.setup === setup)
      .map(({ value, median }) => `${n(x(value))} ${n(y(median))}`);
    return line.length > 1 ? `<path class="trend" data-setup="${setup}" d="M${line.join("L")}"/>` : "";
  });
  const points = shown.map((row) => {
    const [at, low, high] = [n(x(row.value)), n(y(row.low)), n(y(row.high))];
    return (
      `<g class="axis point" data-setup="${row.setup}" data-value="${row.value}" data-key="${row.setup} ${row.value}"` +
      ` tabindex="-1" role="img" aria-label="${pointSaid(row, axis)}"><circle class="reach" cx="${at}" cy="${n(y(row.median))}" r="12"/>` +
      `<path class="spread" d="M${at} ${low}V${high}M${at - 4} ${low}h8M${at - 4} ${high}h8"/>` +
      `<path class="mark" d="${markOf(row.setup)}" transform="translate(${at} ${n(y(row.median))})"/></g>`
    );
  });
  return lines.join("") + points.join("");
}

/** Which values cannot be measured, each with the setups of which that is so, and why. */
export function refusals(cannot) {
  const byValue = new Map();
  for (const { setup, value, why } of cannot) {
    if (!byValue.has(value)) byValue.set(value, { value, setups: [], why });
    byValue.get(value).setups.push(setup);
  }
  return [...byValue.values()].sort((a, b) => a.value - b.value);
}

/** A refused value in a sentence; of which setups is said where it is not all. */
export function refusalSaid({ value, setups, why }, axis, compare) {
  const who = setups.length === compare.length ? "" : `${setups.join(", ")} at `;
  return `${who}${axis} ${value.toLocaleString("en")} cannot be measured: ${why}`;
}

/** A cross over every value that cannot be measured. */
export function crossesOf(cannot, places, axis, compare) {
  const cross = (refused) =>
    `<g class="axis refused" data-key="refused ${refused.value}" data-value="${refused.value}" tabindex="-1" role="img"` +
    ` aria-label="${esc(refusalSaid(refused, axis, compare))}">${text(places.x(refused.value), places.top + 16, "✗", "middle")}</g>`;
  return refusals(cannot).map(cross).join("");
}

/** The names at the lines' ends, moved apart where they would lie over one another: `ends` are `[setup, y]`. */
export function namesOf(ends, { width, right, top, bottom }) {
  if (width < NAMED_FROM) return "";
  const [apart, low] = [15, bottom + 4];
  const sorted = ends
    .map(([setup, y]) => ({ setup, y: Math.max(top + 8, Math.min(low, y)) }))
    .sort((a, b) => a.y - b.y);
  sorted.forEach((name, i) => {
    if (i) name.y = Math.max(name.y, sorted[i - 1].y + apart);
  });
  sorted.toReversed().forEach((name, i, all) => {
    name.y = Math.min(name.y, i ? all[i - 1].y - apart : low);
  });
  return sorted
    .map(({ setup, y }) => text(right + 8, y + 4, setup, "start", `class="name" data-setup="${setup}"`))
    .join("");
}
