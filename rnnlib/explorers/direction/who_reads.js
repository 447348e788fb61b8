// Who has read what: what the gradient says of a place, the way to it, and both in words. Pure: numbers in, words out.

/** How much each step moves the number at a place: 0 where it has not read the step. */
export function movedAt(arrays, place, sizes) {
  const { dims, numbers } = arrays[place.part];
  const row = place.part === "output" ? place.time : place.layer * sizes.num_directions + place.direction;
  const unit = (place.part === "output" ? place.direction * sizes.units : 0) + place.unit;
  const steps = dims[3];
  const at = ((row * dims[1] + place.item) * dims[2] + unit) * steps;
  return numbers.subarray(at, at + steps);
}

/** The same of all units of a half of output, or of a row of h_n: the most of any. */
export function movedByAll(arrays, place, sizes) {
  const all = Array.from({ length: sizes.units }, (_, unit) => movedAt(arrays, { ...place, unit }, sizes));
  return all[0].map((_, step) => Math.max(...all.map((moved) => moved[step])));
}

/** How strongly an input is lit, 0 to 1: by its share of the most, and never too faint to be seen. */
export function lightOf(moved, most) {
  return moved > 0 ? 0.25 + 0.75 * Math.sqrt(moved / most) : 0;
}

/** How strongly each input is lit. */
export function lightsOf(moved) {
  const most = Math.max(...moved);
  return Array.from(moved, (value) => lightOf(value, most));
}

/** The steps that a run takes of a sequence: a packed one ends with it, a padded one goes on over its pads. */
export const stepsRun = ({ packed, lengths, sizes }, item) => (packed ? lengths[item] : sizes.seq_len);

/** The cell where a place comes from, `{layer, direction, time}`; null where output is padded with zeros. */
export function cellOf(place, { num_layers }, run) {
  const { layer, direction, time } = place;
  if (place.part === "h_n") return { layer, direction, time: direction ? 0 : run - 1 };
  return time < run ? { layer: num_layers - 1, direction, time } : null;
}

/**
 * The cells from which a place can be reached: of each layer and direction those of steps `[from, to]`, and of each
 * layer the steps whose input it reads. A cell reaches the next one of its direction, and the layer above at its step.
 */
export function wayTo(place, sizes, run) {
  const cell = cellOf(place, sizes, run);
  const spans = Array.from({ length: sizes.num_layers }, () => Array(sizes.num_directions).fill(null));
  const reads = Array(sizes.num_layers).fill(null);
  if (!cell) return { cell, spans, reads };
  let times = cell.direction ? [cell.time, run - 1] : [0, cell.time];
  spans[cell.layer][cell.direction] = times;
  reads[cell.layer] = times;
  for (let layer = cell.layer - 1; layer >= 0; layer--) {
    const [from, to] = times;
    spans[layer] = [
      [0, to],
      [from, run - 1],
    ].slice(0, sizes.num_directions);
    times = sizes.num_directions === 2 ? [0, run - 1] : [0, to];
    reads[layer] = times;
  }
  return { cell, spans, reads };
}

/** How many steps its own direction has taken when it gets to a place. */
export function stepsTaken(place, sizes, run) {
  const cell = cellOf(place, sizes, run);
  if (!cell) return 0;
  return cell.direction ? run - cell.time : cell.time + 1;
}

const MOST_RANGES = 3;

/** Steps in words: `x_0 … x_4, x_7`. */
export function rangesOf(steps) {
  const ranges = [];
  for (const step of steps) {
    if (ranges.length && ranges.at(-1)[1] === step - 1) ranges.at(-1)[1] = step;
    else ranges.push([step, step]);
  }
  const words = ranges.map(([from, to]) =>
    from === to ? `x_${from}` : `x_${from} ${to - from > 1 ? "…" : "and"} x_${to}`,
  );
  const rest = words.length - MOST_RANGES;
  return rest > 0 ? `${words.slice(0, MOST_RANGES).join(", ")} and ${rest} more stretches` : words.join(", ");
}

