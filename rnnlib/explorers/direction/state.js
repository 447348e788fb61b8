// What the learner has chosen, and where the learner looks. Pure.
import { valuesOf } from "../shared/state.js";

export const ASKED = ["kind", "seq_len", "num_layers", "bidirectional", "packed"];
export const CHOICE = ["part", "time", "layer_index", "direction"]; // which number; `item` and `unit` have controls of their own

/** What is chosen now, before the kernel has answered: `fresh` says whether `answer` belongs to it. */
export function stateOf(model) {
  const answer = model.get("answer");
  const num_directions = model.get("bidirectional") ? 2 : 1;
  const { seq_len, num_layers, packed } = valuesOf(model, ASKED);
  return {
    ...answer,
    packed,
    fresh: ASKED.every((name) => answer.asked[name] === model.get(name)),
    lengths: answer.lengths.map((length) => (length === answer.sizes.seq_len ? seq_len : Math.min(length, seq_len))),
    sizes: { ...answer.sizes, seq_len, num_layers, num_directions },
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

/** Whether a number was chosen, by Python to begin with or by someone since. */
export const isGiven = (model) =>
  model.get("chosen") || model.get("part") !== "output" || CHOICE.slice(1).some((name) => model.get(name) > 0);

/** The place that a thing to choose stands for, by its key. */
export function placeOfKey(key, place) {
  const [part, row, direction] = key.split(" ");
  return { ...place, part, [part === "output" ? "time" : "layer"]: Number(row), direction: Number(direction) };
}
