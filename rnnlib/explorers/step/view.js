// The step explorer on screen: a moment of time, the circuit with its values, the equations filled in, the whole history.
import { changes, el, holdHeight, keepKeys, listen, renderOf, toggle } from "../shared/controls.js";
import { decoded } from "../shared/numbers.js";
import { liveStatus } from "../shared/status.js";
import { circuit } from "./circuit.js";
import {
  arrayOf,
  beforeOf,
  isGate,
  paperParts,
  partsAt,
  partsOf,
  placeOf,
  rangeFor,
  scaleSaid,
} from "./circuit_values.js";
import { controlsOf, timeBar } from "./controls.js";
import { panel } from "./equations_panel.js";
import { colourKey, historyFigure } from "./history.js";
import { historyOf } from "./values.js";

const PLACE = ["time", "layer_index", "direction", "item", "unit"];
const SLIDERS = ["seq_len", "hidden_size"];
const HEAD = [["kind"], ["weights", "source", "device"], ["layer", "direction", "item", "unit"]]; // what stays together in a row

/** Pointing at a part, or going to it by keyboard, lights its circuit, equation, weight rows and heat map. */
function lightParts(root) {
  let lit = null;
  const relight = () => {
    for (const old of root.querySelectorAll(".lit")) old.classList.remove("lit");
    if (lit) for (const same of root.querySelectorAll(`[data-part="${lit}"]`)) same.classList.add("lit");
  };
  const light = (event) => {
    lit = event.target.closest?.("[data-part]")?.dataset.part ?? null;
    relight();
  };
  root.addEventListener("pointerover", light);
  root.addEventListener("focusin", light);
  root.addEventListener("pointerleave", light);
  return relight;
}

/** A heat map a part; a click or an arrow key on one goes to that step and unit. */
function figuresOf(model, traced, redraw) {
  const rows = { x: 0 }; // of x no unit is chosen, but a feature can be read
  const go = (part) => (row, step) => {
    if (part === "x") rows.x = row;
    else model.set("unit", row);
    model.set("time", step);
    model.save_changes();
    if (part === "x") redraw();
  };
  const figure = (part) => {
    const kind = part === "x" ? "input" : isGate(part, traced) ? "gate" : "state";
    return historyFigure(part, kind, part === "x" ? "feature" : "unit", go(part));
  };
  const figures = Object.fromEntries(partsOf(traced).map((part) => [part, figure(part)]));
  const kept = {}; // a part's history changes with the place, and not with time
  const history = (part, array, place) => {
    const key = [place.layer, place.direction, place.item].join();
    if (kept[part]?.key !== key) kept[part] = { key, map: historyOf(array, place) };
    return kept[part].map;
  };
  const show = (arrays, place) => {
    for (const [part, { show }] of Object.entries(figures)) {
      const array = arrays[arrayOf(part, place)];
      const range = rangeFor(part, array, traced);
      const seen = place.direction ? { from: place.time, until: array.dims[2] - 1 } : { from: 0, until: place.time };
      const at = {
        cell: [part === "x" ? Math.min(rows.x, array.dims[4] - 1) : place.unit, place.time],
        picked: part !== "x",
      };
      show({ ...history(part, array, place), range, said: scaleSaid(part, range, traced), ...seen, ...at });
    }
  };
  return { whole: Object.values(figures).map((figure) => figure.whole), show };
}

/** Draw the circuit, and give the keyboard back to the gate that had it. */
function redraw(picture, markup) {
  const part = picture.contains(document.activeElement) ? document.activeElement.dataset.part : null;
  picture.innerHTML = markup;
  if (part) picture.querySelector(`.gate[data-part="${part}"]`)?.focus({ preventScroll: true });
}

