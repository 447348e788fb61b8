// What the learner has chosen, and what packing makes of it. Pure.
import { valuesOf } from "../shared/state.js";

export const STAGES = ["padded", "sorted", "packed", "unpacked"];

/** The longest first. Among equals torch may order otherwise than this: its own word counts, once it is there. */
const longestFirst = (lengths) => lengths.map((_, item) => item).sort((a, b) => lengths[b] - lengths[a] || a - b);

/** What packing makes of lengths: who comes first, how many each step has, where each step begins in `data`. */
export function packed(lengths, order = longestFirst(lengths)) {
  const ends = order.map((item) => lengths[item]).reverse(); // the shortest first
  const batchSizes = [];
  for (let gone = 0; gone < ends.length; gone++)
    while (batchSizes.length < ends[gone]) batchSizes.push(ends.length - gone);
  let total = 0;
  const starts = [];
  for (const size of batchSizes) {
    starts.push(total);
    total += size;
  }
  return { order, batchSizes, starts, total, longest: batchSizes.length };
}

/** The most steps that a sequence may have: the last number holds for all that follow. */
export const mostOf = (most, item) => most[item] ?? most.at(-1);

export const poolOf = (model) => [...model.get("lengths"), ...model.get("more")];

const FLAGS = ["num_layers", "bidirectional", "batch_first"];

/** All that the picture, its words and the code are made of, read off the model. */
export function stateOf(model) {
  const get = (name) => model.get(name);
  const [{ asked, sorted_indices }, lengths] = [get("answer"), get("lengths")];
  const answered = JSON.stringify(asked?.lengths) === JSON.stringify(lengths);
  const pack = packed(lengths, answered ? sorted_indices : undefined);
  const total = Math.max(pack.longest, get("total_length") ?? 0);
  const family = get("families")[get("kind")];
  const flags = valuesOf(model, FLAGS);
  const sizes = {
    ...get("sizes"),
    seq_len: pack.longest,
    batch: lengths.length,
    num_directions: flags.bidirectional ? 2 : 1,
  };
  if (!family.has_proj_size) sizes.proj_size = 0;
  const shown = (name) => get("controls").includes(name);
  const reach = Math.max(...lengths.map((_, item) => mostOf(get("most"), item)));
  const given = { padding_value: get("padding_value"), total_length: get("total_length"), stages: get("stages") };
  return {
    family,
    ...flags,
    ...given,
    lengths,
    pack,
    total,
    sizes,
    pulls: shown("lengths"),
    columns: shown("lengths") && reach <= 2 * total ? Math.max(reach, total) : total, // rows have room to be pulled
    most: shown("batch") ? poolOf(model).length : lengths.length, // sequences that there may be
    tallest: shown("mistake") || get("mistake") ? 30 : 40, // a row: what goes wrong needs room too
    packs: given.stages.some((stage) => STAGES.indexOf(stage) > 1), // else nothing speaks of packing
  };
}
