// What the learner has chosen, and which tensors and which code go with it. Pure.
import { valuesOf } from "../shared/state.js";
import { sizesOf } from "./diagram.js";

export const SIZES = ["seq_len", "batch", "input_size", "hidden_size", "num_layers"];
export const CHOICES = ["kind", "bidirectional", "batch_first", "device"];

/** What the learner has chosen, read off the model. */
export function stateOf(model) {
  const kind = model.get("kind");
  const cell = kind.endsWith("Cell");
  const flags = { bidirectional: !cell && model.get("bidirectional"), batch_first: !cell && model.get("batch_first") };
  return { kind, cell, ...flags, sizes: { ...valuesOf(model, SIZES), ...model.get("constants")[kind] } };
}

/** Sizes and choices by torch's names: what diagram and numbers say of themselves in `data-sizes`. */
export function shownBy(model) {
  return valuesOf(model, [...SIZES, ...CHOICES]);
}

/** The tensors of the chosen layer: their rules are sent once, for two layers and two directions. */
export function tensorsOf(rules, { kind, cell, batch_first, ...state }) {
  const sizes = sizesOf({ cell, ...state });
  return rules[kind][batch_first ? "batch_first" : "seq_first"].filter(
    (t) => t.role !== "parameter" || (t.layer < sizes.num_layers && t.direction < sizes.num_directions),
  );
}

/** The key under which the snippet's template was sent. */
export function templateKey({ kind, bidirectional, batch_first, cell, sizes }) {
  return [kind, bidirectional, batch_first, !cell && sizes.num_layers > 1].join(" ");
}
