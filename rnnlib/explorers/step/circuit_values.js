// What of the traced values each part of the picture shows, and in which colours.
import { paperStates, scaleOf, vectorAt } from "./values.js";

/** The parts that have a history: what is read, the gates, the states. The one block of an RNN is its state itself. */
export const partsOf = ({ gates, states }) => [...new Set(["x", ...gates, ...states.toReversed()])];

/** What else the circuit shows: the states before, and of a block that is a state both terms of its sum. */
const termsOf = ({ gates, states }) => [
  ...states.map((state) => `${state} before`),
  ...gates.filter((gate) => states.includes(gate)).flatMap((gate) => [`${gate} from_x`, `${gate} from_h`]),
];

const TANH = ["g", "n"]; // the gates that are no share between 0 and 1

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

/** The values of one step for the circuit: by part, with the scale that its colours have. */
export function partsAt(arrays, traced, place) {
  const part = (name) => {
    const array = arrays[arrayOf(name, place)];
    return { name, values: [...vectorAt(array, place)], range: rangeFor(name, array, traced) };
  };
  return {
    before: beforeOf(place),
    ...Object.fromEntries([...partsOf(traced), ...termsOf(traced)].map((name) => [name, part(name)])),
  };
}

/** The same with n and h as the paper's GRU would make them from the same x, h and weights. */
export function paperParts(parts, arrays, place) {
  const [n, h] = paperStates(arrays, place);
  return { ...parts, n: { ...parts.n, values: n }, h: { ...parts.h, values: h } };
}

/** Which rows of the weights are a gate's: `[first, last]`, gates stand one below the other. */
export function rowsOf(gates, hiddenSize) {
  return gates.map((gate, k) => ({ gate, rows: [k * hiddenSize, (k + 1) * hiddenSize - 1] }));
}
