// A prediction card on screen: a question, a field for a shape, and what the kernel says of the answer.
// Answer and feedback travel as messages and are kept nowhere but on screen.
import { el, keepKeys, listen } from "../shared/controls.js";
import { lineOf } from "../shared/frame.js";
import { partsOf } from "../shared/snippet.js";
import { statusSaid } from "../shared/status.js";
import { colourOf } from "../shared/symbols.js";

const PATIENCE = 3000; // milliseconds until a kernel that has not answered is said to be silent
const INVITES = "Type a number for each axis, and press Enter.";
const AGAIN = "Try once more: a second slip shows the shape.";
const HIDDEN = "What the layer says stays hidden until you have tried twice, or ask.";
const MARK = { right: "✓", wrong: "✗" };

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

const coloured = (text, symbol) => el("span", { class: "size", "data-symbol": symbol }, text);

/** What the layer says: the shape, and a line an axis. */
function layerSays(axes) {
  const shape = shapeParts(axes).map((part) => (part.size ? coloured(part.size, part.symbol) : part));
  const lines = axes.map(({ axis, size, worked }) => {
    const symbol = colourOf(axis);
    const name = el("span", { class: "name", "data-symbol": symbol }, readable(axis));
    return el("li", {}, coloured(String(size), symbol), " ", name, " ", el("span", {}, worked));
  });
  return el(
    "div",
    { class: "layer" },
    el("p", {}, "The layer says ", el("code", {}, ...shape)),
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
  const written = {
    type: "text",
    placeholder: "( … )",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
  };
  const field = el("input", { id, ...written, "aria-describedby": `${id}-call` });
  const ask = el("button", { type: "button", class: "quiet" }, "Show the answer");
  const call = [code(model.get("call"), sizes), " reads ", code(model.get("given"), sizes)];
  const shape = el("code", { "aria-hidden": "true" }, `${tensor}.shape`);
  const form = el(
    "form",
    { novalidate: true },
    el("p", { id: `${id}-call` }, ...call),
    el("div", { class: "answer" }, shape, field, el("button", { type: "submit" }, "Check")),
  );
  const line = lineOf();
  const told = el("div", { class: "told", role: "status" }, el("p", { class: "quiet" }, HIDDEN));
  const asked = el("div", { class: "question" }, el("p", {}, el("label", { for: id }, question)), ask);
  const root = el("section", { class: "rnnlib prediction", "aria-label": question }, asked, form, line.whole, told);
  return { root, form, field, ask, line, told };
}

function render({ model, el: host }) {
  const { root, form, field, ask, line, told } = skeleton(model);
  const view = Math.random().toString(36).slice(2); // the same card may be shown twice: each hears its own replies
  let asked = 0;
  let timer = 0;

  const silent = () => {
    clearTimeout(timer);
    delete root.dataset.waiting;
    line.set("notice", statusSaid("stale"));
  };
  const send = (content) => {
    clearTimeout(timer);
    timer = setTimeout(silent, PATIENCE);
    root.dataset.waiting = "true";
    asked += 1;
    try {
      model.send({ ...content, id: `${view}-${asked}` });
    } catch {
      silent();
    }
  };
  /** Right or wrong is shown in the place of what was told; what was no answer is said in the line, and changes nothing. */
  const hear = ({ id, right, said, axes, problem }) => {
    if (id !== `${view}-${asked}`) return;
    clearTimeout(timer);
    delete root.dataset.waiting;
    line.set("notice", "");
    line.set("problem", problem && sentence(problem));
    if (problem !== undefined) return;
    root.dataset.state = right ? "right" : right === false ? "wrong" : "shown";
    line.set("changed", axes ? "" : AGAIN);
    line.set("resting", "");
    const mark = MARK[root.dataset.state];
    const marked = mark
      ? [el("span", { class: root.dataset.state, role: "img", "aria-label": root.dataset.state }, mark), " "]
      : [];
    told.replaceChildren(el("p", {}, ...marked, unbroken(said)), ...(axes ? [layerSays(axes)] : []));
    if (!axes) return;
    if (ask === document.activeElement) field.focus();
    ask.hidden = true;
  };

  keepKeys(root);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ answer: field.value });
  });
  ask.addEventListener("click", () => send({ show: true }));
  const deaf = listen(model, { "msg:custom": hear, comm_live_update: silent }); // which ipywidgets says of a kernel that ended
  root.dataset.state = "asked";
  line.set("resting", INVITES);
  host.append(root);
  return () => {
    clearTimeout(timer);
    deaf();
  };
}

export default { render };
