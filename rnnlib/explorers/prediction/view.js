// A prediction card on screen: a question, a field or a few buttons, and what the kernel says of the answer.
// Answer and feedback travel as messages; what is right is kept nowhere but on screen.
import { el, keepKeys, listen } from "../shared/controls.js";
import { partsOf } from "../shared/copyable_snippet.js";
import { lineOf } from "../shared/frame.js";
import { statusSaid } from "../shared/status.js";
import { colourOf } from "../shared/symbols.js";
import { offlineCard } from "./offline.js";

const PATIENCE = 3000; // milliseconds until a kernel that has not answered is said to be silent
const CHOOSE = "Choose one.";
const CHECKING = "Checking…";
const HIDDEN = "The answer stays hidden until you have tried twice, or ask.";
const LATER = "The answer stays hidden until it is told to all.";
const VERDICTS = {
  right: "✓ Right.",
  again: "✗ Not yet. Try once more.",
  wrong: "✗ Not yet. The answer stands below.",
  shown: "The answer stands below.",
  kept: "✓ Your answer is kept.",
};

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

/** What torch says: of a shape also a line an axis. */
function truthSaid(oracle, truth, axes) {
  const shape = shapeParts(axes).map((part) => (part.size ? coloured(part.size, part.symbol) : part));
  const lines = axes.map(({ axis, size, worked }) => {
    const symbol = colourOf(axis);
    const name = el("span", { class: "name", "data-symbol": symbol }, readable(axis));
    return el("li", {}, coloured(String(size), symbol), " ", name, " ", el("span", {}, worked));
  });
  return el(
    "div",
    { class: "layer" },
    el("p", {}, `${oracle} says `, el("code", {}, ...(axes.length ? shape : [truth]))),
    ...(axes.length ? [el("ol", {}, ...lines)] : []),
  );
}

/** A line of code, its numbers in the colours of their axes. */
function code(template, sizes) {
  const parts = partsOf(template, sizes);
  return el("code", {}, ...parts.map(({ text, symbol }) => (symbol ? coloured(text, symbol) : text)));
}

const WRITTEN = { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" };

/** Where the answer is typed, with what stands around it. */
function typed(model, id) {
  const { before, after = "", placeholder, invites } = model.get("field");
  const field = el("input", { id, ...WRITTEN, placeholder, "aria-describedby": `${id}-call` });
  const around = (words) => (words ? [el("code", { "aria-hidden": "true" }, words)] : []);
  const check = el("button", { type: "submit" }, "Check");
  const parts = [...around(before), field, ...around(after), check];
  return {
    parts,
    invites,
    heading: el("label", { for: id }, model.get("question")),
    answer: () => field.value,
    focus: () => field.focus(),
  };
}

/** A button for each answer that can be chosen. */
function chosen(model, id) {
  let choice = "";
  const buttons = model.get("choices").map((name) => {
    const button = el("button", { type: "submit", "aria-pressed": "false" }, name);
    button.addEventListener("click", () => {
      choice = name;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    });
    return button;
  });
  const parts = [el("div", { class: "choices", role: "group", "aria-labelledby": `${id}-asked` }, ...buttons)];
  return {
    parts,
    invites: CHOOSE,
    heading: el("b", { id: `${id}-asked` }, model.get("question")),
    answer: () => choice,
    focus: () => buttons[0].focus(),
  };
}

function skeleton(model) {
  const id = `rnnlib-${Math.random().toString(36).slice(2)}`;
  const sizes = model.get("sizes");
  const way = model.get("choices").length ? chosen(model, id) : typed(model, id);
  const later = model.get("later");
  const ask = el("button", { type: "button", class: "quiet", hidden: later }, "Show the answer");
  const call = model.get("call") && [code(model.get("call"), sizes), " reads ", code(model.get("given"), sizes)];
  const form = el(
    "form",
    { novalidate: true },
    ...(call ? [el("p", { id: `${id}-call` }, ...call)] : []),
    el("div", { class: "answer" }, ...way.parts),
  );
  const line = lineOf();
  const told = el("div", { class: "told", role: "status" }, el("p", { class: "quiet" }, later ? LATER : HIDDEN));
  const asked = el("div", { class: "question" }, el("p", {}, way.heading), ask);
  const root = el(
    "div",
    { class: "rnnlib prediction", role: "region", "aria-label": model.get("question") },
    asked,
    form,
    line.whole,
    told,
  );
  return { root, form, way, ask, line, told };
}

function render({ model, el: host }) {
  const { root, form, way, ask, line, told } = skeleton(model);
  const view = Math.random().toString(36).slice(2); // the same card may be shown twice: each hears its own replies
  const offline = model.get("page") && offlineCard(model.get("recording"));
  let asked = 0;
  let timer = 0;

  const waits = (words) => {
    clearTimeout(timer);
    if (words) root.dataset.waiting = "true";
    else delete root.dataset.waiting;
    line.set("problem", "");
    line.set("notice", "");
    line.set("pointed", words);
  };
  const silent = () => {
    waits("");
    line.set("notice", statusSaid("stale"));
  };
  const send = (content) => {
    waits(CHECKING);
    asked += 1;
    const message = { ...content, id: `${view}-${asked}` };
    if (offline) return hear(offline(message));
    timer = setTimeout(silent, PATIENCE);
    try {
      model.send(message);
    } catch {
      silent();
    }
  };
  /** Right or wrong is said in the line, and why below it; what was no answer is said there too, and changes nothing. */
  const hear = ({ id, right, said, truth, axes, problem, kept, notice, revealed }) => {
    if (id !== `${view}-${asked}` && !revealed) return;
    const atOnce = root.dataset.waiting;
    waits("");
    line.set("problem", problem && sentence(problem));
    if (problem !== undefined) return;
    root.dataset.state = kept ? "kept" : right ? "right" : right === false ? "wrong" : "shown";
    line.set("changed", VERDICTS[right === false && !truth ? "again" : root.dataset.state]);
    told.replaceChildren(
      el("p", {}, unbroken(said)),
      ...(truth ? [truthSaid(model.get("oracle"), truth, axes)] : []),
      ...(notice ? [el("p", { class: "notice" }, notice)] : []),
    );
    if (atOnce) root.scrollIntoView?.({ block: "nearest" }); // who has waited longer may read elsewhere by now
    if (!truth) return;
    if (ask === document.activeElement) way.focus();
    ask.hidden = true;
  };

  keepKeys(root);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ answer: way.answer() });
  });
  ask.addEventListener("click", () => send({ show: true }));
  const deaf = listen(model, {
    "msg:custom": hear,
    "change:later": () => ask.toggleAttribute("hidden", model.get("later")),
    comm_live_update: silent, // which ipywidgets says of a kernel that ended
  });
  root.dataset.state = "asked";
  line.set("resting", way.invites);
  host.append(root);
  return () => {
    clearTimeout(timer);
    deaf();
  };
}

export default { render };
