// What the picture says in words: its title at each stage, and where a step stands. Pure.
import { shapeText } from "../shared/symbols.js";

/** The index of a step in a batch of the layout chosen: `[time, item]` or `[item, time]`. */
const index = (time, item, { batch_first }) => (batch_first ? `[${item}, ${time}]` : `[${time}, ${item}]`);

const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/** 0 is the first, 11 the 12th. */
export function ordinal(index) {
  const tens = Math.floor((index + 1) / 10) % 10;
  const ending = tens === 1 ? "th" : (["th", "st", "nd", "rd"][(index + 1) % 10] ?? "th");
  return ORDINALS[index] ?? `${index + 1}${ending}`;
}

const TOLD = {
  padded: ({ item, time }, state) => `Step ${time} of sequence ${item} is padded${index(time, item, state)}.`,
  sorted: ({ item, time }, { pack }) => {
    const rank = pack.order.indexOf(item);
    return `Step ${time} of sequence ${item} is in row ${rank} now: the longest come first, and sorted_indices[${rank}] is ${item}.`;
  },
  packed: ({ item, time }, { pack }) => {
    const rank = pack.order.indexOf(item);
    const at = pack.starts[time] + rank;
    const before = at ? `after ${many(at, "row")}` : "its first row";
    return `Step ${time} of sequence ${item} is data[${at}]: ${before}, the ${ordinal(rank)} of the ${pack.batchSizes[time]} that batch_sizes[${time}] counts.`;
  },
  unpacked: ({ item, time }, state) =>
    `output${index(time, item, state)} is what the layer gave at step ${time} of sequence ${item}, in its old row.`,
};

const PAD = {
  padded: ({ item, time }, state) =>
    `padded${index(time, item, state)} is a pad: sequence ${item} has ${many(state.lengths[item], "step")}. The layer reads it all the same.`,
  sorted: ({ item, time }, { pack, lengths }) =>
    `A pad in row ${pack.order.indexOf(item)}: sequence ${item} has ${many(lengths[item], "step")}, and step ${time} is none of them.`,
  packed: ({ item, time }) =>
    `Step ${time} of sequence ${item} was a pad: packing left it out, and data has no row for it.`,
  unpacked: ({ item, time }, state) =>
    time < state.pack.longest
      ? `output${index(time, item, state)} is padding_value ${state.padding_value}: sequence ${item} has ${many(state.lengths[item], "step")}, and the layer read no more.`
      : `output${index(time, item, state)} is padding_value ${state.padding_value}, past the longest sequence: total_length ${state.total} asks for it.`,
};

/** Where a step stands at a stage, in a sentence. */
export function told(stage, place, state) {
  return (place.time < state.lengths[place.item] ? TOLD : PAD)[stage](place, state);
}

/** The axis of the layer's output: what a projection made narrower is as wide as that. */
export const wideOf = ({ proj_size }) => `num_directions*${proj_size ? "proj_size" : "hidden_size"}`;

/** A stage's name and its shape as markup. */
export function titleOf(stage, { sizes, pack, total, batch_first }, width = Infinity) {
  const batch = (last, steps) => {
    const axes = batch_first ? ["batch", "seq_len", last] : ["seq_len", "batch", last];
    return shapeText(axes, { ...sizes, seq_len: steps }, "tspan");
  };
  const name = (word, dx = 0) => `<tspan class="tensor" dx="${dx}">${word}</tspan>`;
  if (stage === "unpacked") return `${name("output")} ${batch(wideOf(sizes), total)}`;
  if (stage !== "packed") return `${name(stage)} ${batch("input_size", pack.longest)}`;
  const data = `${name("packed.data")} (${pack.total}, ${shapeText(["input_size"], sizes, "tspan").slice(1, -2)})`;
  if (width < 480) return data; // there is no room for the second
  return `${data} ${name("batch_sizes", 8)} ${shapeText(["seq_len"], sizes, "tspan")}`;
}

const STRIP = {
  packed: "data, as the layer reads it: all steps 0, then all steps 1, …",
  unpacked: "data: taken apart again",
};

/** What stands over `data`. */
export const stripTitle = (stage) => STRIP[stage] ?? "data: empty until packed";