/** The circuit, and on demand the paper's GRU beside torch's. */
function drawn(arrays, traced, place, paper) {
  const { family, squash, projected } = traced;
  const parts = partsAt(arrays, traced, place);
  const ours = circuit(family, parts, place.unit, { squash, projected });
  if (!paper) return ours;
  const theirs = circuit(family, paperParts(parts, arrays, place), place.unit, { form: "paper" });
  const figure = (name, picture) => `<div class="form"><p>${name}</p>${picture}</div>`;
  return (
    figure("torch's GRU: <b>r after</b> the matrix product", ours) +
    figure("the paper's: <b>r before</b> the matrix product", theirs)
  );
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const say = (sentence) => {
    problem.textContent = sentence;
  };
  const tell = () => say(model.get("problem"));
  const picture = el("div", { class: "rnnlib-diagram", role: "group" });
  const [heading, truth] = [el("h3", {}), el("div", { class: "truth", role: "status" })];
  const title = el("div", { class: "title" }, heading, truth);
  const equations = el("div", { class: "equations" });
  const held = holdHeight(equations);
  const maps = el("div", { class: "maps" });
  const [note, says] = [el("p", { class: "notice" }), el("p", { class: "says" })];
  const notice = el("p", { class: "notice status", role: "status" });
  const beside = toggle(model, "paper", "beside the original paper's GRU");
  const body = el(
    "div",
    { class: "body" },
    el("div", { class: "stage" }, beside.whole, picture, says, note),
    equations,
  );
  let [traced, arrays, figures, relight] = [null, null, null, () => {}];
  const controls = controlsOf(model, () => traced, say);
  const time = timeBar(model, () => traced.sizes.seq_len, say);

  const draw = () => {
    const place = placeOf(model, traced.sizes);
    const paper = traced.family === "GRU" && model.get("paper");
    redraw(picture, drawn(arrays, traced, place, paper));
    picture.dataset.sizes = JSON.stringify({
      ...traced.sizes,
      ...Object.fromEntries(PLACE.map((name) => [name, model.get(name)])),
    });
    body.classList.toggle("both", paper);
    heading.textContent = `Unit ${place.unit}, step ${place.time}`;
    equations.replaceChildren(
      title,
      ...panel(arrays, traced, place, { parts: partsOf(traced), before: beforeOf(place), paper }),
    );
    figures.show(arrays, place);
    relight();
    tell();
  };

  const tellTruth = () => {
    const { says } = model.get("running");
    truth.textContent = says ? "tracing …" : traced.truth;
    truth.title = says ?? "";
    truth.classList.toggle("running", Boolean(says));
    truth.classList.toggle("wrong", !says && !traced.equal);
  };

  const receive = () => {
    traced = model.get("answer");
    traced = { ...traced, states: model.get("families")[traced.family].states };
    held.release();
    arrays = decoded(traced.arrays);
    figures = figuresOf(model, traced, draw);
    maps.replaceChildren(...figures.whole, colourKey());
    const count = figures.whole.length;
    maps.style.setProperty("--across", count > 4 ? Math.ceil(count / 2) : count); // where they stand in two rows
    maps.style.setProperty("--tall", Math.max(traced.sizes.hidden_size, traced.sizes.input_size));
    beside.whole.hidden = traced.family !== "GRU";
    tellTruth();
    note.textContent = traced.note;
    says.textContent = traced.says;
    time.bar.reach(0, traced.sizes.seq_len - 1);
    for (const control of Object.values(controls)) control.refresh?.();
    for (const name of SLIDERS) controls[name]?.fit(traced.least[name], traced.sizes[name], traced.fixed[name]);
    draw();
    status.revive();
  };

  const deaf = listen(model, {
    ...changes([...PLACE, "paper"], draw),
    ...changes(Object.keys(model.get("answer").asked), () => status.show()),
    "change:answer": receive,
    "change:running": tellTruth,
    "change:problem": tell,
  });
  const shown = (names) => names.filter((name) => name in controls).map((name) => controls[name].whole);
  const groups = HEAD.map(shown).filter((group) => group.length > 0);
  const question = model.get("question");
  const root = el(
    "div",
    { class: "rnnlib step", role: "region", "aria-label": "Step explorer" },
    el("div", { class: "head" }, ...groups.map((group) => el("div", { class: "group" }, ...group))),
    problem,
    ...(question ? [el("p", { class: "question" }, el("b", {}, "Find out: "), question)] : []),
    el("div", { class: "time-bar" }, time.whole, ...shown(SLIDERS)),
    notice,
    body,
    maps,
  );
  const status = liveStatus(model, { whole: root, notice });
  keepKeys(root);
  relight = lightParts(root);
  host.replaceChildren(root);
  receive();
  return () => {
    deaf();
    held.stop();
    for (const control of [...Object.values(controls), time, beside, status]) control.stop();
  };
}

export default { render: renderOf(build, ["controls", "question", "devices"]) };
