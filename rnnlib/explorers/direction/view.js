// The direction explorer on screen: the unrolled layer; pointing at a number shows what it has read, a click chooses it.
import { changes, choice, el, listen, pick, renderOf, slider, toggle } from "../shared/controls.js";
import { snippetPanel } from "../shared/copyable_snippet.js";
import { fitted, frame } from "../shared/frame.js";
import { decoded } from "../shared/numbers.js";
import { valuesOf } from "../shared/state.js";
import { inputs, unrolled } from "./drawing.js";
import { layoutOf } from "./layout.js";
import { wayLit } from "./network.js";
import { callOf, codeOf, fieldsOf } from "./snippet.js";
import { ASKED, CHOICE, isGiven, placeOf, placeOfKey, stateOf } from "./state.js";
import { summaries } from "./summaries.js";
import { elementOf, inputSaid, lightsOf, many, movedAt, movedByAll, placeAfter, sentenceOf } from "./who_reads.js";

const PLACE = [...CHOICE, "item", "unit"];
const FURTHEST = { seq_len: 29, num_layers: 4 };
/** The controls that a lecturer chose to show, by name. */
function controlsOf(model, say) {
  const batch = () => Array.from({ length: model.get("answer").sizes.batch }, (_, item) => item);
  const steps = (item) => `${item}: ${many(model.get("answer").lengths[item], "step")}`;
  const words = [(packed) => (packed ? "packed" : "padded"), (word) => word === "packed"];
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families"))),
    bidirectional: () => toggle(model, "bidirectional"),
    packed: () => choice(model, "packed", ["padded", "packed"], ...words),
    item: () => pick(model, "item", "sequence", batch, steps),
    seq_len: () => slider(model, "seq_len", [1, FURTHEST.seq_len], say),
    num_layers: () => slider(model, "num_layers", [1, FURTHEST.num_layers], say),
    unit: () => slider(model, "unit", [0, model.get("answer").sizes.units - 1], say),
  };
  const wanted = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** All controls in one strip while they are few, else the sliders in the first of two. */
function stripsOf(controls) {
  const part = (isSlider) =>
    Object.keys(controls)
      .filter((name) => ["seq_len", "num_layers", "unit"].includes(name) === isSlider)
      .map((name) => controls[name].whole);
  const [sliders, choices] = [part(true), part(false)];
  return sliders.length + choices.length > 4 ? [sliders, choices] : [[...sliders, ...choices]];
}

/** To point at a number, or to come to it by Tab, is to look at it; a click or the arrow keys choose it. */
function choosing(picture, { here, look, go, tell, sizes }) {
  const keyOf = ({ target }) => target.closest?.("[data-key]")?.dataset.key;
  const stepOf = ({ target }) => target.closest?.("[data-step]")?.dataset.step;
  let rests = "";
  let step = 0;
  const where = (event) => `${event.clientX} ${event.clientY}`;
  const choose = (event) => keyOf(event) && go(placeOfKey(keyOf(event), here()));
  const read = (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    step = Math.max(0, Math.min(sizes().seq_len - 1, step + move));
    tell(step);
  };
  const heard = {
    pointermove: (event) => {
      rests = where(event);
    },
    pointerover: (event) => {
      if (where(event) === rests) return; // drawn anew under a pointer that rests: nobody points
      if (stepOf(event)) tell(Number(stepOf(event)));
      else look(keyOf(event) ? placeOfKey(keyOf(event), here()) : null);
    },
    pointerleave: () => look(null),
    click: choose,
    focusin: (event) => {
      if (keyOf(event)) look(placeOfKey(keyOf(event), here()));
      else tell(step);
    },
    focusout: () => look(null),
    keydown: (event) => {
      if (!keyOf(event)) return read(event);
      if (event.key === "Enter" || event.key === " ") choose(event);
      const next = placeAfter(event.key, placeOfKey(keyOf(event), here()), sizes());
      if (next) go(next);
      if (next || event.key === " ") event.preventDefault();
    },
  };
  for (const [name, listener] of Object.entries(heard)) picture.addEventListener(name, listener);
}

