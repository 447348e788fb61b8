// The shape explorer on screen: the diagram follows the controls at once, and the live layer's answer stands in it.
import { changes, choice, el, listen, renderOf, slider, toggle } from "../shared/controls.js";
import { snippetPanel } from "../shared/copyable_snippet.js";
import { fitted, frame } from "../shared/frame.js";
import { lightAxes, roving } from "../shared/lit_axes.js";
import { numberOf } from "../shared/symbols.js";
import { changeSaid, checkLine, factsOf } from "./checks.js";
import { drawn, sizesOf } from "./diagram.js";
import { mapOf, paintFaces } from "./faces.js";
import { CHOICES, SIZES, shownBy, stateOf, templateKey, tensorsOf } from "./state.js";
import { weights } from "./weights.js";

const LAYER_ONLY = ["num_layers", "bidirectional", "batch_first"]; // what a cell does not have

const family = (kind) => kind.replace("Cell", "");
const isCell = (kind) => kind.endsWith("Cell");

/** The controls by name, as far as a lecturer shows them. */
function controlsOf(model, say) {
  const asLayer = (name) => name + (isCell(model.get("kind")) ? "Cell" : "");
  const asCell = (on) => family(model.get("kind")) + (on ? "Cell" : "");
  const sized = (name) => () => slider(model, name, model.get("ranges")[name], say);
  const make = {
    ...Object.fromEntries(SIZES.map((name) => [name, sized(name)])),
    kind: () => choice(model, "kind", Object.keys(model.get("families")), family, asLayer),
    cell: () => toggle(model, "kind", "cell", isCell, asCell),
    bidirectional: () => toggle(model, "bidirectional"),
    batch_first: () => toggle(model, "batch_first"),
    weights: () => toggle(model, "weights"),
    device: () => choice(model, "device", model.get("devices")),
  };
  const one = (name) => name === "device" && model.get("devices").length < 2; // nothing to choose
  const wanted = Object.keys(make).filter((name) => model.get("controls").includes(name) && !one(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** Every tensor's sizes by its name. */
function shapesOf(tensors, sizes) {
  return Object.fromEntries(tensors.map((t) => [t.name, t.axes.map((axis) => numberOf(axis, sizes))]));
}

/** What the last move changed: tells it once it was drawn. */
function changesOf(model, line) {
  let [chosen, shapes] = [null, null];
  return (tensors, sizes) => {
    const [now, after] = [shownBy(model), shapesOf(tensors, sizes)];
    const moved = chosen ? Object.keys(now).filter((name) => now[name] !== chosen[name]) : [];
    const moves = moved.map((name) => [name, chosen[name], now[name]]);
    if (moves.length) line.set("changed", changeSaid(moves, shapes, after));
    [chosen, shapes] = [now, after];
  };
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const picture = el("div", { class: "rnnlib-diagram", role: "group" });
  const strip = el("div", { class: "weights" });
  const checks = el("ul", { class: "checks rnnlib-numbers fades" });
  const source = el("p", { class: "source" });
  const snippet = snippetPanel();
  const say = (words) => framed.say(words);
  const controls = controlsOf(model, say);
  const parts = (names) => names.filter((name) => controls[name]).map((name) => controls[name].whole);
  const [sliders, others] = [parts(SIZES), parts(Object.keys(controls).filter((name) => !SIZES.includes(name)))];
  const few = sliders.length <= 3 && others.length <= 2;
  const framed = frame(model, {
    name: "shape",
    label: "Shape explorer",
    strips: few ? [[...sliders, ...others]] : [sliders, others],
    picture: el("div", { class: "picture" }, picture, strip),
    says: [checks],
    folds: { Code: snippet.whole },
  });
  const { root, line } = framed;
  const [redrawPicture, redrawStrip] = [roving(picture), roving(strip)];
  const tellChange = changesOf(model, line);
  let maps = {};

  /** Ticks at the shapes and numbers on the faces: only those of an answer that belongs to what is drawn. */
  const answered = (faces) => {
    const answer = model.get("answer");
    for (const tick of picture.querySelectorAll("[data-tick]")) {
      const row = answer.rows?.find(({ name }) => name === tick.dataset.tick);
      tick.textContent = row ? (row.agrees ? "✓" : `✗ ${row.shape.join(", ")}`) : "";
      tick.classList.add(row?.agrees === false ? "wrong" : "right");
    }
    if (root.dataset.state === "live")
      paintFaces(picture.firstChild, faces, maps, (words) => line.set("pointed", words));
  };

  const draw = (width) => {
    const state = stateOf(model);
    const sizes = sizesOf(state);
    const tensors = tensorsOf(model.get("rules"), state);
    const { svg, faces } = drawn(tensors, state, width);
    redrawPicture(svg);
    picture.dataset.sizes = JSON.stringify(shownBy(model));
    redrawStrip(model.get("weights") ? weights(tensors, sizes) : "");
    snippet.show(model.get("templates")[templateKey(state)], sizes);
    for (const name of LAYER_ONLY) controls[name]?.disable(state.cell);
    framed.check();
    answered(faces);
    tellChange(tensors, sizes);
    framed.relight();
  };
  const room = fitted(picture, draw);
  const redraw = () => room.width() && draw(room.width());

  const receive = () => {
    const answer = model.get("answer");
    maps = Object.fromEntries((answer.faces ?? []).map((map) => [map.tensor, mapOf(map)]));
    checks.replaceChildren(...(answer.checks ?? []).map(checkLine));
    checks.dataset.sizes = JSON.stringify(answer.asked ?? {});
    source.textContent = answer.source ?? "";
    framed.facts.textContent = answer.device ? factsOf(answer) : "";
    framed.facts.title = answer.source ?? "";
    redraw();
  };
  const deaf = listen(model, { ...changes([...SIZES, ...CHOICES, "weights"], redraw), "change:answer": receive });
  line.set("resting", "Point at an axis or a number to read it.");
  const stopLighting = lightAxes(root, (words) => line.set("pointed", words));
  host.replaceChildren(root);
  receive();
  return () => {
    deaf();
    for (const part of [...Object.values(controls), framed, room]) part.stop();
    stopLighting();
  };
}

export default { render: renderOf(build, ["controls", "show", "question", "solution", "ranges", "devices"]) };
