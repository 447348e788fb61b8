// The curves over a run's steps: loss, accuracy, the gradient's norm. Numbers and a room in, strings of SVG out.
import { n, text } from "../shared/svg.js";
import { lastUpTo } from "./record.js";

const [LEFT, RIGHT, TOP, BOTTOM] = [36, 72, 8, 20];
const APART = 13; // units between two labels
const NAMED = 3; // earlier runs, the last ones, whose lines have their names
const POINTS = 300; // of a line; more could not be told apart

/** Where things stand in a panel: `x(step)`, `y(value)` for values from `least` to `most`, in powers of ten or not. */
export function roomOf(width, height, { steps, least, most, log = false }) {
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const scale = log ? Math.log10 : (value) => value;
  const [low, high] = [scale(least), scale(most)];
  const share = (value) => Math.min(1, Math.max(0, (scale(value) - low) / (high - low || 1)));
  return {
    ...{ width, height, left: LEFT, right, top: TOP, bottom, least, most, log, steps },
    x: (step) => LEFT + ((right - LEFT) * step) / Math.max(1, steps),
    y: (value) => bottom - (bottom - TOP) * share(value),
    stepAt: (x) => Math.round(Math.max(0, Math.min(1, (x - LEFT) / (right - LEFT))) * steps),
  };
}

/** A path through points `{step, value}`, of which those without a number are left out. */
export function pathOf(points, { x, y, log }) {
  const every = Math.max(1, Math.ceil(points.length / POINTS));
  const kept = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  let d = "";
  let broken = true;
  for (const { step, value } of kept) {
    const there = Number.isFinite(value) && (!log || value > 0);
    if (there) d += `${broken ? "M" : "L"}${n(x(step))} ${n(y(value))}`;
    broken = !there;
  }
  return d;
}

/** A line: as far as it had come after a step, and, fainter, how it went on. */
export function lineUpTo(points, step, room, kind) {
  const before = points.filter((one) => one.step <= step);
  const after = points.slice(Math.max(0, before.length - 1));
  const part = (some, more) => (some.length ? `<path class="curve ${kind}${more}" d="${pathOf(some, room)}"/>` : "");
  return part(after, " later") + part(before, "");
}

/** Labels moved apart, in their order, within the panel: `[{y, …}]` in and out. */
export function movedApart(labels, top, bottom) {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  sorted.forEach((one, i) => {
    one.y = Math.max(i ? sorted[i - 1].y + APART : top, one.y);
  });
  sorted.toReversed().forEach((one, i, all) => {
    one.y = Math.min(one.y, i ? all[i - 1].y - APART : bottom);
  });
  return sorted;
}

/** The words at the ends of lines: `[{words, kind, y}]`. */
export const endsOf = (labels, { right, top, bottom }) =>
  movedApart(labels, top + 4, bottom)
    .map(({ words, kind, y }) => text(right + 6, y + 4, words, "start", `class="end ${kind}"`))
    .join("");

/** Powers of ten as they are written. */
export function powerSaid(power) {
  const raised = String(power).replace(/[-\d]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
  return power >= -2 && power <= 3 ? String(10 ** power).slice(0, 6) : `10${raised}`;
}

/** The values at which a scale has its lines: few enough to be read. */
export function ticksOf({ least, most, log }) {
  if (!log) return [least, (least + most) / 2, most];
  const [from, to] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from) / 3));
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => 10 ** (to - i * every)).reverse();
}

/** The lines to read along, and the ends of the axis below; `said` words a value. */
export function gridOf(room, said, below) {
  const { left, right, bottom, steps, y } = room;
  const rules = ticksOf(room).map(
    (value) =>
      `<path class="rule" d="M${left} ${n(y(value))}H${right}"/>${text(left - 5, y(value) + 4, said(value), "end")}`,
  );
  return (
    rules.join("") +
    text(left, bottom + 15, "0", "middle") +
    text((left + right) / 2, bottom + 15, below, "middle") +
    text(right, bottom + 15, steps.toLocaleString("en"), "middle")
  );
}

/** A round number that is no less. */
export function roundedUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return unit * [1, 1.5, 2, 3, 4, 5, 8, 10].find((times) => times * unit >= value * 0.999);
}

