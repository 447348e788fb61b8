// The shape explorer on screen: controls, the diagram that follows them at once, and the live layer's answer.
import { choice, el, keepKeys, slider, toggle } from "./controls.js";
import { HEADS, HEIGHT, WIDTH, diagram, sizesOf, told } from "./shape_diagram.js";
import { duration, showNumbers, standing, standingSaid } from "./shape_numbers.js";
import { filled, showSnippet } from "./snippet.js";
import { axesToldIn, lightAxes } from "./lit_axes.js";
import { weights } from "./shape_weights.js";

const SIZES = ["seq_len", "batch", "input_size", "hidden_size", "num_layers"];
const CHOICES = ["kind", "bidirectional", "batch_first", "device"];
const LATE = 2500; // milliseconds after which a kernel that has not answered is said to be silent

/** What the learner has chosen, read off the model. */
export function stateOf(model) {
  const kind = model.get("kind");
  const cell = kind.endsWith("Cell");
  const sizes = Object.fromEntries(SIZES.map((name) => [name, model.get(name)]));
  const flags = { bidirectional: !cell && model.get("bidirectional"), batch_first: !cell && model.get("batch_first") };
  return { kind, cell, ...flags, sizes: { ...sizes, ...model.get("constants")[kind] } };
}

/** Sizes and choices by torch's names: what diagram and numbers say of themselves in `data-sizes`. */
export function shownBy(model) {
  return Object.fromEntries([...SIZES, ...CHOICES].map((name) => [name, model.get(name)]));
}

/** The tensors of the chosen layer: their rules are sent once, for two layers and two directions. */
export function tensorsOf(rules, { kind, cell, batch_first, ...state }) {
  const sizes = sizesOf({ cell, ...state });
  return rules[kind][batch_first ? "batch_first" : "seq_first"].filter(
    (t) => t.role !== "parameter" || (t.layer < sizes.num_layers && t.direction < sizes.num_directions),
  );
}

/** The key under which the snippet's template was sent. */
export function templateKey({ kind, bidirectional, batch_first, cell, sizes }) {
  return [kind, bidirectional, batch_first, !cell && sizes.num_layers > 1].join(" ");
}

const family = (kind) => kind.replace("Cell", "");
const isCell = (kind) => kind.endsWith("Cell");