/** What has been read: the steps, how many are the sequence's own, and how many are pads. */
export function countRead(moved, length) {
  const steps = [...moved.keys()].filter((step) => moved[step] > 0);
  return {
    steps,
    own: steps.filter((step) => step < length).length,
    pads: steps.filter((step) => step >= length).length,
  };
}

/** A number of things: `1 step`, `2 steps`. */
export const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** How an element is written, in the layer's own order of axes. */
export function elementOf(place, { size, num_directions, batch_first }) {
  if (place.part === "h_n")
    return `h_n[${place.layer * num_directions + place.direction}, ${place.item}, ${place.unit}]`;
  const first = batch_first ? [place.item, place.time] : [place.time, place.item];
  return `output[${first.join(", ")}, ${place.direction * size + place.unit}]`;
}

/** What of output or h_n a place is, as people write and say it: `["output[-1]", "backward half"]`, `["h_n[1]", "layer 0 ←"]`. */
function writtenOf({ part, time, layer, direction }, { seq_len, num_directions, batch_first }) {
  if (part === "h_n") return [`h_n[${layer * num_directions + direction}]`, `layer ${layer} ${"→←"[direction]}`];
  const step = time === seq_len - 1 ? -1 : time;
  const half = num_directions === 2 ? `${["forward", "backward"][direction]} half` : "";
  return [`output[${batch_first ? ":, " : ""}${step}]`, half];
}

/** The name of a place, by which a solution lights it: `backward half of output[-1]`, `output[3]`, `h_n[1]`. */
export function partOf(place, sizes) {
  const [code, which] = writtenOf(place, sizes);
  return place.part === "output" && which ? `${which} of ${code}` : code;
}

/** How many of the steps read are pads, as it is said after them. */
function padsSaid(pads, all) {
  if (!pads) return "";
  if (pads < all) return `, ${pads} of them ${pads === 1 ? "a pad" : "pads"}`;
  return all === 1 ? ", a pad" : `, all ${all} of them pads`;
}

/** What a number has read, in a sentence: which steps, how many of them are pads, and what the layer below told. */
export function sentenceOf(place, state, moved, unit = "") {
  const { sizes, lengths } = state;
  const [length, run] = [lengths[place.item], stepsRun(state, place.item)];
  const [code, which] = writtenOf(place, sizes);
  const subject = unit + [code, which].filter(Boolean).join(", ");
  if (!cellOf(place, sizes, run))
    return `${subject}, is filled with zeros, which have read nothing: packed, sequence ${place.item} ends at x_${length - 1}.`;
  const { steps, pads } = countRead(moved, length);
  const comma = which ? "," : "";
  if (!steps.length) return `${subject}${comma} has read 0 of ${many(run, "step")}: none moves it.`;
  const alone = steps.length === 1 ? " alone" : "";
  const read = `${rangesOf(steps)}${alone}: ${steps.length} of ${many(run, "step")}${padsSaid(pads, steps.length)}`;
  return `${subject}${comma} has read ${read}${toldBelow(place, state, steps.length)}.`;
}

/** What the layer below told, where one direction alone could not know it. */
function toldBelow(place, { sizes, ...state }, count) {
  const layer = place.part === "h_n" ? place.layer : sizes.num_layers - 1;
  const taken = stepsTaken(place, sizes, stepsRun({ sizes, ...state }, place.item));
  if (!layer || sizes.num_directions === 1 || count <= taken) return "";
  return `; ${taken} itself, the rest through layer ${layer - 1}`;
}

/** How much an input moves the number looked at, in a sentence. */
export function inputSaid(step, place, state, moved) {
  const pad = step < state.lengths[place.item] ? `x_${step}` : `x_${step}, a pad,`;
  const [code, which] = writtenOf(place, state.sizes);
  const what = [code, which].filter(Boolean).join(", ");
  const by = moved[step];
  if (!(by > 0)) return `${pad} was not read by ${what}: its gradient is 0.`;
  return `${pad} moves ${what}, by ${by < 1e-3 || by >= 1e4 ? by.toExponential(1) : by.toFixed(3)} for a change of 1.`;
}

