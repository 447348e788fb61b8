// The step explorer's controls: what is traced, where the learner looks, and time.
import { choice, el, pick, sizeFrom, slider } from "../shared/controls.js";

export const SLIDERS = ["seq_len", "hidden_size"];
const BEAT = 450; // milliseconds a step when playing

/** A slider that never reaches beyond its end: what is typed beyond it is told, or asked of the kernel. */
function sized(model, name, most, say) {
  const made = slider(model, name, [1, most], say);
  const range = made.whole.querySelector("input[type=range]");
  let end = most;
  const hold = () => {
    range.max = end;
  };
  model.on(`change:${name}`, hold);
  /** Take the limits from what was traced; `reason` says why nothing can be moved, "" where it can. */
  const fit = (least, value, reason) => {
    end = Math.max(most, value);
    made.reach(least, end);
    made.disable(Boolean(reason));
    made.whole.title = reason && `${name} cannot be moved: ${reason}. Choose 'random' to change it.`;
  };
  return {
    ...made,
    fit,
    stop: () => {
      made.stop();
      model.off(`change:${name}`, hold);
    },
  };
}

/** A menu, which is not there where there is nothing to choose. */
function menu(model, name, label, options, words) {
  const made = pick(model, name, label, options, words);
  const refresh = () => {
    made.refresh();
    made.whole.hidden = options().length < 2;
  };
  refresh();
  return { ...made, refresh };
}

/** The controls that a lecturer chose to show, by name. `traced` gives what was traced last. */
export function controlsOf(model, traced, say) {
  const upTo = (name) => () => Array.from({ length: traced()?.sizes[name] ?? 1 }, (_, i) => i);
  const devices = () => (traced()?.fixed.device ? [model.get("device")] : model.get("devices"));
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families")), (kind) => kind.replace("Cell", "")),
    weights: () => menu(model, "weights", "weights", () => model.get("weight_names")),
    source: () => menu(model, "source", "input", () => model.get("sources")),
    device: () => menu(model, "device", "device", devices),
    layer: () => menu(model, "layer_index", "layer", upTo("num_layers")),
    direction: () => menu(model, "direction", "direction", upTo("num_directions"), (d) => ["→", "←"][d]),
    item: () => menu(model, "item", "sequence", upTo("batch")),
    unit: () => menu(model, "unit", "unit", upTo("hidden_size")),
    seq_len: () => sized(model, "seq_len", 30, say),
    hidden_size: () => sized(model, "hidden_size", 16, say),
  };
  const wanted = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** The controls in two strips: what is traced and looked at, then the sizes. */
export const stripsOf = (controls) =>
  [Object.keys(controls).filter((name) => !SLIDERS.includes(name)), SLIDERS].map((names) =>
    names.map((name) => controls[name]?.whole),
  );

/** The slider of time; what is typed beyond its end is told at once, for no kernel need be there. */
function timeSlider(model, last, say) {
  const made = slider(model, "time", [0, 1], say);
  const [, field] = made.whole.children;
  const check = (event) => {
    const { value } = sizeFrom("time", field.value, 0);
    if (!(value > last())) return;
    event.stopImmediatePropagation();
    field.value = model.get("time");
    say(`time must be at most ${last()}, not ${value}.`);
  };
  field.addEventListener("change", check, true);
  return made;
}

/** Where a direction begins and where it ends: the backward one at step 0. */
export const endsOf = (direction, steps) => (direction ? [steps - 1, 0] : [0, steps - 1]);

/** The step that is played after `time`, on the way from `first` to `last`. */
export const timeAfter = (time, [first, last]) => (time === last ? last : time + Math.sign(last - first));

/** The bar of time: a button that plays, its name, the slider, which step it is. */
export function timeBar(model, steps, say) {
  const play = el("button", { type: "button", class: "play", "aria-label": "play" }, "▶");
  const bar = timeSlider(model, () => steps() - 1, say);
  const [name, field, range] = bar.whole.children;
  let beat = 0;
  const stop = () => {
    clearInterval(beat);
    beat = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", "play");
  };
  const ends = () => endsOf(model.get("direction"), steps());
  const step = () => {
    model.set("time", timeAfter(model.get("time"), ends()));
    model.save_changes();
    if (model.get("time") === ends()[1]) stop();
  };
  play.addEventListener("click", () => {
    if (beat) return stop();
    const [first, last] = ends();
    if (model.get("time") === last) model.set("time", first); // played to the end: from the beginning again
    model.save_changes();
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "pause");
    beat = setInterval(step, BEAT);
  });
  const whole = el("div", { class: "bar slider", "data-symbol": "seq_len" }, el("span", {}, play, name), range, field);
  return { whole, bar, stop: () => [stop(), bar.stop()] };
}
