// The step explorer on screen: time, the score of all that was computed, and one step of one unit as circuit and equations.
import { changes, el, holdHeight, listen, renderOf, toggle } from "../shared/controls.js";
import { fitted, frame } from "../shared/frame.js";
import { decoded } from "../shared/numbers.js";
import { valuesOf } from "../shared/state.js";
import { asInThePaper, circuit, valuesAt } from "./circuit.js";
import { controlsOf, endsOf, SLIDERS, stripsOf, timeBar } from "./controls.js";
import { equationsOf, paperLines, printed } from "./equations.js";
import { compared, equations, partSaid, weightRows } from "./panel.js";
import { beforeOf, placeOf } from "./parts.js";
import { keyOf, reachedAt, scoreOf, shownOf } from "./score.js";
import { termsAt } from "./values.js";

const PLACE = ["time", "layer_index", "direction", "item", "unit"];
const PAIRED = 720; // so wide, two circuits stand side by side
const LEAST = 330; // so wide, a circuit is drawn at least: in less room it is smaller
const BEGIN = "Press play, or move through time: what a step computes is shown once you are there.";
const GO_ON = "Point at a cell, a gate or a number to read it.";

/** Pointing at a part, or going to it by keyboard, lights it wherever it stands; `tell(part)` hears which, null after. */
function lightParts(root, tell) {
  let lit = null;
  const relight = () => {
    for (const old of root.querySelectorAll(".lit")) old.classList.remove("lit");
    if (lit) for (const same of root.querySelectorAll(`[data-part="${lit}"]`)) same.classList.add("lit");
  };
  const light = ({ target }) => {
    lit = target.closest?.("[data-part]")?.dataset.part ?? null;
    relight();
    if (!target.closest?.(".row")) tell(lit); // a row of the score says the very cell
  };
  root.addEventListener("pointerover", light);
  root.addEventListener("focusin", light);
  root.addEventListener("pointerleave", light);
  return relight;
}

/** Draw the circuits, and give the keyboard back to the gate that had it. */
function redrawGates(picture, markup) {
  const part = picture.contains(document.activeElement) ? document.activeElement.dataset.part : null;
  picture.innerHTML = markup;
  if (part) picture.querySelector(`.gate[data-part="${part}"]`)?.focus({ preventScroll: true });
}

/** What a step did to the states, in a sentence. */
export function stepSaid({ before, now }, time) {
  const moves = Object.keys(now)
    .filter((state) => now[state] !== undefined)
    .map((state) => [state, printed(before[state]), printed(now[state])])
    .map(([state, from, to]) => (from === to ? `${state} stays ${to}` : `${state} ${from} → ${to}`));
  return `Step ${time}: ${moves.reverse().join(", ")}.`;
}

