// The step explorer on screen: a moment of time, the circuit with its values, the equations filled in, the whole history.
import { changes, choice, el, keepKeys, listen, pick, slider } from "./controls.js";
import { heatFigure } from "./heat_figure.js";
import { circuit } from "./step_circuit.js";
import { PAPER, equationsOf } from "./step_equations.js";
import { decoded, historyOf, scaleOf, termsAt, vectorAt } from "./step_values.js";

const BEAT = 450; // milliseconds a step when playing
const PLACE = ["time", "layer_index", "direction", "item", "unit"];
const SLIDERS = ["seq_len", "hidden_size"];
const PARTS = {
  LSTM: ["x", "i", "f", "g", "o", "c", "h"],
  GRU: ["x", "r", "z", "n", "h"],
  RNN: ["x", "h"],
};

/** Where the learner looks, within what was traced. */
export function placeOf(model, sizes) {
  const within = (name, count) => Math.max(0, Math.min(count - 1, model.get(name)));
  return {
    time: within("time", sizes.seq_len),
    layer: within("layer_index", sizes.num_layers),
    direction: within("direction", sizes.num_directions),
    item: within("item", sizes.batch),
    unit: within("unit", sizes.hidden_size),
  };
}

/** The arrays' names of a part of the picture: what layer 1 reads is called as what layer 0 reads. */
export function arrayOf(part, { layer }) {
  return part === "x" ? `x of layer ${layer}` : part;
}

/** The colours' scale of a part: gates are within 1, all else as large as it gets. */
export function rangeFor(part, array, traced) {
  return isGate(part, traced) ? 1 : scaleOf(array.numbers);
}

/** The values of one step for the circuit: by part, with the scale that its colours have. */
export function partsAt(arrays, traced, place) {
  const { family } = traced;
  const names = [...PARTS[family], "h before", ...(family === "LSTM" ? ["c before"] : [])];
  const part = (name) => {
    const array = arrays[arrayOf(name, place)];
    return { name, values: [...vectorAt(array, place)], range: rangeFor(name, array, traced) };
  };
  const before = place.direction ? "t+1" : "t−1"; // the backward direction comes from the step after
  return { before, ...Object.fromEntries(names.map((name) => [name, part(name)])) };
}

/** The rows of both weights, cut into gates: which gate reads them lights with it. */
function rows(gates) {
  const block = (name) => el("div", { class: "rows" }, el("span", { class: "name" }, name), ...gates.map((gate) => el("span", { "data-part": gate }, gate)));
  return el("div", { class: "weight-rows", role: "img", "aria-label": `rows of weight_ih and weight_hh: ${gates.join(", ")}` }, block("weight_ih"), block("weight_hh"));
}

function equation({ part, rule, filled, result }) {
  return el(
    "div",
    { class: "equation", "data-part": part },
    el("p", { class: "rule" }, rule),
    el("p", { class: "filled" }, `= ${filled}${result && " = "}`, el("b", {}, result)),
  );
}

/** torch's n beside the paper's; what differs is marked. */
function paper() {
  const line = (name, [start, mark, end]) => el("p", {}, el("span", { class: "who" }, name), start, el("mark", {}, mark), end);
  return el("div", { class: "paper" }, line("torch", PAPER.torch), line("paper", PAPER.paper));
}

/** Pointing at a part lights its circuit, equation, weight rows and heat map. */
function lightParts(root) {
  const light = (event) => {
    const part = event.target.closest?.("[data-part]")?.dataset.part;
    for (const lit of root.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (part) for (const same of root.querySelectorAll(`[data-part="${part}"]`)) same.classList.add("lit");
  };
  root.addEventListener("pointerover", light);
  root.addEventListener("focusin", light);
  root.addEventListener("pointerleave", light);
}

/** The bar of time: a button that plays, and a slider. */
function timeBar(model, steps, say) {
  const play = el("button", { type: "button", class: "play", "aria-label": "play" }, "▶");
  const bar = slider(model, "time", [0, 1], say);
  let beat = 0;
  const stop = () => {
    clearInterval(beat);
    beat = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", "play");
  };
  const ends = () => (model.get("direction") ? [steps() - 1, 0] : [0, steps() - 1]); // the backward direction ends at 0
  const step = () => {
    const [first, last] = ends();
    if (model.get("time") !== last) model.set("time", model.get("time") + Math.sign(last - first));
    model.save_changes();
    if (model.get("time") === last) stop();
  };
  play.addEventListener("click", () => {
    if (beat) return stop();
    const [first, last] = ends();
    if (model.get("time") === last) model.set("time", first);
    model.save_changes();
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "pause");
    beat = setInterval(step, BEAT);
  });
  return { whole: el("div", { class: "time" }, play, bar.whole), bar, stop: () => (stop(), bar.stop()) };
}

