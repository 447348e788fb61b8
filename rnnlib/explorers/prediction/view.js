// A prediction card on screen: a question, a field for a shape, and what the kernel says of the answer.
// Answer and feedback travel as messages and are kept nowhere but on screen.
import { el, keepKeys } from "../shared/controls.js";
import { partsOf } from "../shared/snippet.js";
import { colourOf } from "../shared/symbols.js";

const PATIENCE = 3000; // milliseconds until a kernel that has not answered is said to be silent
const SILENT =
  "The kernel does not answer. If another cell is still running, wait for it. If not, run this cell again; after a restart, those above it too.";
const HINT = "Type a number for each axis.";

/** What stands on a card after a reply of the kernel: right, wrong or problem; and what is said. */
export function verdictOf({ right, said, axes, problem }) {
  if (problem !== undefined) return { state: "problem", said: sentence(problem), axes: [] };
  return { state: right ? "right" : "wrong", said, axes };
}

/** A sentence of Python's with a capital at its beginning. */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The same text with no line break inside a shape. */
export function unbroken(text) {
  return text.replace(/\(\d[\d, ]*\)/g, (shape) => shape.replaceAll(" ", "\u00a0"));
}

/** A shape as code in parts, so that every number can wear its colour: `(2, 3)`, `(20,)`. */
export function shapeParts(axes) {
  const numbers = axes.flatMap(({ axis, size }, i) => [i ? ", " : "(", { size: String(size), symbol: colourOf(axis) }]);
  return [...numbers, axes.length === 1 ? ",)" : ")"];
}

/** The symbols of an axis as people read them. */
export function readable(axis) {
  return axis.replaceAll("*", " × ");
}

const MARK = { right: "✓", wrong: "✗" };

function coloured(text, symbol) {
  return el("span", { class: "size", "data-symbol": symbol }, text);
}

/** What the layer answered, or that it is still hidden: the shape, and a line an axis. */
function layerSays(axes) {
  const head = el("h3", {}, "The layer says");
  if (!axes.length) return el("div", { class: "says" }, head, el("p", {}, "Hidden until you answer."));
  const shape = shapeParts(axes).map((part) => (part.size ? coloured(part.size, part.symbol) : part));
  const lines = axes.map(({ axis, size, worked }) => {
    const symbol = colourOf(axis);
    return el(
      "li",
      {},
      coloured(String(size), symbol),
      el("span", { class: "name", "data-symbol": symbol }, readable(axis)),
      el("span", {}, worked),
    );
  });
  return el(
    "div",
    { class: "says" },
    el("div", { class: "shape" }, head, el("code", {}, ...shape)),
    el("ol", {}, ...lines),
  );
}

/** A line of code, its numbers in the colours of their axes. */
function code(template, sizes) {
  const parts = partsOf(template, sizes);
  return el("code", {}, ...parts.map(({ text, symbol }) => (symbol ? coloured(text, symbol) : text)));
}

function skeleton(model) {
  const id = `rnnlib-${Math.random().toString(36).slice(2)}`;
  const [question, tensor, sizes] = [model.get("question"), model.get("tensor"), model.get("sizes")];
  const field = el("input", {
    id,
    type: "text",
    placeholder: "( … )",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-call`,
  });
  const told = el("div", { class: "told", role: "status", "aria-live": "polite" });
  const form = el(
    "form",
    { novalidate: true },
    el("label", { class: "asked", for: id }, question),
    el(
      "p",
      { class: "call", id: `${id}-call` },
      code(model.get("call"), sizes),
      " reads ",
      code(model.get("given"), sizes),
    ),
    el(
      "div",
      { class: "answer" },
      el("code", { "aria-hidden": "true" }, `${tensor}.shape`),
      field,
      el("button", { type: "submit" }, "Check"),
    ),
  );
  const root = el("section", { class: "rnnlib prediction", "aria-label": question }, form, told);
  return { root, form, field, told };
}

function render({ model, el: host }) {
  const { root, form, field, told } = skeleton(model);
  const view = Math.random().toString(36).slice(2); // the same card may be shown twice: each hears its own replies
  let asked = 0;
  let timer = 0;

  const show = (state, said, axes = []) => {
    root.dataset.state = state;
    delete root.dataset.waiting;
    const mark = MARK[state] ? el("span", { class: "mark", role: "img", "aria-label": state }, MARK[state]) : "";
    told.replaceChildren(el("p", { class: "said" }, mark, el("span", {}, unbroken(said))), layerSays(axes));
  };
  const silent = () => show("silent", SILENT);
  const send = (event) => {
    event.preventDefault();
    clearTimeout(timer);
    timer = setTimeout(silent, PATIENCE);
    root.dataset.waiting = "true";
    asked += 1;
    try {
      model.send({ answer: field.value, id: `${view}-${asked}` });
    } catch {
      clearTimeout(timer);
      silent();
    }
  };
  const hear = (reply) => {
    if (reply.id !== `${view}-${asked}`) return;
    clearTimeout(timer);
    const { state, said, axes } = verdictOf(reply);
    show(state, said, axes);
  };

  keepKeys(root);
  form.addEventListener("submit", send);
  model.on("msg:custom", hear);
  show("asked", HINT);
  host.append(root);
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", hear);
  };
}

export default { render };
