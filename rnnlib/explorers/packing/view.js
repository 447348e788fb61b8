// The packing explorer on screen: one grid that goes from stage to stage, one step followed through, and how far off it all is.
import { changes, el, listen, renderOf } from "../shared/controls.js";
import { snippetPanel } from "../shared/copyable_snippet.js";
import { fitted, frame, partsIn } from "../shared/frame.js";
import { controlsOf, setLengths, stageSlider } from "./controls.js";
import { endUnder, layoutOf, orderAt, placeUnder } from "./layout.js";
import { mistakePanel } from "./mistakes.js";
import { costOf, fillOff, legendOf, numbersPanel, wayAt } from "./off.js";
import { snippetOf } from "./snippet.js";
import { arrange, drawnGrid, outline } from "./stages.js";
import { mostOf, stateOf } from "./state.js";
import { told } from "./told.js";

const TRAITS = "kind num_layers bidirectional batch_first lengths padding_value total_length draw mistake".split(" ");
const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const REACH = { mouse: 6, pen: 10, touch: 20 }; // units from a row's end within which it can be pulled
const GLIDE = 600; // milliseconds that a stage takes to become another

/**
 * Let steps be followed in `picture` by pointer and arrow keys, and rows pulled at their ends. `now()` is what is drawn;
 * `leave(place)` hears that nobody points any more, and which step was chosen before.
 */
function pointing(picture, now, { follow, leave, pull }) {
  let [pulled, pinned] = [null, null];
  const pointOf = ({ clientX, clientY }) => {
    const { left, top, width } = picture.firstElementChild.getBoundingClientRect();
    const scale = now().layout.width / width;
    return [(clientX - left) * scale, (clientY - top) * scale];
  };
  const endAt = (event) => {
    const { stage, state, layout } = now();
    return state.pulls ? endUnder(pointOf(event), REACH[event.pointerType] ?? REACH.mouse, stage, state, layout) : null;
  };
  const followAt = (event) => {
    const { stage, state, layout } = now();
    const place = placeUnder(pointOf(event), stage, state, layout);
    if (place) follow(place);
    return place;
  };
  const release = () => {
    pulled = null;
  };
  const byKey = (event) => {
    const { stage, state, place } = now();
    const [down, right] = ARROWS[event.key] ?? [];
    if (down === undefined) return;
    event.preventDefault();
    if (event.shiftKey && right && place && state.pulls) return pull(place.item, state.lengths[place.item] + right);
    const order = orderAt(stage, state);
    const item = place ? (order[order.indexOf(place.item) + down] ?? place.item) : order[0];
    pinned = { item, time: place ? Math.max(0, Math.min(place.time + right, state.total - 1)) : 0 };
    follow(pinned);
  };
  const heard = {
    pointermove: (event) => {
      const { layout } = now();
      if (pulled !== null) return pull(pulled, Math.round((pointOf(event)[0] - layout.left) / layout.wide));
      picture.classList.toggle("end-near", endAt(event) !== null);
      followAt(event);
    },
    pointerdown: (event) => {
      pulled = endAt(event);
      if (pulled === null) return;
      event.preventDefault(); // or the words around would be selected
      picture.setPointerCapture(event.pointerId);
    },
    pointerup: release,
    pointercancel: release,
    pointerleave: () => leave(pinned),
    blur: () => leave(pinned),
    click: (event) => {
      pinned = followAt(event) ?? pinned;
    },
    keydown: byKey,
  };
  for (const [name, listener] of Object.entries(heard)) picture.addEventListener(name, listener);
}

