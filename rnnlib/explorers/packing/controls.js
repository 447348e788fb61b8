// The controls of the packing explorer: how many sequences and how long, and what packing is asked for.
import { choice, el, pick, sizeFrom, slider, toggle } from "../shared/controls.js";
import { mostOf, poolOf } from "./state.js";

const MORE_STEPS = 8; // so many beyond the longest can be asked of total_length
const PADDINGS = [0, -1, 100];

/** A model that a control can bind to, for what is no trait of its own: `get()` and `set(value)`. */
function derived(model, names, get, set) {
  const heard = new Set();
  const on = (_, listener) => {
    heard.add(listener);
    for (const name of names) model.on(`change:${name}`, listener);
  };
  const off = (_, listener) => {
    for (const name of names) model.off(`change:${name}`, listener);
  };
  const take = (_, value) => {
    set(value);
    for (const listener of heard) listener(); // what was refused is shown as it was
  };
  return { get, set: take, save_changes: () => model.save_changes(), on, off };
}

/** Take other lengths: sequences that leave can join again, and what `unpacked` has room for follows. */
export function setLengths(model, lengths) {
  model.set("more", poolOf(model).slice(lengths.length));
  if (model.get("total_length") < Math.max(...lengths)) model.set("total_length", null);
  model.set("lengths", lengths);
}

/** How many sequences: those that leave can join again. */
function batchSlider(model, say) {
  const take = (count) => {
    const pool = poolOf(model);
    if (count > pool.length)
      return say(`batch must be at most ${pool.length}, not ${count}: there are no more sequences to choose from.`);
    setLengths(model, pool.slice(0, count));
  };
  const made = slider(
    derived(model, ["lengths"], () => model.get("lengths").length, take),
    "batch",
    [1, poolOf(model).length],
    say,
  );
  return { ...made, refresh: () => made.reach(1, poolOf(model).length) };
}

function totalSlider(model, say) {
  const longest = () => Math.max(...model.get("lengths"));
  const get = () => Math.max(longest(), model.get("total_length") ?? 0);
  const take = (value) => {
    if (value < longest()) return say(`total_length must be at least ${longest()}, the longest length, not ${value}.`);
    model.set("total_length", value === longest() ? null : value);
  };
  const made = slider(
    derived(model, ["lengths", "total_length"], get, take),
    "total_length",
    [longest(), longest() + MORE_STEPS],
    say,
  );
  return { ...made, refresh: () => made.reach(longest(), longest() + MORE_STEPS) };
}

/** What is wrong with lengths as they were typed, in a sentence; "" where nothing is. */
export function lengthsProblem(typed, most) {
  if (!typed.length) return "lengths must be whole numbers, as in 20, 7, 12.";
  const problems = typed.map((one, item) => {
    const { value, problem } = sizeFrom(`the length of sequence ${item}`, one);
    const limit = mostOf(most, item);
    return (
      problem ?? (value > limit ? `sequence ${item} has at most ${limit} steps: its length cannot be ${value}.` : "")
    );
  });
  return problems.find(Boolean) ?? "";
}

/** The lengths as they are typed, `20, 7, 12`. */
function lengthsField(model, say) {
  const field = el("input", { type: "text", class: "lengths", "aria-label": "lengths" });
  const show = () => {
    field.value = model.get("lengths").join(", ");
    field.setAttribute("aria-invalid", "false");
  };
  field.addEventListener("change", () => {
    const typed = field.value.split(/[\s,]+/).filter(Boolean);
    const problem = lengthsProblem(typed, model.get("most"));
    field.setAttribute("aria-invalid", String(Boolean(problem)));
    say(problem);
    if (problem) return; // what was typed stays until it is mended
    setLengths(model, typed.map(Number));
    model.save_changes();
  });
  model.on("change:lengths", show);
  show();
  const whole = el(
    "label",
    { class: "field", "data-symbol": "seq_len" },
    el("span", { class: "name" }, "lengths"),
    field,
  );
  return { whole, stop: () => model.off("change:lengths", show) };
}

function drawButton(model) {
  const whole = el("button", { type: "button", class: "copy" }, "Other utterances");
  whole.addEventListener("click", () => {
    model.set("draw", model.get("draw") + 1);
    model.save_changes();
  });
  return { whole, stop() {} };
}

/** The stages, as stops of a slider: `go(stage)` hears where it stands. A stage is nothing that the kernel is asked. */
export function stageSlider(stages, go) {
  const range = el("input", {
    type: "range",
    "aria-label": "stages",
    min: 0,
    max: stages.length - 1,
    step: 1,
    value: 0,
  });
  const labels = stages.map((stage, i) => el("span", { class: "stop", style: `grid-column:${i + 1}` }, stage));
  const show = (stage) => {
    const at = stages.indexOf(stage);
    range.value = at;
    range.setAttribute("aria-valuetext", stage);
    range.style.setProperty("--fill", `${(100 * at) / (stages.length - 1)}%`);
    for (const [i, label] of labels.entries()) label.dataset.place = Math.sign(i - at);
  };
  range.addEventListener("input", () => go(stages[Number(range.value)]));
  for (const [i, label] of labels.entries()) label.addEventListener("click", () => go(stages[i]));
  const whole = el("div", { class: "slider stages", style: `--count:${stages.length}` }, ...labels, range);
  return { whole, show };
}

/** The controls that a lecturer chose to show, by name. */
export function controlsOf(model, say) {
  const paddings = () => [...new Set([...PADDINGS, model.get("padding_value")])];
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families"))),
    batch: () => batchSlider(model, say),
    lengths: () => lengthsField(model, say),
    total_length: () => totalSlider(model, say),
    batch_first: () => toggle(model, "batch_first"),
    bidirectional: () => toggle(model, "bidirectional"),
    num_layers: () => pick(model, "num_layers", "num_layers", () => [...new Set([1, 2, 3, model.get("num_layers")])]),
    padding_value: () => pick(model, "padding_value", "padding_value", paddings),
    draw: () => drawButton(model),
  };
  const idle = model.get("answer").own ? ["draw"] : []; // of one's own there are no others
  const shown = Object.keys(make).filter((name) => model.get("controls").includes(name) && !idle.includes(name));
  return Object.fromEntries(shown.map((name) => [name, make[name]()]));
}
