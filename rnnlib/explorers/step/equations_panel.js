// Beside the circuit: the equations with a step's numbers in them, and the rows of the weights that each gate reads.
import { el } from "../shared/controls.js";
import { rowsOf } from "./circuit_values.js";
import { equationsOf, paperLines } from "./equations.js";
import { termsAt } from "./values.js";

const TOKENS = /(\{before\}|\[|\]|\b[a-z]\b| (?=[+] ))/;

/** A rule as people set it: symbols that light with their part, the step before as an index, what is worth marking marked. */
function ruleOf(words, parts, before) {
  const whole = el("p", { class: "rule" });
  let within = whole;
  for (const token of words.split(TOKENS)) {
    if (token === "[") {
      within = el("mark");
      whole.append(within);
    } else if (token === "]") within = whole;
    else if (token === "{before}") within.append(el("sub", {}, before));
    else if (parts.includes(token)) within.append(el("span", { "data-part": token }, token));
    else within.append(token);
  }
  return whole;
}

/** A sum may break before a plus, and its result never stands alone. */
function filledOf(filled, result) {
  const terms = filled.split(/ (?=\+ )/);
  const last = terms.pop();
  const end = el("span", { class: "term" }, last, ...(result ? [" = ", el("b", {}, result)] : []));
  return el(
    "p",
    { class: "filled" },
    "= ",
    ...terms.flatMap((term) => [el("span", { class: "term" }, term), " "]),
    end,
  );
}

const equation =
  (parts, before) =>
  ({ part, rule, filled, result }) =>
    el("div", { class: "equation", "data-part": part }, ruleOf(rule, parts, before), filledOf(filled, result));

/** The rows of both weights, cut into gates: those of a gate light with it. */
function weightRows(gates, hiddenSize) {
  const blocks = rowsOf(gates, hiddenSize);
  const told = ([from, to]) => (from === to ? `${from}` : `${from}–${to}`);
  const cell = ({ gate, rows }) => el("span", { "data-part": gate }, el("b", {}, gate), ` ${told(rows)}`);
  const line = (name) => el("div", { class: "rows" }, el("span", { class: "name" }, name), ...blocks.map(cell));
  const said =
    gates.length > 1
      ? `Rows of each gate: ${gates.length} × hidden_size ${hiddenSize}`
      : `Rows: hidden_size ${hiddenSize}`;
  const all = `weight_ih and weight_hh. ${said}. ${blocks.map(({ gate, rows }) => `${gate}: rows ${told(rows)}`).join(", ")}`;
  return el(
    "div",
    { class: "weight-rows", role: "img", "aria-label": all },
    el("p", {}, said),
    line("weight_ih"),
    line("weight_hh"),
  );
}

/** What the paper's GRU would make of the same numbers. */
function paperOf(at, line) {
  const said = el("p", { class: "who" }, "The paper's GRU, from the same x, h and weights:");
  return el("div", { class: "paper" }, said, ...paperLines(at).map(line));
}

/** All of it for one unit at one step. */
export function panel(arrays, traced, place, { parts, before, paper }) {
  const at = termsAt(arrays, traced, place);
  const line = equation(parts, before);
  const lines = equationsOf(traced.family, at).map(line);
  return [...lines, ...(paper ? [paperOf(at, line)] : []), weightRows(traced.gates, traced.sizes.hidden_size)];
}
