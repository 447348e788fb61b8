// The traced values as they travel, and what of them stands at one place: a step, a layer, a direction, a sequence, a unit.
import { rangeOf } from "../shared/heat_map.js";

/** The vector of an array at [layer, direction, time, item]; an axis of size 1 is the same for all. */
export function vectorAt({ dims, numbers }, { layer, direction, time, item }) {
  const place = [layer, direction, time, item].map((index, axis) => (dims[axis] === 1 ? 0 : index));
  const size = dims[4];
  const at = place.reduce((offset, index, axis) => offset * dims[axis] + index, 0) * size;
  return numbers.subarray(at, at + size);
}

/** Some units (rows) and steps (columns) of one array for a layer, direction and sequence; a unit that is null stays 0. */
export function historyOf(array, place, units, steps) {
  const values = new Float32Array(units.length * steps.length);
  steps.forEach((time, col) => {
    const vector = vectorAt(array, { ...place, time });
    units.forEach((unit, row) => {
      if (unit !== null) values[row * steps.length + col] = vector[unit];
    });
  });
  return { rows: units.length, cols: steps.length, values };
}

const scales = new WeakMap(); // by array: what was traced does not change

/** The largest magnitude in an array, so that its colours mean the same at every step. */
export function scaleOf(numbers) {
  if (!scales.has(numbers)) scales.set(numbers, rangeOf(numbers));
  return scales.get(numbers);
}

/** A sum without its bias; an infinite one cannot be taken out again. */
const without = (sum, bias) => (Number.isFinite(bias) ? sum - bias : sum);

/** What the equations of one unit need: of each gate what x, h and the biases say, and its value; states before and now. */
export function termsAt(arrays, { family, squash, gates, states, projected }, place) {
  const { unit } = place;
  const number = (name) => vectorAt(arrays[name], place)[unit];
  const term = (name) => {
    const [biasX, biasH] = [number(`${name} bias_ih`), number(`${name} bias_hh`)];
    const [x, h] = [number(`${name} from_x`), number(`${name} from_h`)];
    if (family === "GRU" && name === "n") return { x, h, value: number(name) };
    return { x: without(x, biasX), h: without(h, biasH), bias: biasX + biasH, value: number(name) };
  };
  const of = (suffix) => Object.fromEntries(states.map((state) => [state, number(`${state}${suffix}`)]));
  const at = {
    squash,
    projected,
    gates: Object.fromEntries(gates.map((name) => [name, term(name)])),
    before: of(" before"),
    now: of(""),
  };
  return family === "GRU" ? { ...at, paper: paperAt(arrays, place, unit) } : at;
}

/** What the paper's GRU would make at this step of the same x, h and weights, for one unit. */
function paperAt(arrays, place, unit) {
  const names = ["n from_x", "n from_h of the paper", "z", "h before"];
  const [fromX, fromH, z, old] = names.map((name) => vectorAt(arrays[name], place)[unit]);
  const n = Math.tanh(fromX + fromH);
  return { fromH, n, h: (1 - z) * n + z * old };
}
