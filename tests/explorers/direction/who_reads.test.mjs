import assert from "node:assert/strict";
import test from "node:test";
import {
  cellOf,
  countRead,
  inputSaid,
  lightOf,
  lightsOf,
  movedAt,
  movedByAll,
  partOf,
  placeAfter,
  rangesOf,
  sentenceOf,
  stepsRun,
  stepsTaken,
  summariesOf,
  verdictOf,
  wayTo,
} from "../../../rnnlib/explorers/direction/who_reads.js";

const sizesOf = (seq_len, num_layers, num_directions, size = 2, batch = 2) => ({
  seq_len,
  num_layers,
  num_directions,
  size,
  units: size,
  batch,
  hidden_size: size,
  proj_size: 0,
  batch_first: false,
});
const place = (more) => ({ part: "output", time: 0, layer: 0, direction: 0, item: 0, unit: 0, ...more });

/** Which steps reach a cell, by trying every way: a cell hears its neighbour in its direction, and all below at its step. */
function reachedBy({ layer, direction, time }, { num_directions }, run) {
  const [seen, steps, open] = [new Set(), new Set(), [[layer, direction, time]]];
  while (open.length) {
    const [l, d, t] = open.pop();
    if (t < 0 || t >= run || seen.has(`${l} ${d} ${t}`)) continue;
    seen.add(`${l} ${d} ${t}`);
    open.push([l, d, t + (d ? 1 : -1)]);
    if (l) for (let below = 0; below < num_directions; below++) open.push([l - 1, below, t]);
    else steps.add(t);
  }
  return { seen, steps };
}

test("the way to every place is every cell from which it can be reached, and no other", () => {
  for (const layers of [1, 2, 3])
    for (const directions of [1, 2])
      for (const run of [1, 2, 5]) {
        const sizes = sizesOf(5, layers, directions);
        const places = [];
        for (let direction = 0; direction < directions; direction++) {
          for (let time = 0; time < 5; time++) places.push(place({ time, direction }));
          for (let layer = 0; layer < layers; layer++) places.push(place({ part: "h_n", layer, direction }));
        }
        for (const where of places) {
          const { cell, spans, reads } = wayTo(where, sizes, run);
          assert.deepEqual(cell, cellOf(where, sizes, run));
          const lit = new Set(
            spans.flatMap((row, l) =>
              row.flatMap((span, d) =>
                span ? [...Array(span[1] - span[0] + 1).keys()].map((i) => `${l} ${d} ${span[0] + i}`) : [],
              ),
            ),
          );
          if (!cell) {
            assert.equal(where.time >= run, true);
            assert.equal(lit.size, 0);
            continue;
          }
          const { seen, steps } = reachedBy(cell, sizes, run);
          assert.deepEqual([...lit].sort(), [...seen].sort());
          assert.deepEqual([Math.min(...steps), Math.max(...steps)], reads[0]);
          assert.equal(steps.size, reads[0][1] - reads[0][0] + 1);
        }
      }
});

test("the number of a place is found in the bytes, by the axes of torch", () => {
  const sizes = sizesOf(3, 2, 2);
  const numbers = (dims) => Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => i);
  const arrays = {
    output: { dims: [3, 2, 4, 3], numbers: numbers([3, 2, 4, 3]) },
    h_n: { dims: [4, 2, 2, 3], numbers: numbers([4, 2, 2, 3]) },
  };
  assert.deepEqual([...movedAt(arrays, place({ time: 2, direction: 1, item: 1, unit: 1 }), sizes)], [69, 70, 71]); // the last
  assert.deepEqual(
    [...movedAt(arrays, place({ part: "h_n", layer: 1, direction: 0, item: 1, unit: 0 }), sizes)],
    [30, 31, 32],
  ); // h_n[2, 1, 0]
  assert.deepEqual([...movedByAll(arrays, place({ time: 0, direction: 1 }), sizes)], [9, 10, 11]); // the most of units 2 and 3
});

test("what has been read is lit, however faint; what has not is dark", () => {
  assert.equal(lightOf(0, 1), 0);
  assert.equal(lightOf(1, 1), 1);
  assert.ok(lightOf(1e-45, 1) >= 0.25);
  assert.ok(lightOf(0.5, 1) > lightOf(0.1, 1));
  assert.deepEqual(lightsOf(new Float32Array(3)), [0, 0, 0]);
});

test("steps are said as ranges", () => {
  assert.equal(rangesOf([4]), "x_4");
  assert.equal(rangesOf([0, 1]), "x_0 and x_1");
  assert.equal(rangesOf([0, 1, 2, 5]), "x_0 … x_2, x_5");
  assert.equal(rangesOf([0, 2, 4, 6, 8]), "x_0, x_2, x_4 and 2 more stretches");
  assert.equal(rangesOf([]), "");
});

