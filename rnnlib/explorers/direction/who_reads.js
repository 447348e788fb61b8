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

const halfOf = (place, { num_directions }) =>
  num_directions === 2 ? `the ${["forward", "backward"][place.direction]} half` : "output";

/** Which step moves a number most, and by how much. */
function mostOf(moved) {
  const most = Math.max(...moved);
  return `x_${moved.indexOf(most)} moves it most: by ${most < 1e-3 || most >= 1e4 ? most.toExponential(1) : most.toFixed(3)} for a change of 1.`;
}

/** What the element is, what it has read, which of it are pads, and how its own direction came there. */
export function wordsOf(place, state, moved) {
  const { sizes, lengths } = state;
  const [length, run] = [lengths[place.item], stepsRun(state, place.item)];
  const arrow = ["→", "←"][place.direction];
  const what =
    place.part === "h_n"
      ? `Unit ${place.unit} of layer ${place.layer} ${arrow}, after its last step, x_${place.direction ? 0 : run - 1}.`
      : `Unit ${place.unit} of ${halfOf(place, sizes)} at step ${place.time}.`;
  if (!cellOf(place, sizes, run)) {
    return {
      what,
      read: `No step of this sequence: it has ${many(length, "step")}. The packed run left zeros here, which have read nothing.`,
      pads: "",
      way: "",
      most: "",
    };
  }
  const { steps, own, pads } = countRead(moved, length);
  const read = `It has read ${steps.length ? `${rangesOf(steps)}, ` : ""}${steps.length} of ${many(run, "step")}${steps.length ? "" : ": none moves it"}.`;
  const taken = stepsTaken(place, sizes, run);
  const layer = place.part === "h_n" ? place.layer : sizes.num_layers - 1;
  const which =
    pads === steps.length
      ? pads === 1
        ? "It is a pad"
        : "All of them are pads"
      : `${pads} of them ${pads === 1 ? "is a pad" : "are pads"}`;
  const below = layer > 0 && sizes.num_directions === 2 && own + pads > taken;
  return {
    what,
    read,
    most: steps.length ? mostOf(moved) : "",
    pads: pads ? `${which}: the sequence ends at x_${length - 1}.` : "",
    way: below
      ? `Layer ${layer} ${arrow} itself has taken ${many(taken, "step")}; the rest it was told by layer ${layer - 1}.`
      : "",
  };
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

/** The place to which a key leads from another, or null: time to the sides, halves and rows up and down. */
export function placeAfter(key, place, { seq_len, num_layers, num_directions }) {
  const rows = num_layers * num_directions;
  const row = place.layer * num_directions + place.direction;
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  const side = { ArrowRight: 1, ArrowLeft: -1 }[key];
  const up = { ArrowUp: 1, ArrowDown: -1 }[key];
  if (place.part === "h_n") {
    if (side) return side < 0 ? { ...place, part: "output", time: seq_len - 1 } : place;
    const next = key === "Home" ? 0 : key === "End" ? rows - 1 : up && within(row + up, rows);
    if (next === undefined) return null;
    return { ...place, layer: Math.floor(next / num_directions), direction: next % num_directions };
  }
  if (side && place.time + side === seq_len) return { ...place, part: "h_n", layer: num_layers - 1 };
  if (side) return { ...place, time: within(place.time + side, seq_len) };
  if (key === "Home" || key === "End") return { ...place, time: key === "Home" ? 0 : seq_len - 1 };
  return up ? { ...place, direction: within(place.direction + up, num_directions) } : null;
}