/** What these weights do: told when asked, or once time has run out; its place is kept, so that nothing moves. */
function saysOf() {
  const ask = el("button", { type: "button", class: "quiet" }, "What do these weights do?");
  const words = el("p", {});
  const whole = el("div", { class: "told" }, words, ask);
  const tell = (told) => {
    whole.classList.toggle("open", told);
    ask.hidden = told;
  };
  ask.addEventListener("click", () => tell(true));
  const fill = (sentence) => {
    if (words.textContent !== sentence) tell(false);
    words.textContent = sentence;
    whole.hidden = !sentence;
  };
  return { whole, tell, fill };
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  let [traced, arrays, score, lines] = [null, null, null, []];
  let [reached, feature, width] = [null, 0, 0]; // of x no unit is chosen, but a feature can be read
  let moved = false; // in time, since the answer came
  const say = (words) => framed.say(words);
  const controls = controlsOf(model, () => traced, say);
  const time = timeBar(model, () => traced.sizes.seq_len, say);
  const scored = el("div", {});
  const diagram = el("div", { class: "rnnlib-diagram fades", role: "group", "aria-label": "one step of one unit" });
  const numbers = el("div", { class: "rnnlib-numbers fades" });
  const held = holdHeight(numbers);
  const heading = el("h3", {});
  const beside = toggle(model, "paper", "beside the original paper's GRU");
  const [key, told, note] = [keyOf(), saysOf(), el("p", { class: "note" })];
  const side = el("div", { class: "side" }, numbers, told.whole);
  const detail = el("div", { class: "detail" }, diagram, side);
  const weights = el("div", { class: "weights" });
  const framed = frame(model, {
    name: "step",
    label: "Step explorer",
    strips: stripsOf(controls),
    picture: el("div", {}, scored, el("div", { class: "title" }, heading, key.whole, beside.whole), detail),
    says: [note],
    folds: { Weights: weights },
  });
  const { root, line } = framed;

  const sizes = () => JSON.stringify({ ...traced.sizes, ...valuesOf(model, PLACE) });

  /** The circuit with its equations; or torch's GRU and the paper's, each with what differs. */
  const drawStep = (values, paired) => {
    const { family, squash, projected } = traced;
    const ours = equationsOf(family, values.at);
    lines = ours;
    if (!paired) {
      redrawGates(diagram, circuit(family, values, width, { squash, projected }));
      numbers.replaceChildren(...equations(ours, values.before));
      return;
    }
    const columns = width >= PAIRED ? 2 : 1;
    const wide = Math.floor((width - 20 * (columns - 1)) / columns);
    const form = (name, rule, drawn) => `<div><p>${name} <b>${rule}</b></p>${drawn}</div>`;
    detail.style.setProperty("--forms", columns);
    redrawGates(
      diagram,
      form("torch's GRU:", "r · (W_hn h + b_hn)", circuit(family, values, wide, { marked: true })) +
        form(
          "the paper's:",
          "W_hn (r · h) + b_hn",
          circuit(family, asInThePaper(values), wide, { form: "paper", marked: true }),
        ),
    );
    const both = [ours.slice(-2), paperLines(values.at)];
    numbers.replaceChildren(...both.map((two) => el("div", {}, ...compared(two))));
  };

  const draw = () => {
    const place = placeOf(model, traced.sizes);
    const both = traced.family === "GRU" && model.get("paper");
    reached = reachedAt(reached, place);
    score.show(arrays, place, reached, feature);
    heading.textContent = `Unit ${place.unit}, step ${place.time}`;
    key.show(shownOf(traced.sizes.hidden_size, place.unit));
    detail.classList.toggle("both", both);
    for (const part of [diagram, numbers]) part.dataset.sizes = sizes();
    if (width) drawStep(valuesAt(arrays, traced, place), both);
    line.set("changed", moved ? stepSaid(termsAt(arrays, traced, place), place.time) : "");
    relight();
    framed.check();
    framed.relight();
  };
  const room = fitted(diagram, (units) => {
    width = Math.max(LEAST, units);
    if (traced) draw();
  });

  /** What a learner did in time: the line says what the step did, and at the last one what the weights do. */
  const move = () => {
    moved = true;
    draw();
    const place = placeOf(model, traced.sizes);
    line.set("resting", GO_ON);
    if (place.time === endsOf(place.direction, traced.sizes.seq_len)[1]) told.tell(true);
  };

  const compare = () => {
    detail.classList.toggle("both", traced.family === "GRU" && model.get("paper"));
    held.release();
    room.fit();
    draw();
  };

  const turn = () => {
    reached = null;
    draw();
  };

  const go = (part, unit, step) => {
    if (part === "x") feature = unit;
    else model.set("unit", unit);
    model.set("time", step);
    model.save_changes();
    if (part === "x") draw();
  };

  const receive = () => {
    const before = traced;
    const answer = model.get("answer");
    const { states, weights: named } = model.get("families")[answer.family];
    traced = { ...answer, states, weights: named.filter((name) => name === "weight_ih" || name === "weight_hh") };
    held.release();
    arrays = decoded(traced.arrays);
    reached = null;
    score = scoreOf(traced, time.whole, { go, point: (words) => line.set("pointed", words) });
    scored.replaceChildren(score.whole);
    beside.whole.hidden = traced.family !== "GRU";
    weights.replaceChildren(...weightRows(traced));
    framed.facts.replaceChildren(
      el("span", { class: `truth live ${traced.equal ? "right" : "wrong"}`, role: "status" }, traced.truth),
    );
    note.textContent = traced.note;
    told.fill(traced.says);
    time.bar.reach(0, traced.sizes.seq_len - 1);
    for (const control of Object.values(controls)) control.refresh?.();
    for (const name of SLIDERS) controls[name]?.fit(traced.least[name], traced.sizes[name], traced.fixed[name]);
    line.set("resting", before ? GO_ON : BEGIN);
    moved = false;
    draw();
  };

  const deaf = listen(model, {
    ...changes(PLACE, draw),
    "change:time": move,
    "change:direction": turn,
    "change:paper": compare,
    "change:answer": receive,
  });
  root.addEventListener("solution", ({ detail }) => {
    if (!detail) return;
    reached = endsOf(model.get("direction"), traced.sizes.seq_len)[1]; // the evidence is seen with it
    draw();
  });
  const relight = lightParts(root, (part) =>
    line.set("pointed", part ? partSaid(part, lines, traced, beforeOf(placeOf(model, traced.sizes))) : ""),
  );
  host.replaceChildren(root);
  receive();
  return () => {
    deaf();
    held.stop();
    for (const control of [...Object.values(controls), time, beside, framed, room]) control.stop();
  };
}

export default { render: renderOf(build, ["controls", "show", "question", "solution", "devices"]) };
