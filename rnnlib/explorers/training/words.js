// What is chosen, how far a training is, and what the curves show at a step, in words. Pure.
import { lossSaid } from "./curves.js";
import { reachSaid } from "./maps.js";
import { lastUpTo } from "./record.js";

export const MADE = ["memory", "counting"]; // on the spot, of seq_len steps
export const SIZES = ["seq_len", "hidden_size", "num_layers"];
export const MODEL = ["bidirectional", "packed", "summary"];
export const LOOP = ["lr", "max_norm", "forget_bias"];
export const LENGTH = ["epochs", "seed"];
export const SETTINGS = ["task", "kind", ...SIZES, ...MODEL, ...LOOP, ...LENGTH, "device"];

const OPTIONS = {
  lr: [0.0001, 0.0003, 0.001, 0.003, 0.005, 0.01, 0.03, 0.1, 0.3, 1],
  max_norm: [null, 0.01, 0.1, 0.3, 1, 3, 10],
  forget_bias: [null, 0, 1, 2, 3, 5, 8],
  epochs: [5, 10, 20, 40, 80],
  seed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
};

/** The options of a menu, from small to large, with what is chosen now among them. */
export function optionsOf(name, chosen) {
  const all = OPTIONS[name].includes(chosen) ? OPTIONS[name] : [...OPTIONS[name], chosen];
  return [...all].sort((a, b) => (a ?? Number.NEGATIVE_INFINITY) - (b ?? Number.NEGATIVE_INFINITY));
}

/** A setting's value as it is said. */
export function valueSaid(name, value) {
  if (value === null) return name === "forget_bias" ? "torch's" : "off";
  return { true: "on", false: "off" }[value] ?? String(value);
}

/** Of which other settings the picture is, as far as they differ from those chosen now; "" where they are the same. */
export function otherSaid(get) {
  const { settings, number } = get("run");
  if (!settings || get("doing")) return "";
  const made = MADE.includes(get("task"));
  const differs = SETTINGS.filter((name) => (made || name !== "seq_len") && settings[name] !== get(name));
  if (!differs.length) return "";
  const said = differs.map((name) => `${name} ${valueSaid(name, settings[name])}`);
  return `Shown is run ${number}, with ${said.join(", ")}. Start to train what is chosen.`;
}

/** The words that invite to begin. */
export const invitation = (get) =>
  get("page")
    ? "Press Start: a training was recorded, and is played."
    : `Press Start: ${get("epochs").toLocaleString("en")} epochs take ${get("answer").estimate}.`;

const exactly = (share) => `${(100 * share).toFixed(1)} %`;

/** What was recorded at a step. */
export function momentSaid(record, step) {
  const scores = lastUpTo(record.scores, step);
  if (!scores) return "";
  const own = step > 0 ? lastUpTo(record.norm, step) : undefined;
  const norm = own ? `; its gradient's norm ${own.value.toPrecision(2)}` : "";
  return (
    `Step ${step.toLocaleString("en")}: of the test sequences ${exactly(scores.testAccuracy)} right, loss ${lossSaid(scores.testLoss)};` +
    ` of the training ones ${exactly(scores.trainAccuracy)}, loss ${lossSaid(scores.trainLoss)}${norm}.`
  );
}

/** How much of a step reaches the end. */
export function reachAtSaid(time, now, first) {
  const before = first ? `; at first ${reachSaid(first[time])}` : "";
  return `Time step ${time}: its reach is ${reachSaid(now[time])}${before}.`;
}

/** A state that is pointed at. */
export const stateSaid = (unit, time, value) =>
  `h[${unit}] at time step ${time} = ${Number.isNaN(value) ? "nan" : value.toFixed(2)}`;

/** What the sequence that is looked at is taken for. */
export function takenFor({ classes, label, noun }, chances) {
  const best = chances.indexOf(Math.max(...chances));
  if (best < 0) return "";
  const taken = `${best === label ? "taken for it" : `taken for ${classes[best]}`}`;
  return `${noun} ${classes[label]}, ${taken} (${Math.round(100 * chances[best])} %)`;
}