/** The controls in the header, by name, as far as `shown` names them. */
function header(model, shown) {
  const asLayer = (name) => name + (isCell(model.get("kind")) ? "Cell" : "");
  const asCell = (on) => family(model.get("kind")) + (on ? "Cell" : "");
  const make = {
    kind: () => choice(model, "kind", ["RNN", "LSTM", "GRU"], family, asLayer),
    cell: () => toggle(model, "kind", "cell", isCell, asCell),
    bidirectional: () => toggle(model, "bidirectional"),
    batch_first: () => toggle(model, "batch_first"),
    weights: () => toggle(model, "weights"),
    device: () => choice(model, "device", model.get("devices")),
  };
  const wanted = Object.keys(make).filter((name) => shown.includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** The skeleton: every place that is filled later. */
function skeleton(sliders, heads, question) {
  const facts = el("div", { class: "facts" });
  const svg = el("div", { class: "rnnlib-diagram", role: "group" });
  const caption = el("p", { class: "caption", "aria-live": "polite" });
  const code = el("code");
  const copy = el("button", { type: "button", class: "copy" }, "Copy");
  const panel = el("div", { class: "panel" });
  const notice = el("p", { class: "notice", role: "status" });
  const numbers = el("section", { class: "rnnlib-numbers", "aria-label": "The live layer says" }, el("div", { class: "live" }, el("h3", {}, "The live layer says"), facts), notice, panel);
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const side = el("div", { class: "sliders" }, ...sliders, question ? el("p", { class: "question" }, el("b", {}, "Find out: "), question) : "");
  const strip = el("div", { class: "weights" });
  const root = el(
    "div",
    { class: "rnnlib shape", role: "region", "aria-label": "Shape explorer" },
    el("div", { class: "head" }, ...heads),
    problem,
    el("div", { class: "body" }, side, el("div", { class: "stage" }, svg, caption)),
    strip,
    el("div", { class: "foot" }, el("section", { class: "snippet", "aria-label": "The code that does the same" }, copy, el("pre", {}, code)), numbers),
  );
  return { root, facts, svg, caption, code, copy, panel, notice, numbers, problem, strip };
}

function render({ model, el: host }) {
  const shown = model.get("controls");
  const say = (sentence) => (parts.problem.textContent = sentence);
  const sliders = SIZES.filter((name) => shown.includes(name)).map((name) => [name, slider(model, name, model.get("ranges")[name], say)]);
  const heads = header(model, shown);
  const question = model.get("question");
  const parts = skeleton(sliders.map(([, s]) => s.whole), Object.values(heads).map((c) => c.whole), question);
  const link = { connected: true, late: false, timer: 0 };
  keepKeys(parts.root);

  const drawDiagram = () => {
    const state = stateOf(model);
    const tensors = tensorsOf(model.get("rules"), state);
    const focused = axesToldIn(parts.svg);
    parts.svg.innerHTML = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label="${told(tensors, state)}">${HEADS}${diagram(tensors, state)}</svg>`;
    parts.svg.dataset.sizes = JSON.stringify(shownBy(model));
    focused.restore();
    parts.strip.innerHTML = model.get("weights") ? weights(tensors, sizesOf(state)) : "";
    showSnippet(parts.code, model.get("templates")[templateKey(state)], sizesOf(state));
    for (const name of ["num_layers", "bidirectional", "batch_first"]) {
      (heads[name] ?? Object.fromEntries(sliders)[name])?.disable(state.cell);
    }
    drawStanding();
  };

  const drawStanding = () => {
    const answer = model.get("numbers");
    const now = standing(answer, shownBy(model), { ...link, problem: model.get("problem") });
    parts.numbers.dataset.state = now;
    parts.notice.textContent = standingSaid(now, answer);
    clearTimeout(link.timer);
    if (now === "waiting") link.timer = setTimeout(() => ((link.late = true), drawStanding()), LATE);
  };

  const drawNumbers = () => {
    const answer = model.get("numbers");
    Object.assign(link, { connected: true, late: false });
    showNumbers(parts.panel, answer);
    parts.numbers.dataset.sizes = JSON.stringify(answer.sizes ?? {});
    const time = answer.seconds === undefined ? "not run" : duration(answer.seconds);
    parts.facts.textContent = [answer.device, time, `${answer.parameters?.toLocaleString("en")} parameters`].join("  ·  ");
    drawStanding();
  };

  const drawProblem = () => {
    say(model.get("problem"));
    drawStanding();
  };
  const drawLink = () => {
    link.connected = !host.closest(".jupyter-widgets-disconnected");
    drawStanding();
  };
  const copy = async () => {
    const state = stateOf(model);
    await navigator.clipboard.writeText(filled(model.get("templates")[templateKey(state)], sizesOf(state)));
    parts.copy.textContent = "Copied";
    setTimeout(() => (parts.copy.textContent = "Copy"), 1500);
  };

  const drawn = [...SIZES, ...CHOICES, "weights"].map((name) => `change:${name}`).join(" ");
  const heard = [[drawn, drawDiagram], ["change:numbers", drawNumbers], ["change:problem", drawProblem], ["comm_live_update", drawLink]];
  for (const [events, draw] of heard) model.on(events, draw);
  parts.copy.addEventListener("click", copy);
  const dark = lightAxes(parts.root, parts.caption);

  host.append(parts.root);
  drawDiagram();
  drawNumbers();
  drawProblem();
  drawLink();
  return () => {
    for (const [events, draw] of heard) model.off(events, draw);
    for (const control of [...sliders.map(([, s]) => s), ...Object.values(heads)]) control.stop();
    clearTimeout(link.timer);
    dark();
  };
}

export default { render };
