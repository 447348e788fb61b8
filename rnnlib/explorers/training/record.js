// What was recorded of a run, and how it stood after any of its steps. Pure: what the model has in, numbers out.
import { floatsOf } from "../shared/numbers.js";

const NO_STATE = -128; // stands for nan
const ONE = 127; // stands for 1

/** Bytes that travel as small whole numbers. */
const bytesOf = (bytes, Kind) => new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** A row of scores, by name. */
export const scoreOf = ([step, trainLoss, trainAccuracy, testLoss, testAccuracy, norm]) => ({
  ...{ step, trainLoss, trainAccuracy, testLoss, testAccuracy, norm },
});

/** Points `{step, value}` of a score, as far as there is one. */
export const pointsOfScore = (scores, name) =>
  scores.map((one) => ({ step: one.step, value: one[name] })).filter(({ value }) => value !== null);

/** All of a run: the values of each step and each epoch, and where each frame begins. */
export function recordOf(get) {
  const flat = floatsOf(get("curves"));
  const { done = 0, of = 0 } = get("progress");
  const count = flat.length / 3;
  const every = Math.max(1, Math.ceil(done / Math.max(1, count))); // of a long run some are left out
  const curve = (place) =>
    Array.from({ length: count }, (_, i) => ({ step: i * every + 1, value: flat[3 * i + place] }));
  return {
    ...{ done, of: of || done, loss: curve(0), accuracy: curve(1), norm: curve(2) },
    scores: get("scores").map(scoreOf),
    runs: get("runs").map((run) => ({ ...run, scores: run.scores.map(scoreOf) })),
  };
}

/** The last of some things, in the order of their steps, that is not after a step; the first where all are. */
export function lastUpTo(things, step) {
  let found = things[0];
  for (const one of things) if (one.step <= step) found = one;
  return found;
}

/** How many were taken for what after the epoch before a step: rows of counts. */
export function confusionAt(get, step) {
  const { classes = [] } = get("run");
  const size = classes.length ** 2;
  const counts = bytesOf(get("confusions"), Uint16Array);
  const epochs = get("scores").map(([at], epoch) => ({ step: at, epoch }));
  const found = lastUpTo(epochs, step);
  if (!found || counts.length < size * (found.epoch + 1)) return [];
  const own = counts.subarray(size * found.epoch, size * (found.epoch + 1));
  return classes.map((_, row) => [...own.subarray(row * classes.length, (row + 1) * classes.length)]);
}

/** What the model made of the sequence that is looked at, as it was seen last before a step; null before anything was. */
export function frameAt(get, step) {
  const { steps = [] } = get("frames");
  const now = get("now");
  if (now.steps && (step >= now.steps[0] || !steps.length)) return frameOf(get, now, 0);
  if (!steps.length) return null;
  const found = lastUpTo(
    steps.map((at, place) => ({ step: at, place })),
    step,
  );
  return frameOf(get, get("frames"), found.place);
}

/** One of the frames: states by step and unit, reach by step, and the chance of each class. */
export function frameOf(get, frames, place) {
  const { seq_len, units, classes } = get("run");
  const part = (numbers, size) => numbers.subarray(place * size, (place + 1) * size);
  const states = part(bytesOf(frames.states, Int8Array), seq_len * units.length);
  return {
    step: frames.steps[place],
    states: Float32Array.from(states, (state) => (state === NO_STATE ? Number.NaN : state / ONE)),
    reach: part(floatsOf(frames.reach), seq_len),
    chances: part(floatsOf(frames.chances), classes.length),
  };
}

/** Every reach that was recorded, by which the scale is the same at every step. */
export const everyReach = (get) =>
  [get("frames"), get("now")].flatMap(({ reach }) => (reach ? [...floatsOf(reach)] : []));

/** How much of each step reached the result before anything was learned. */
export function reachAtFirst(get) {
  const { steps = [] } = get("frames");
  return steps[0] === 0 ? frameOf(get, get("frames"), 0).reach : null;
}
