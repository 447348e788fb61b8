// The controls of the packing explorer: how many sequences and how long, and what packing is asked for.
import { choice, el, pick, slider, toggle } from "./controls.js";
import { STAGES } from "./packing_stage.js";

const MORE_STEPS = 8; // so many beyond the longest can be asked of total_length
const PADDINGS = [0, -1, 100];

/** A model that a control can bind to, for what is no trait of its own: `get()` and `set(value)`. */
function derived(model, names, get, set) {
  const each = (does) => (_, listener) => names.forEach((name) => model[does](`change:${name}`, listener));
  return { get, set: (_, value) => set(value), save_changes: () => model.save_changes(), on: each("on"), off: each("off") };
}

/** How many sequences: those that leave can join again. */
function batchSlider(model, say) {
  const pool = () => [...model.get("lengths"), ...model.get("more")];
  const take = (count) => {
    if (count > pool().length) return say(`there are ${pool().length} sequences to choose from, not ${count}.`);
    const all = pool();
    model.set("lengths", all.slice(0, count));
    model.set("more", all.slice(count));
  };
  return slider(derived(model, ["lengths"], () => model.get("lengths").length, take), "batch", [1, pool().length], say);
}

function totalSlider(model, say) {
  const longest = () => Math.max(...model.get("lengths"));
  const get = () => Math.max(longest(), model.get("total_length") ?? 0);
  const take = (value) => {
    if (value < longest()) return say(`total_length must be at least ${longest()}, the longest length, not ${value}.`);
    model.set("total_length", value === longest() ? null : value);
  };
  const made = slider(derived(model, ["lengths", "total_length"], get, take), "total_length", [longest(), longest() + MORE_STEPS], say);
  return { ...made, refresh: () => made.reach(longest(), longest() + MORE_STEPS) };
}

/** The lengths as they are typed, `20, 7, 12`. */
function lengthsField(model, say) {
  const field = el("input", { type: "text", class: "lengths", "aria-label": "lengths" });
  const show = () => (field.value = model.get("lengths").join(", "));
  field.addEventListener("change", () => {
    const typed = field.value.split(/[\s,]+/).filter(Boolean).map(Number);
    const wrong = typed.find((value) => !Number.isInteger(value) || value < 1);
    if (!typed.length || wrong !== undefined) {
      show();
      return say(`lengths must be whole numbers of at least 1, as in 20, 7, 12${wrong === undefined ? "" : `, not ${wrong}`}.`);
    }
    say("");
    model.set("lengths", typed);
    model.save_changes();
  });
  model.on("change:lengths", show);
  show();
  const whole = el("label", { class: "field", "data-symbol": "seq_len" }, el("span", { class: "name" }, "lengths"), field);
  return { whole, stop: () => model.off("change:lengths", show) };
}

function drawButton(model) {
  const whole = el("button", { type: "button", class: "copy" }, "Draw other utterances");
  whole.addEventListener("click", () => {
    model.set("draw", model.get("draw") + 1);
    model.save_changes();
  });
  return { whole, stop() {} };
}

/** One switch for each stage. */
function stageSwitches(model) {
  const write = (stage) => (on) => STAGES.filter((other) => (other === stage ? on : model.get("stages").includes(other)));
  const made = STAGES.map((stage) => toggle(model, "stages", stage, (shown) => shown.includes(stage), write(stage)));
  const whole = el("div", { class: "switches", role: "group", "aria-label": "stages" }, ...made.map((one) => one.whole));
  return { whole, stop: () => made.forEach((one) => one.stop()) };
}

/** The controls that a lecturer chose to show, by name. */
export function controlsOf(model, say) {
  const paddings = () => [...new Set([...PADDINGS, model.get("padding_value")])];
  const make = {
    kind: () => choice(model, "kind", ["RNN", "LSTM", "GRU"]),
    num_layers: () => pick(model, "num_layers", "num_layers", () => [...new Set([1, 2, 3, model.get("num_layers")])]),
    bidirectional: () => toggle(model, "bidirectional"),
    batch_first: () => toggle(model, "batch_first"),
    stages: () => stageSwitches(model),
    batch: () => batchSlider(model, say),
    lengths: () => lengthsField(model, say),
    draw: () => drawButton(model),
    total_length: () => totalSlider(model, say),
    padding_value: () => pick(model, "padding_value", "padding_value", paddings),
  };
  const shown = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(shown.map((name) => [name, make[name]()]));
}