/** What a learner can do, as long as nothing else is said. */
function invitation({ stages, pulls }, asked, offered) {
  if (offered) return "Choose a wrong setting: it is tried at once on these sequences, and so is its cure.";
  const drag = pulls ? ", or drag the end of a row" : "";
  if (!asked && stages.length < 2) return `Guess first: what will the layer say of each row? Then run it${drag}.`;
  return stages.length > 1
    ? "Point at a step, then move the slider and see where it goes."
    : `Point at a step to read where it stands${drag}.`;
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const [stages, shown] = [model.get("stages"), model.get("controls")];
  const controls = controlsOf(model, (words) => framed.say(words));
  const stops = shown.includes("stages") && stages.length > 1 ? stageSlider(stages, (stage) => go(stage)) : null;
  const offered = shown.includes("mistake");
  const wrong = mistakePanel(model, offered);
  const run = el("button", { type: "button", class: "run" }, "Run the layer");
  const picture = el("div", { class: "rnnlib-diagram", tabindex: 0, role: "application" });
  picture.setAttribute("aria-roledescription", "grid of steps");
  const [legend, snippet, each] = [el("p", { class: "legend fades" }), snippetPanel(), numbersPanel()];
  const grid = el("div", { class: "grid", hidden: !stages.length }, picture, run);
  const framed = frame(model, {
    name: "packing",
    label: "Packing explorer",
    strips: [[stops?.whole], Object.values(controls).map(({ whole }) => whole)],
    picture: grid,
    says: [legend],
    folds: { Code: snippet.whole, "Numbers of each sequence": each.whole },
  });
  const { root, line } = framed;
  line.whole.after(wrong.whole); // it stands whatever else is left out
  root.addEventListener("state", () => wrong.mind(root.dataset.state));
  // What is drawn: the stage, the step that is followed, whether the layer was asked, and for what choice and width.
  const tries = offered || model.get("mistake");
  const guessed = model.get("question") && !stops && !tries; // what stands at the rows is the answer
  const now = {
    stage: model.get("stage"),
    place: null,
    pointed: false,
    asked: !guessed,
    state: stateOf(model),
    layout: null,
  };

  /** Follow a step: said before all else while it is pointed at, and after an answer that is shown once it is not. */
  const follow = (place, pointed = true) => {
    const { stage, state, layout } = Object.assign(now, { place, pointed });
    if (layout) outline(picture.firstChild, stage, place, state, layout);
    const words = place && told(stage, place, state);
    line.set("pointed", pointed && words);
    line.set("changed", words || model.get("answer").note);
    each.show(model.get("answer"), state.packs, place?.item);
  };
  const leave = (pinned) => follow(pinned ?? now.place, false);
  const fillNumbers = (answer) => {
    const { stage, asked, state, layout } = now;
    const numbers = picture.querySelector(".rnnlib-numbers");
    const wide = layout.off > 120;
    const head = [wide && answer.states?.replace(" or ", ", "), "off by"].filter(Boolean).join(" ");
    numbers.firstChild.textContent = head + (wide && state.packs ? `, ${wayAt(stage)}` : "");
    numbers.dataset.sizes = JSON.stringify({ batch: answer.asked?.lengths.length, lengths: answer.asked?.lengths });
    fillOff(numbers, answer, stage, asked);
  };
  /** Show what is drawn as it is at its stage. */
  const show = () => {
    const { stage, state, layout, place, asked } = now;
    const answer = model.get("answer");
    stops?.show(stage);
    picture.setAttribute(
      "aria-label",
      `the batch, ${stage}: ${state.lengths.length} rows of at most ${state.total} steps`,
    );
    if (layout) {
      arrange(picture.firstChild, stage, state, layout);
      fillNumbers(answer);
    }
    run.hidden = asked;
    legend.textContent = answer.asked ? legendOf(answer, state.packs) : "";
    framed.facts.textContent = answer.asked ? costOf(answer, state.packs, asked) : "";
    line.set("resting", invitation(state, asked, offered));
    follow(place, now.pointed);
  };
  const draw = (width) => {
    const state = stateOf(model);
    const { lengths, total } = state;
    const { place } = Object.assign(now, { state, layout: width && stages.length ? layoutOf(state, width) : null });
    if (place) now.place = { item: Math.min(place.item, lengths.length - 1), time: Math.min(place.time, total - 1) };
    if (now.layout) picture.innerHTML = drawnGrid(state, now.layout);
    picture.dataset.sizes = JSON.stringify({ batch: lengths.length, total_length: total, lengths });
    show();
    framed.relight();
  };
  const room = fitted(picture, draw);
  const redraw = () => {
    draw(room.width());
    for (const name of ["batch", "total_length"]) controls[name]?.refresh();
    snippet.show(snippetOf(now.state), now.state.sizes);
    framed.check();
  };
  const ask = () => {
    now.asked = true;
    redraw();
  };
  let gliding = 0;
  const glide = () => {
    Object.assign(now, { stage: model.get("stage"), asked: true });
    picture.classList.add("glides");
    clearTimeout(gliding);
    gliding = setTimeout(() => picture.classList.remove("glides"), GLIDE);
    show();
  };
  const go = (stage) => {
    model.set("stage", stage);
    model.save_changes();
  };
  const pull = (item, steps) => {
    const length = Math.max(1, Math.min(steps, mostOf(model.get("most"), item)));
    if (length === now.state.lengths[item]) return;
    setLengths(model, now.state.lengths.with(item, length));
    model.save_changes();
  };
  pointing(picture, () => now, { follow, leave, pull });
  run.addEventListener("click", () => {
    ask();
    picture.focus({ preventScroll: true });
  });
  root.addEventListener("solution", ({ detail }) => {
    const inData = partsIn(model.get("solution")).some((part) => /^(data|batch_sizes)/.test(part));
    now.pointed = false;
    if (!detail) return;
    ask();
    if (inData && stages.includes("packed")) go("packed");
  });
  const deaf = listen(model, { ...changes(TRAITS, ask), "change:answer": redraw, "change:stage": glide });
  host.replaceChildren(root);
  redraw();
  return () => {
    deaf();
    clearTimeout(gliding);
    for (const part of [...Object.values(controls), wrong, framed, room]) part.stop();
  };
}

export default { render: renderOf(build, ["controls", "show", "question", "solution", "mistakes", "most", "stages"]) };