const percent = (value) => `${Math.round(100 * value)} %`;

/** What a loss is said to be. */
export const lossSaid = (value) => (value < 0.095 ? value.toFixed(3) : value.toFixed(2));

/** The loss: of each batch, of all training and of all test sequences, and that of earlier runs. */
export function lossPanel(record, { width, height, step, guess, points }) {
  const all = [record, ...record.runs].flatMap(({ scores }) => scores.flatMap((one) => [one.trainLoss, one.testLoss]));
  const most = roundedUp(Math.max(1.1 * guess, ...all.filter(Number.isFinite).filter((loss) => loss < 3 * guess)));
  return curvesOf(record, { width, height, step, points, least: 0, most, said: (value) => value.toFixed(1) }, [
    ["trainLoss", "train", lossSaid, record.loss],
    ["testLoss", "test", lossSaid],
  ]);
}

/** The accuracy, likewise; and that of who always says the most frequent class. */
export function accuracyPanel(record, { width, height, step, chance, points }) {
  const given = {
    width,
    height,
    step,
    points,
    least: 0,
    most: 1,
    said: percent,
    mark: chance ? [chance, "commonest", "guess"] : null,
  };
  return curvesOf(record, given, [
    ["trainAccuracy", "train", percent, record.accuracy],
    ["testAccuracy", "test", percent],
  ]);
}

/** The gradient's norm in every step, before it is clipped, and where it is. */
export function normPanel(record, { width, height, step, max_norm, points }) {
  const norms = record.norm.map(({ value }) => value).filter((value) => Number.isFinite(value) && value > 0);
  const shown = [...norms, ...(max_norm ? [max_norm] : []), 0.1, 10].sort((a, b) => a - b);
  const [least, most] = [10 ** Math.floor(Math.log10(shown[0])), 10 ** Math.ceil(Math.log10(shown.at(-1)))];
  const given = { width, height, step, points, least: Math.max(least, most * 1e-8), most, log: true };
  const said = (value) => powerSaid(Math.round(Math.log10(value)));
  const mark = max_norm ? [max_norm, `max_norm ${max_norm}`, "clip"] : null;
  return curvesOf(record, { ...given, said, mark }, [["norm", "mean", (value) => value.toPrecision(2), record.norm]]);
}

/** A panel of curves over steps. `series`: the score's name, its kind, how it is said, and its value in every step. */
function curvesOf(record, given, series) {
  const { width, height, step, said, mark } = given;
  const steps = Math.max(record.of, 1, ...record.runs.map((run) => run.scores.at(-1)?.step ?? 0));
  const room = roomOf(width, height, { ...given, steps });
  const { left, right, top, bottom, x, y } = room;
  const [name] = series.at(-1);
  const past = record.runs.map(
    (run) => `<path class="curve past" data-run="${run.number}" d="${pathOf(given.points(run.scores, name), room)}"/>`,
  );
  const marked = mark ? `<path class="mark ${mark[2]}" d="M${left} ${n(y(mark[0]))}H${right}"/>` : "";
  const lines = series.map(
    ([of, kind, , every]) =>
      (every ? lineUpTo(every, step, room, `${kind} batch`) : "") +
      lineUpTo(given.points(record.scores, of), step, room, kind),
  );
  const labels = series.flatMap(([of, kind, words]) => {
    const value = lastUpTo(given.points(record.scores, of), step)?.value;
    return Number.isFinite(value) ? [{ words: `${kind} ${words(value)}`, kind, y: y(value) }] : [];
  });
  for (const run of record.runs.slice(-NAMED)) {
    const end = given.points(run.scores, name).at(-1);
    if (end && labels.length) labels.push({ words: `run ${run.number}`, kind: "past", y: y(end.value) });
  }
  if (mark) labels.push({ words: mark[1], kind: mark[2], y: y(mark[0]) });
  const cursor = step < record.done ? `<path class="cursor" d="M${n(x(step))} ${top}V${bottom}"/>` : "";
  const markup = gridOf(room, said, "step") + past.join("") + marked + lines.join("") + cursor + endsOf(labels, room);
  return { markup, room };
}