test("pads are counted apart", () => {
  assert.deepEqual(countRead([1, 0, 1, 1], 3), { steps: [0, 2, 3], own: 2, pads: 1 });
  assert.equal(stepsRun({ packed: true, lengths: [3, 2], sizes: { seq_len: 4 } }, 1), 2);
  assert.equal(stepsRun({ packed: false, lengths: [3, 2], sizes: { seq_len: 4 } }, 1), 4);
});

const state = (more = {}) => ({ packed: false, lengths: [4, 2], sizes: sizesOf(4, 1, 2), ...more });

test("what a number has read is said in a sentence", () => {
  const said = (more, moved, now = state()) => sentenceOf(place(more), now, moved);
  assert.equal(said({ time: 2 }, [0.1, 0.2, 0.3, 0]), "output[2], forward half, has read x_0 … x_2: 3 of 4 steps.");
  assert.equal(
    said({ time: 3, direction: 1 }, [0, 0, 0, 1e-9]),
    "output[-1], backward half, has read x_3 alone: 1 of 4 steps.",
  );
  assert.equal(
    sentenceOf(place({ time: 3, direction: 1, unit: 1 }), state(), [0, 0, 0, 1], "unit 1 of "),
    "unit 1 of output[-1], backward half, has read x_3 alone: 1 of 4 steps.",
  );
  assert.equal(said({ time: 2 }, [0, 0, 0, 0]), "output[2], forward half, has read 0 of 4 steps: none moves it."); // relu
  const one = state({ sizes: { ...sizesOf(4, 1, 1), batch_first: true } });
  assert.equal(said({ time: 3 }, [1, 1, 1, 1], one), "output[:, -1] has read x_0 … x_3: 4 of 4 steps.");
});

test("pads among the steps read are counted", () => {
  const said = (more, moved) => sentenceOf(place({ item: 1, ...more }), state(), moved);
  assert.match(said({ time: 3, direction: 1 }, [0, 0, 0, 1]), /read x_3 alone: 1 of 4 steps, a pad\.$/);
  assert.match(said({ time: 3 }, [1, 1, 1, 1]), /4 of 4 steps, 2 of them pads\.$/);
  assert.match(said({ time: 2 }, [1, 1, 1, 0]), /3 of 4 steps, 1 of them a pad\.$/);
  assert.match(said({ time: 2, direction: 1 }, [0, 0, 1, 1]), /2 of 4 steps, all 2 of them pads\.$/);
});

test("zeros that a packed run left are no number of the sequence", () => {
  assert.equal(
    sentenceOf(place({ time: 3, item: 1 }), state({ packed: true }), [0, 0, 0, 0]),
    "output[-1], forward half, is filled with zeros, which have read nothing: packed, sequence 1 ends at x_1.",
  );
});

test("a last state is told by its row, its layer and its direction", () => {
  const row = (direction) => place({ part: "h_n", layer: 1, direction, item: 1 });
  const stacked = state({ packed: true, sizes: sizesOf(4, 2, 2) });
  const said = (direction) => sentenceOf(row(direction), stacked, [1, 1, 0, 0]);
  assert.equal(said(0), "h_n[2], layer 1 →, has read x_0 and x_1: 2 of 2 steps.");
  assert.equal(said(1), "h_n[3], layer 1 ←, has read x_0 and x_1: 2 of 2 steps.");
});

test("what the layer below told is said, where one direction alone could not know it", () => {
  const stacked = state({ sizes: sizesOf(4, 2, 2) });
  assert.equal(
    sentenceOf(place({ time: 3, direction: 1 }), stacked, [1, 1, 1, 1]),
    "output[-1], backward half, has read x_0 … x_3: 4 of 4 steps; 1 itself, the rest through layer 0.",
  );
  assert.doesNotMatch(sentenceOf(place({ time: 3, direction: 0 }), stacked, [1, 1, 1, 1]), /through/);
  assert.equal(stepsTaken(place({ time: 1, direction: 1 }), stacked.sizes, 4), 3);
});

test("how much an input moves what is looked at is said, of pads too", () => {
  const said = (step, moved, more) => inputSaid(step, place({ time: 3, ...more }), state(), moved);
  assert.equal(said(2, [0, 0, 0.25, 1]), "x_2 moves output[-1], forward half, by 0.250 for a change of 1.");
  assert.match(said(3, [0, 0, 0, 1e-9], { item: 1 }), /^x_3, a pad, moves .* by 1\.0e-9 for/);
  assert.equal(said(0, [0, 0, 0, 1]), "x_0 was not read by output[-1], forward half: its gradient is 0.");
});

test("a place is named as a solution names it", () => {
  const sizes = sizesOf(4, 2, 2);
  assert.equal(partOf(place({ time: 3, direction: 1 }), sizes), "backward half of output[-1]");
  assert.equal(
    partOf(place({ time: 0, direction: 0 }), { ...sizes, batch_first: true }),
    "forward half of output[:, 0]",
  );
  assert.equal(partOf(place({ time: 1 }), sizesOf(4, 2, 1)), "output[1]");
  assert.equal(partOf(place({ part: "h_n", layer: 1, direction: 1 }), sizes), "h_n[3]");
});