const INVITES = "Point at, tap or Tab to any box of output or h_n: what has it read?";
const LEGEND = "green: read, the stronger the more · hatched: a pad";

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const picture = el("div", { class: "rnnlib-diagram", role: "group" });
  const both = el("div", { class: "summaries fades" });
  const snippet = snippetPanel();
  const controls = controlsOf(model, (words) => framed.say(words));
  const framed = frame(model, {
    name: "direction",
    label: "Direction explorer",
    strips: stripsOf(controls),
    picture: el("div", { class: "picture" }, picture),
    folds: { "Compare two summaries": both, Code: snippet.whole },
  });
  const { root, line } = framed;
  let arrays = null;
  let [state, at] = [null, null];
  let chosen = isGiven(model);
  let seen = { place: null, moved: [] }; // what is lit
  let [known, compared] = [[], ""];

  const go = (place) => {
    chosen = true;
    const { layer, ...rest } = place;
    for (const [name, value] of Object.entries({ ...rest, layer_index: layer, chosen })) model.set(name, value);
    model.save_changes();
    redraw(); // it may be the place where it stood, unchosen
  };
  /** What moves a number: one unit of a half where units can be chosen, else any of it. */
  const movedOf = (place) => (controls.unit ? movedAt : movedByAll)(arrays, place, state.sizes);
  const said = (place, moved) => sentenceOf(place, state, moved, controls.unit ? `unit ${place.unit} of ` : "");
  /** Light what a number has read, and the way there; nothing of none. */
  const light = (place, moved) => {
    seen = { place, moved };
    const read = picture.querySelector(".inputs");
    picture.querySelector(".lit").innerHTML = place ? wayLit(state, at, place) : "";
    read.innerHTML = inputs(state, at, model.get("item"), place ? lightsOf(moved) : []);
    read.setAttribute("aria-label", `x, the inputs. ${place ? said(place, moved) : "No number is chosen."}`);
    picture.dataset.shows = place ? elementOf(place, state.sizes) : "";
    for (const one of picture.querySelectorAll(".place"))
      one.classList.toggle("seen", place !== null && samePlace(placeOfKey(one.dataset.key, place), place));
  };
  /** Look at a number for as long as it is pointed at; of none, go back to the chosen one. */
  const look = (place) => {
    const known = place && state.fresh;
    const wanted = known ? place : chosen ? placeOf(model, state) : null;
    if ((wanted && elementOf(wanted, state.sizes)) !== (picture.dataset.shows || null))
      light(wanted, wanted && state.fresh ? movedOf(wanted) : []);
    line.set("pointed", known ? said(place, seen.moved) : "");
  };
  const tell = (step) => {
    look(null);
    if (seen.place && state.fresh) line.set("pointed", inputSaid(step, seen.place, state, seen.moved));
  };

  const draw = (width) => {
    state = stateOf(model);
    const [place, focused] = [placeOf(model, state), picture.contains(document.activeElement)];
    const lengths = new Set(state.lengths).size > 1 && (controls.item || controls.packed);
    at = layoutOf(state.sizes, place, width, controls.num_layers, lengths);
    picture.innerHTML = unrolled(state, at, place, chosen);
    if (state.fresh) known = chosen ? movedOf(place) : []; // else what was known last fades until the kernel answers
    light(chosen ? place : null, known);
    if (state.fresh) {
      line.set("changed", chosen ? said(place, known) : "");
      compare(place.item);
    }
    snippet.show(chosen ? codeOf(place, state) : callOf(state).join("\n"), fieldsOf(place, state));
    if (focused) picture.querySelector('.place[tabindex="0"]')?.focus({ preventScroll: true });
    const places = valuesOf(model, PLACE);
    picture.dataset.sizes = JSON.stringify({ ...state.sizes, packed: state.packed, chosen, ...places });
    picture.querySelector(".inputs").dataset.sizes = JSON.stringify({ ...state.asked, item: place.item });
    framed.check();
    framed.relight();
  };
  const compare = (item) => {
    const now = JSON.stringify([item, state.asked]);
    if (now !== compared) both.replaceChildren(...summaries(state, arrays, item, { look, go }));
    compared = now;
  };
  const room = fitted(picture, draw);
  const redraw = soon(() => room.width() && draw(room.width()));
  const receive = () => {
    const answer = model.get("answer");
    arrays = decoded(answer.arrays);
    compared = "";
    controls.unit?.reach(0, answer.sizes.units - 1);
    controls.item?.refresh();
    framed.facts.textContent = [LEGEND, answer.note].filter(Boolean).join(" · ");
    redraw();
  };
  const choose = () => {
    chosen = true;
    redraw();
  };
  const deaf = listen(model, {
    ...changes([...ASKED, "item", "unit"], redraw),
    ...changes(CHOICE, choose),
    "change:answer": receive,
  });
  line.set("resting", INVITES);
  choosing(picture, { here: () => placeOf(model, state), look, go, tell, sizes: () => state.sizes });
  host.replaceChildren(root);
  receive();
  return () => {
    deaf();
    for (const part of [...Object.values(controls), framed, room]) part.stop();
  };
}

const samePlace = (a, b) => ["part", "time", "layer", "direction"].every((name) => a[name] === b[name]);

/** The same, once for all changes that come together: a place is six traits. */
function soon(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  };
}

export default { render: renderOf(build, ["controls", "show", "question", "solution"]) };
