// Beside the circuit: a step's equations with their numbers, a line each, and folded the rows of the weights.
import { el } from "../shared/controls.js";
import { calledOf, rowsOf } from "./parts.js";

const WIDE = [7, 6, 6]; // characters of what x, h and the bias say, so that they stand below each other

/** A rule in one line of text: `f = σ(W_if x + W_hf h(t−1) + b_f)`. */
export const ruleSaid = (rule, before) => rule.replaceAll("{before}", `(${before})`).replace(/[[\]]/g, "");

/** What is said of a part that is pointed at: its rule, and of a gate also its rows of the weights. */
export function partSaid(part, lines, traced, before) {
  const rules = lines.filter((line) => line.part === part).map(({ rule }) => ruleSaid(rule, before));
  const [block] = rowsOf(traced.gates, traced.sizes.hidden_size).filter(({ gate }) => gate === part);
  const rows = block ? `: rows ${told(block.rows)} of ${traced.weights.join(" and ")}` : "";
  return rules.length ? `${rules.join("; ")}${rows}` : part === "x" ? "x, the input of this layer" : "";
}

const told = ([from, to]) => (from === to ? `${from}` : `${from}–${to}`);

/** The terms of a gate's sum, each as wide as in the lines above and below it, with their signs between. */
function column(words) {
  return words
    .map((word, k) => {
      if (k === 0) return word.padStart(WIDE[0]);
      const minus = word.startsWith("−");
      return ` ${minus ? "−" : "+"} ${(minus ? word.slice(1) : word).padStart(WIDE[k])}`;
    })
    .join("");
}

/** One line of numbers; what is no gate's sum has its rule above it. */
function equation({ part, rule, squash, terms, filled, sign, result }, before) {
  const end = result ? [` ${sign} `, el("b", {}, result)] : [];
  if (terms) return el("p", { "data-part": part }, `${part} = ${squash.padStart(4)}(${column(terms)})`, ...end);
  const lines = filled ? [el("br"), `= ${filled}`, ...end] : [];
  return el("p", { "data-part": part }, el("span", { class: "rule" }, ruleSaid(rule, before)), ...lines);
}

/** All equations of one unit at one step, and above the gates what their terms are. */
export function equations(lines, before) {
  const names = ["W x", "W h", "bias"].map((words, k) => words.padStart(WIDE[k] + (k ? 3 : 0)));
  const head = el("p", { class: "terms", "aria-hidden": "true" }, `${" ".repeat(9)}${names.join("")}`);
  return [head, ...lines.map((line) => equation(line, before))];
}

/** Only the numbers, to be compared: what n and h are. */
export function compared(lines) {
  return lines.map(({ part, filled, sign, result }) =>
    el("p", { "data-part": part }, `${part} = ${filled} ${sign} `, el("b", {}, result)),
  );
}

/** The rows of both weights, cut into gates: those of a gate light with it. */
export function weightRows({ gates, weights, sizes: { hidden_size: hiddenSize } }) {
  const blocks = rowsOf(gates, hiddenSize);
  const cell = ({ gate, rows }) => el("span", { "data-part": gate }, el("b", {}, gate), ` ${told(rows)}`);
  const line = (name) => el("div", { class: "rows" }, el("code", {}, name), ...blocks.map(cell));
  const said =
    gates.length > 1
      ? `Rows of each gate: ${gates.length} × hidden_size ${hiddenSize}`
      : `Rows: hidden_size ${hiddenSize}`;
  const each = blocks.map(({ gate, rows }) => `${gate}, ${calledOf(gate)}: rows ${told(rows)}`).join("; ");
  const drawn = el("div", { role: "img", "aria-label": each }, ...weights.map(line));
  return [el("p", {}, said), drawn];
}