const verdict = (which, item, moved, more) => {
  const now = state(more);
  const { halves } = summariesOf({ sizes: now.sizes, item })[which];
  return verdictOf(halves, moved ?? halves.map(() => [1, 1, 1, 1]), now);
};

test("output[-1] is no summary of two directions; the last states are", () => {
  assert.deepEqual(
    verdict(0, 0, [
      [1, 1, 1, 1],
      [0, 0, 0, 1],
    ]),
    [false, "No summary of the sequence: its backward half has taken 1 step of 4."],
  );
  assert.deepEqual(verdict(1, 0), [true, "Every step of the sequence, read from both ends, and no pad."]);
  assert.deepEqual(verdict(0, 0, undefined, { sizes: sizesOf(4, 2, 2) }), [
    false,
    "No summary of the sequence: its backward half has taken 1 step of 4, the rest was told by layer 0.",
  ]);
  assert.deepEqual(
    verdict(
      0,
      0,
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      { sizes: sizesOf(4, 2, 2) },
    ),
    [false, "No summary of the sequence: its backward half has taken 1 step of 4."],
  ); // told nothing
  assert.deepEqual(verdict(0, 0, undefined, { sizes: sizesOf(4, 2, 1) }), [
    true,
    "Every step of the sequence, and no pad.",
  ]);
});

test("pads are in both summaries of a padded run, and in none of a packed one", () => {
  assert.deepEqual(
    verdict(0, 1, [
      [1, 1, 1, 1],
      [0, 0, 0, 1],
    ]),
    [false, "No summary of the sequence: its backward half has taken 1 step of 4, and it has read 2 pads."],
  );
  assert.deepEqual(verdict(1, 1), [false, "No summary of the sequence: it has read 2 pads."]);
  assert.deepEqual(
    verdict(
      0,
      1,
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      { packed: true },
    ),
    [false, "Zeros: this sequence has only 2 steps."],
  );
  assert.deepEqual(
    verdict(
      1,
      1,
      [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
      ],
      { packed: true },
    ),
    [true, "Every step of the sequence, read from both ends, and no pad."],
  );
  assert.deepEqual(
    verdict(
      1,
      1,
      [
        [1, 0, 0, 0],
        [1, 1, 0, 0],
      ],
      { packed: true },
    ),
    [true, "1 of 2 steps of the sequence, read from both ends, and no pad."],
  );
  assert.deepEqual(
    verdict(1, 0, [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]),
    [false, "Nothing of the sequence: no step moves any number of a half of it."],
  );
});

test("summaries are written as the layer gives them", () => {
  const codes = (sizes) => summariesOf({ sizes, item: 0 }).map(({ code }) => code);
  assert.deepEqual(codes(sizesOf(4, 2, 2)), ["output[-1]", "torch.cat((h_n[-2], h_n[-1]), -1)"]);
  assert.deepEqual(codes({ ...sizesOf(4, 2, 1), batch_first: true }), ["output[:, -1]", "h_n[-1]"]);
});

test("keys lead through time, to the other half, to the rows of h_n and back, and never out", () => {
  const sizes = sizesOf(3, 2, 2);
  const after = (key, from) => placeAfter(key, place(from), sizes);
  assert.equal(after("ArrowRight", { time: 0 }).time, 1);
  assert.equal(after("ArrowLeft", { time: 0 }).time, 0);
  assert.equal(after("End", {}).time, 2);
  assert.equal(after("Home", { time: 2 }).time, 0);
  assert.equal(after("ArrowUp", {}).direction, 1);
  assert.equal(after("ArrowDown", {}).direction, 0);
  const row = (direction, more) => place({ part: "h_n", layer: 1, direction, ...more });
  assert.deepEqual(after("ArrowRight", { time: 2 }), row(0, { time: 2 })); // each at the end of its direction
  assert.deepEqual(after("ArrowLeft", { time: 0, direction: 1 }), row(1));
  assert.equal(after("ArrowRight", { time: 2, direction: 1 }).time, 2);
  assert.deepEqual(after("ArrowLeft", { part: "h_n", layer: 0 }), place({ time: 2 }));
  assert.deepEqual(after("ArrowRight", { part: "h_n", direction: 1, time: 2 }), place({ time: 0, direction: 1 }));
  assert.deepEqual(after("ArrowLeft", row(1)), row(1));
  const rows = ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"].reduce(
    (at) => [...at, placeAfter("ArrowUp", at.at(-1), sizes)],
    [place({ part: "h_n" })],
  );
  assert.deepEqual(
    rows.map(({ layer, direction }) => [layer, direction]),
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [1, 1],
    ],
  );
  assert.deepEqual(after("Home", { part: "h_n", layer: 1 }), place({ part: "h_n" }));
  assert.equal(after("Enter", {}), null);
  assert.equal(after("Tab", { part: "h_n" }), null);
});
