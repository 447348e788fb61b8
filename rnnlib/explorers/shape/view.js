// The shape explorer on screen: controls, the diagram that follows them at once, and the live layer's answer.
import { changes, choice, el, keepKeys, listen, renderOf, slider, toggle } from "../shared/controls.js";
import { lightAxes, roving } from "../shared/lit_axes.js";
import { snippetPanel } from "../shared/snippet.js";
import { livePanel } from "./answer.js";
import { sizesOf, svgOf } from "./diagram.js";
import { weights } from "./weights.js";

const SIZES = ["seq_len", "batch", "input_size", "hidden_size", "num_layers"];
const LAYER_ONLY = ["num_layers", "bidirectional", "batch_first"]; // what a cell does not have
const CHOICES = ["kind", "bidirectional", "batch_first", "device"];

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
    kind: () => choice(model, "kind", Object.keys(model.get("families")), family, asLayer),
    cell: () => toggle(model, "kind", "cell", isCell, asCell),
    bidirectional: () => toggle(model, "bidirectional"),
    batch_first: () => toggle(model, "batch_first"),
    weights: () => toggle(model, "weights"),
    device: () => choice(model, "device", model.get("devices")),
  };
  const wanted = Object.keys(make).filter((name) => shown.includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** The left column: sliders, and what to find out with them. */
function column(sliders, question) {
  const asked = question ? [el("p", { class: "question" }, el("b", {}, "Find out: "), question)] : [];
  return el("div", { class: "sliders" }, ...sliders, ...asked);
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const shown = model.get("controls");
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const say = (sentence) => {
    problem.textContent = sentence;
  };
  const tell = () => say(model.get("problem"));
  const moved = SIZES.filter((name) => shown.includes(name));
  const sliders = Object.fromEntries(moved.map((name) => [name, slider(model, name, model.get("ranges")[name], say)]));
  const controls = { ...header(model, shown), ...sliders };
  const picture = el("div", { class: "rnnlib-diagram", role: "group" });
  const strip = el("div", { class: "weights" });
  const caption = el("p", { class: "caption" });
  const [redrawPicture, redrawStrip] = [roving(picture), roving(strip)];
  const snippet = snippetPanel();
  const live = livePanel(model);

  const draw = () => {
    const state = stateOf(model);
    const sizes = sizesOf(state);
    const tensors = tensorsOf(model.get("rules"), state);
    redrawPicture(svgOf(tensors, state));
    picture.dataset.sizes = JSON.stringify(shownBy(model));
    redrawStrip(model.get("weights") ? weights(tensors, sizes) : "");
    snippet.show(model.get("templates")[templateKey(state)], sizes);
    for (const name of LAYER_ONLY) controls[name]?.disable(state.cell);
    live.showStatus();
    tell();
  };
  const deaf = listen(model, { ...changes([...SIZES, ...CHOICES, "weights"], draw), "change:problem": tell });

  const parts = (names) => names.filter((name) => controls[name]).map((name) => controls[name].whole);
  const heads = parts(Object.keys(controls).filter((name) => !SIZES.includes(name)));
  const root = el(
    "div",
    { class: "rnnlib shape", role: "region", "aria-label": "Shape explorer" },
    el("div", { class: "head" }, ...heads),
    problem,
    el(
      "div",
      { class: "body" },
      column(parts(SIZES), model.get("question")),
      el("div", { class: "stage" }, picture, caption),
    ),
    strip,
    el("div", { class: "foot" }, snippet.whole, live.whole),
  );
  keepKeys(root);
  const stopLighting = lightAxes(root, caption);
  host.replaceChildren(root);
  draw();
  return () => {
    deaf();
    for (const part of [...Object.values(controls), live]) part.stop();
    stopLighting();
  };
}

export default { render: renderOf(build, ["controls", "question", "ranges", "devices"]) };
