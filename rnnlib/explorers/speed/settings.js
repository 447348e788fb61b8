// What is chosen, what is measured with it, and how that is said. Pure: what the model has in, words and rows out.
import { sizeFrom } from "../shared/controls.js";

export const SIZES = ["seq_len", "batch", "hidden_size", "num_layers"];
export const SETTINGS = ["kind", "axis", ...SIZES, "backward", "device"];
const MOST_VALUES = 16;

/** How far a measurement is, in words. */
export function progressSaid({ done, of, now } = {}) {
  if (now === undefined) return "";
  return now.endsWith(".") ? now : `${done + 1} of ${of}: ${now}`;
}

/** Whole numbers as they are typed, `1, 4, 16`; or what is wrong with them, in a sentence. */
export function numbersFrom(typed) {
  const words = typed.split(/[\s,]+/).filter(Boolean);
  if (!words.length) return { problem: "values must be whole numbers, as in 1, 4, 16: none is here." };
  if (new Set(words).size > MOST_VALUES) return { problem: `at most ${MOST_VALUES} values, not ${words.length}.` };
  const read = words.map((word) => sizeFrom("each of values", word));
  const problem = read.find((one) => one.problem)?.problem;
  return problem ? { problem } : { numbers: read.map(({ value }) => value) };
}

/** Whether all that a chart's points have in common is so. */
export const belongs = (chart, get) => Object.entries(chart).every(([name, value]) => get(name) === value);

/** Which chart there is to see: the points' rows, and whether they are of what is chosen now or of other settings. */
export function chartOf(get) {
  const { chart = {} } = get("answer");
  if (chart.axis !== get("axis")) return { rows: [], of: "none" };
  const rows = get("rows").filter((row) => belongs(chart, (name) => row[name]) && get("compare").includes(row.setup));
  return { rows: rows.filter(({ median }) => median !== null), of: belongs(chart, get) ? "chosen" : "other" };
}

/** Of which other settings the grey points are, as far as they differ from those chosen now. */
export function otherSaid(get) {
  const differs = Object.entries(get("answer").chart).filter(([name, value]) => get(name) !== value);
  const said = differs.map(([name, value]) => `${name} ${{ true: "on", false: "off" }[value] ?? value}`);
  return `The grey points are of ${said.join(", ")}: measure anew.`;
}
