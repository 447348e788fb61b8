// The direction explorer on screen: the unrolled layer, what the chosen number has read, and the two summaries.
import { changes, choice, el, keepKeys, listen, pick, renderOf, slider, toggle } from "../shared/controls.js";
import { decoded } from "../shared/numbers.js";
import { liveStatus } from "../shared/status.js";
import { inputs, unrolled, wayLit } from "./drawing.js";
import { layoutOf } from "./layout.js";
import { elementOf, lightsOf, many, movedAt, placeAfter } from "./who_reads.js";
import { summaries, wordsPanel } from "./words.js";

const ASKED = ["kind", "seq_len", "num_layers", "bidirectional", "packed"];
const PLACE = ["part", "time", "layer_index", "direction", "item", "unit"];
const SLIDERS = ["seq_len", "num_layers", "unit"];
const FURTHEST = { seq_len: 29, num_layers: 4 };

/** What is chosen now, before the kernel has answered: `fresh` says whether `reading` belongs to it. */
export function stateOf(model) {
  const reading = model.get("answer");
  const num_directions = model.get("bidirectional") ? 2 : 1;
  const [seq_len, num_layers, packed] = ["seq_len", "num_layers", "packed"].map((name) => model.get(name));
  return {
    ...reading,
    packed,
    fresh: ASKED.every((name) => reading.asked[name] === model.get(name)),
    lengths: reading.lengths.map((length) => (length === reading.sizes.seq_len ? seq_len : Math.min(length, seq_len))),
    sizes: { ...reading.sizes, seq_len, num_layers, num_directions },
  };
}

/** Where the learner looks, within what is there. */
export function placeOf(model, { sizes }) {
  const within = (name, count) => Math.max(0, Math.min(count - 1, model.get(name)));
  return {
    part: model.get("part"),
    time: within("time", sizes.seq_len),
    layer: within("layer_index", sizes.num_layers),
    direction: within("direction", sizes.num_directions),
    item: within("item", sizes.batch),
    unit: within("unit", sizes.units),
  };
}

/** The place that a thing to choose stands for, by its key. */
export function placeOfKey(key, place) {
  const [part, row, direction] = key.split(" ");
  return { ...place, part, [part === "output" ? "time" : "layer"]: Number(row), direction: Number(direction) };
}

/** The controls that a lecturer chose to show, by name. */
function controlsOf(model, say) {
  const batch = () => Array.from({ length: model.get("answer").sizes.batch }, (_, item) => item);
  const steps = (item) => `${item}: ${many(model.get("answer").lengths[item], "step")}`;
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families"))),
    bidirectional: () => toggle(model, "bidirectional"),
    packed: () =>
      choice(
        model,
        "packed",
        ["padded", "packed"],
        (packed) => (packed ? "packed" : "padded"),
        (word) => word === "packed",
      ),
    item: () => pick(model, "item", "sequence", batch, steps),
    seq_len: () => slider(model, "seq_len", [1, FURTHEST.seq_len], say),
    num_layers: () => slider(model, "num_layers", [1, FURTHEST.num_layers], say),
    unit: () => slider(model, "unit", [0, model.get("answer").sizes.units - 1], say),
  };
  const wanted = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** Pointing at a half or a row shows it for as long; a click or the arrow keys choose it. `look(null)` goes back. */
function choosing(picture, { here, look, go, sizes }) {
  const keyOf = (event) => event.target.closest?.(".place")?.dataset.key;
  let rests = "";
  const where = (event) => `${event.clientX} ${event.clientY}`;
  picture.addEventListener("pointermove", (event) => {
    rests = where(event);
  });
  picture.addEventListener("pointerover", (event) => {
    if (where(event) === rests) return; // drawn anew under a pointer that rests: nobody points
    look(keyOf(event) ? placeOfKey(keyOf(event), here()) : null);
  });
  picture.addEventListener("pointerleave", () => look(null));
  picture.addEventListener("click", (event) => keyOf(event) && go(placeOfKey(keyOf(event), here())));
  picture.addEventListener("keydown", (event) => {
    if (!keyOf(event)) return;
    const next = placeAfter(event.key, here(), sizes());
    if (!next) return;
    event.preventDefault();
    go(next);
  });
}

