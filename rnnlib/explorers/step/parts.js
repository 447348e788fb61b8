// What of the traced values each part of the picture shows, where, and in which colours.
import { scaleOf } from "./values.js";

/** The parts that have a history: what is read, the gates, the states. The one block of an RNN is its state itself. */
export const partsOf = ({ gates, states }) => [...new Set(["x", ...gates, ...states.toReversed()])];

const TANH = ["g", "n"]; // the gates that are no share between 0 and 1
const ROOM = 16; // rows that a part has room for; of more units, those around the chosen one are shown
const CALLED = {
  i: "input gate",
  f: "forget gate",
  g: "cell gate",
  o: "output gate",
  r: "reset gate",
  z: "update gate",
};

/** What torch calls a part. */
export const calledOf = (part) => ({ x: "input", n: "new gate", c: "state", h: "state", ...CALLED })[part];

/** Where the learner looks, within what was traced. */
export function placeOf(model, sizes) {
  const within = (name, count) => Math.max(0, Math.min(count - 1, model.get(name)));
  return {
    time: within("time", sizes.seq_len),
    layer: within("layer_index", sizes.num_layers),
    direction: within("direction", sizes.num_directions),
    item: within("item", sizes.batch),
    unit: within("unit", sizes.hidden_size),
  };
}

/** Where a state comes from: the backward direction takes it from the step after. */
export const beforeOf = ({ direction }) => (direction ? "t+1" : "t−1");

/** The arrays' names of a part of the picture: what layer 1 reads is called as what layer 0 reads. */
export function arrayOf(part, { layer }) {
  return part === "x" ? `x of layer ${layer}` : part;
}

export const isGate = (part, { gates, states }) => gates.includes(part) && !states.includes(part);

/** The colours' scale of a part: gates are within 1, all else as large as it gets. */
export function rangeFor(part, array, traced) {
  return isGate(part, traced) ? 1 : scaleOf(array.numbers);
}

/** The scale in words: a sigmoid is a share, all else goes both ways. */
export function scaleSaid(part, range, traced) {
  if (isGate(part, traced)) return TANH.includes(part) ? "−1 … 1" : "0 … 1";
  return `±${range.toFixed(2)}`;
}

/** The units that are shown, from the lowest row up: all of a few, else those around the chosen one; null is a gap. */
export function unitsShown(count, chosen, slots = ROOM) {
  const [from, to] = windowOf(count, Math.min(chosen, count - 1), slots);
  const within = Array.from({ length: to - from }, (_, i) => from + i);
  return [...(from > 0 ? [null] : []), ...within, ...(to < count ? [null] : [])];
}

function windowOf(count, chosen, slots) {
  if (count <= slots) return [0, count];
  if (chosen < slots - 2) return [0, slots - 1];
  if (chosen >= count - slots + 2) return [count - slots + 1, count];
  const from = chosen - Math.floor((slots - 2) / 2);
  return [from, from + slots - 2];
}

/** `most` of `count` steps, evenly apart and with both ends, where there are more. */
export function stepsShown(count, most = 2048) {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

/** Which rows of the weights are a gate's: `[first, last]`, gates stand one below the other. */
export function rowsOf(gates, hiddenSize) {
  return gates.map((gate, k) => ({ gate, rows: [k * hiddenSize, (k + 1) * hiddenSize - 1] }));
}