/** The two summaries that people take, each with its halves as places, for one sequence. */
export function summariesOf({ sizes, item }) {
  const { num_layers, num_directions, seq_len, batch_first } = sizes;
  const directions = [0, 1].slice(0, num_directions);
  const last = (direction) => ({ part: "output", time: seq_len - 1, layer: num_layers - 1, direction, item });
  const row = (direction) => ({ part: "h_n", time: seq_len - 1, layer: num_layers - 1, direction, item });
  return [
    { code: batch_first ? "output[:, -1]" : "output[-1]", halves: directions.map(last) },
    { code: num_directions === 2 ? "torch.cat((h_n[-2], h_n[-1]), -1)" : "h_n[-1]", halves: directions.map(row) },
  ];
}

/** Whether a summary holds all of its sequence and no pad, `[right, why]`; `moved` is what each half has read. */
export function verdictOf(halves, moved, state) {
  const [{ item }] = halves;
  const [length, run] = [state.lengths[item], stepsRun(state, item)];
  const counted = moved.map((numbers) => countRead(numbers, length));
  if (!cellOf(halves[0], state.sizes, run)) return [false, `Zeros: this sequence has only ${many(length, "step")}.`];
  const pads = Math.max(...counted.map((half) => half.pads));
  const short = halves.find((half) => stepsTaken(half, state.sizes, run) < run);
  const more = short && counted[halves.indexOf(short)].steps.length > stepsTaken(short, state.sizes, run);
  const told = more && short.layer > 0 ? `, the rest was told by layer ${short.layer - 1}` : "";
  const reasons = [
    ...(short
      ? [
          `its ${short.direction ? "backward" : "forward"} half has taken ${many(stepsTaken(short, state.sizes, run), "step")} of ${run}${told}`,
        ]
      : []),
    ...(pads ? [`it has read ${many(pads, "pad")}`] : []),
  ];
  if (reasons.length) return [false, `No summary of the sequence: ${reasons.join(", and ")}.`];
  const least = Math.min(...counted.map((half) => half.own));
  if (!least) return [false, "Nothing of the sequence: no step moves any number of a half of it."];
  const ends = halves.length > 1 ? ", read from both ends" : "";
  return [
    true,
    `${least === length ? "Every step" : `${least} of ${many(length, "step")}`} of the sequence${ends}, and no pad.`,
  ];
}

/**
 * The place to which a key leads from another, or null: time to the sides, and beyond a direction's last step its row of
 * h_n; halves and rows up and down.
 */
export function placeAfter(key, place, { seq_len, num_layers, num_directions }) {
  const rows = num_layers * num_directions;
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  const side = { ArrowRight: 1, ArrowLeft: -1 }[key];
  const up = { ArrowUp: 1, ArrowDown: -1 }[key];
  const [onward, end] = place.direction ? [-1, 0] : [1, seq_len - 1];
  if (place.part === "h_n") {
    if (side) return side === onward ? place : { ...place, part: "output", time: end };
    const row = place.layer * num_directions + place.direction;
    const next = key === "Home" ? 0 : key === "End" ? rows - 1 : up && within(row + up, rows);
    if (next === undefined) return null;
    return { ...place, layer: Math.floor(next / num_directions), direction: next % num_directions };
  }
  if (side === onward && place.time === end) return { ...place, part: "h_n", layer: num_layers - 1 };
  if (side) return { ...place, time: within(place.time + side, seq_len) };
  if (key === "Home" || key === "End") return { ...place, time: key === "Home" ? 0 : seq_len - 1 };
  return up ? { ...place, direction: within(place.direction + up, num_directions) } : null;
}