/** The controls that a lecturer chose to show, by name. `sizes` gives those of what was traced. */
function controlsOf(model, sizes, say) {
  const upTo = (name) => () => Array.from({ length: sizes()?.[name] ?? 1 }, (_, i) => i);
  const make = {
    kind: () => choice(model, "kind", ["RNN", "LSTM", "GRU"], (kind) => kind.replace("Cell", "")),
    weights: () => pick(model, "weights", "weights", () => model.get("weight_names")),
    source: () => pick(model, "source", "input", () => model.get("sources")),
    layer: () => pick(model, "layer_index", "layer", upTo("num_layers")),
    direction: () => pick(model, "direction", "direction", upTo("num_directions"), (d) => ["→", "←"][d]),
    item: () => pick(model, "item", "sequence", upTo("batch")),
    unit: () => pick(model, "unit", "unit", upTo("hidden_size")),
    seq_len: () => slider(model, "seq_len", [1, 30], say),
    hidden_size: () => slider(model, "hidden_size", [1, 16], say),
  };
  const wanted = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

const isGate = (part, { gates }) => gates.includes(part) && part !== "h";

/** A heat map a part; a click on one goes to that step and unit. */
function figuresOf(model, traced) {
  const name = (part) => (part === "x" ? "x, input" : `${part} ${isGate(part, traced) ? "gate" : "state"}`);
  const go = (part) => (unit, step) => {
    model.set("time", step);
    if (part !== "x") model.set("unit", unit);
    model.save_changes();
  };
  const figure = (part) => {
    const made = heatFigure({ name: name(part), index: `${part}[unit r, step c]`, pick: go(part) });
    made.whole.dataset.part = part;
    return made;
  };
  return Object.fromEntries(PARTS[traced.family].map((part) => [part, figure(part)]));
}

/** Draw the circuit, and give the keyboard back to the gate that had it. */
function redraw(picture, markup) {
  const part = picture.contains(document.activeElement) ? document.activeElement.dataset.part : null;
  picture.innerHTML = markup;
  if (part) picture.querySelector(`.gate[data-part="${part}"]`)?.focus({ preventScroll: true });
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const say = (sentence) => (problem.textContent = sentence);
  const tell = () => say(model.get("problem"));
  const picture = el("div", { class: "rnnlib-diagram", role: "group" });
  const [heading, truth] = [el("h3", {}), el("div", { class: "truth", role: "status" })];
  const title = el("div", { class: "title" }, heading, truth);
  const equations = el("div", { class: "equations" });
  const maps = el("div", { class: "maps" });
  const [note, says] = [el("p", { class: "notice" }), el("p", { class: "says" })];
  let [traced, arrays, figures] = [null, null, {}];
  const controls = controlsOf(model, () => traced?.sizes, say);
  const time = timeBar(model, () => traced.sizes.seq_len, say);

  const draw = () => {
    const place = placeOf(model, traced.sizes);
    redraw(picture, circuit(traced.family, partsAt(arrays, traced, place), place.unit, traced.squash));
    picture.dataset.sizes = JSON.stringify({ ...traced.sizes, ...Object.fromEntries(PLACE.map((name) => [name, model.get(name)])) });
    heading.textContent = `Unit ${place.unit}, step ${place.time}`;
    const lines = equationsOf(traced.family, termsAt(arrays, traced, place)).map(equation);
    equations.replaceChildren(title, ...lines, ...(traced.family === "GRU" ? [paper()] : []), rows(traced.gates));
    for (const [part, figure] of Object.entries(figures)) {
      const array = arrays[arrayOf(part, place)];
      const seen = place.direction ? { from: place.time } : { until: place.time };
      figure.show({ ...historyOf(array, place), range: rangeFor(part, array, traced), ...seen }, "time →");
      figure.frame.style.setProperty("--at", place.time / traced.sizes.seq_len);
      figure.frame.style.setProperty("--wide", 1 / traced.sizes.seq_len);
    }
    tell();
  };

  const receive = () => {
    traced = model.get("traced");
    arrays = decoded(traced.arrays);
    figures = figuresOf(model, traced);
    maps.replaceChildren(...Object.values(figures).map((figure) => figure.whole));
    truth.textContent = traced.truth;
    truth.classList.toggle("wrong", !traced.equal);
    note.textContent = traced.note;
    says.textContent = traced.says;
    time.bar.reach(0, traced.sizes.seq_len - 1);
    for (const control of Object.values(controls)) control.refresh?.();
    draw();
  };

  const deaf = listen(model, { ...changes(PLACE, draw), "change:traced": receive, "change:problem": tell });
  const part = (wanted) => Object.keys(controls).filter((name) => SLIDERS.includes(name) === wanted).map((name) => controls[name].whole);
  const question = model.get("question");
  const root = el(
    "div",
    { class: "rnnlib step", role: "region", "aria-label": "Step explorer" },
    el("div", { class: "head" }, ...part(false)),
    problem,
    el("div", { class: "time-bar" }, time.whole, ...part(true)),
    el("div", { class: "body" }, el("div", { class: "stage" }, picture, says, note), equations),
    maps,
    ...(question ? [el("p", { class: "question" }, el("b", {}, "Find out: "), question)] : []),
  );
  keepKeys(root);
  lightParts(root);
  host.replaceChildren(root);
  receive();
  return () => {
    deaf();
    for (const control of [...Object.values(controls), time]) control.stop();
  };
}

/** Build it, and build it anew where a lecturer changes what it is made of. */
function render({ model, el: host }) {
  let stop = build(model, host);
  const rebuild = () => {
    stop();
    stop = build(model, host);
  };
  const deaf = listen(model, changes(["controls", "question"], rebuild));
  return () => {
    deaf();
    stop();
  };
}

export default { render };