const SAYS =
  "Green: read, as the gradient of the real layer says; the stronger, the more. Hatched: a pad. Purple: every way that leads there.";

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const say = (sentence) => {
    problem.textContent = sentence;
  };
  const tell = () => say(model.get("problem"));
  const picture = el("div", { class: "rnnlib-diagram", role: "group" });
  const legend = el("p", { class: "says" });
  const notice = el("p", { class: "notice", role: "status" });
  const words = wordsPanel();
  const both = el("div", { class: "summaries" });
  const controls = controlsOf(model, say);
  let arrays = null;
  let [state, at, shown] = [null, null, ""];

  const go = (place) => {
    const { layer, ...rest } = place;
    for (const [name, value] of Object.entries({ ...rest, layer_index: layer })) model.set(name, value);
    model.save_changes();
  };
  /** Light what a place has read; nothing where the kernel has not answered yet. */
  const light = (place) => {
    const moved = state.fresh ? movedAt(arrays, place, state.sizes) : new Float32Array(state.sizes.seq_len);
    picture.querySelector(".lit").innerHTML = wayLit(state, at, place);
    picture.querySelector(".inputs").innerHTML = inputs(state, at, place.item, lightsOf(moved));
    if (state.fresh) words.show(place, state, moved);
    picture.dataset.shows = elementOf(place, state.sizes);
  };
  const look = (place) => {
    const wanted = place ?? placeOf(model, state);
    if (elementOf(wanted, state.sizes) !== picture.dataset.shows) light(wanted);
  };
  const draw = () => {
    state = stateOf(model);
    const place = placeOf(model, state);
    at = layoutOf(state.sizes, place);
    const had = picture.contains(document.activeElement);
    picture.innerHTML = unrolled(state, at, place, []);
    root.classList.toggle("waiting", !state.fresh);
    light(place);
    if (had) picture.querySelector('.place[tabindex="0"]')?.focus({ preventScroll: true });
    picture.dataset.sizes = JSON.stringify({
      ...state.sizes,
      packed: state.packed,
      ...Object.fromEntries(PLACE.map((name) => [name, model.get(name)])),
    });
    const now = [place.item, state.packed, state.fresh, JSON.stringify(state.asked)].join(" ");
    if (state.fresh && now !== shown) both.replaceChildren(...summaries(state, arrays, place.item, go));
    shown = now;
    tell();
    status.show();
  };
  const receive = () => {
    const reading = model.get("answer");
    arrays = decoded(reading.arrays);
    controls.unit?.reach(0, reading.sizes.units - 1);
    controls.item?.refresh();
    legend.textContent = [SAYS, reading.note].filter(Boolean).join(" ");
    shown = "";
    draw();
    status.revive();
  };

  const part = (wanted) =>
    Object.keys(controls)
      .filter((name) => SLIDERS.includes(name) === wanted)
      .map((name) => controls[name].whole);
  const question = model.get("question");
  const root = el(
    "div",
    { class: "rnnlib direction", role: "region", "aria-label": "Direction explorer" },
    el("div", { class: "head" }, ...part(false)),
    problem,
    el("div", { class: "bars" }, ...part(true)),
    notice,
    el("div", { class: "body" }, el("div", { class: "stage" }, picture, legend), words.whole),
    both,
    ...(question ? [el("p", { class: "question" }, el("b", {}, "Find out: "), question)] : []),
  );
  const deaf = listen(model, {
    ...changes([...ASKED, ...PLACE], soon(draw)),
    "change:answer": receive,
    "change:problem": tell,
  });
  const status = liveStatus(model, { whole: root, notice });
  choosing(picture, { here: () => placeOf(model, state), look, go, sizes: () => state.sizes });
  keepKeys(root);
  host.replaceChildren(root);
  receive();
  return () => {
    deaf();
    for (const part of [...Object.values(controls), status]) part.stop();
  };
}

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

export default { render: renderOf(build, ["controls", "question"]) };
