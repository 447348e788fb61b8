import assert from "node:assert/strict";
import test from "node:test";
import { historyOf, scaleOf, termsAt, vectorAt } from "../../../rnnlib/explorers/step/values.js";
import { number, telling } from "./telling.mjs";

test("every place of an array is found, in layers, directions, steps and sequences", () => {
  const array = telling([3, 2, 5, 4, 6]);
  for (let layer = 0; layer < 3; layer++)
    for (let direction = 0; direction < 2; direction++)
      for (let time = 0; time < 5; time++)
        for (let item = 0; item < 4; item++) {
          const expected = [0, 1, 2, 3, 4, 5].map((unit) => number(layer, direction, time, item, unit));
          assert.deepEqual([...vectorAt(array, { layer, direction, time, item })], expected);
        }
});

test("an axis of size 1 is the same for all", () => {
  const place = { layer: 2, direction: 1, time: 3, item: 2 };
  assert.deepEqual([...vectorAt(telling([3, 2, 1, 1, 2]), place)], [number(2, 1, 0, 0, 0), number(2, 1, 0, 0, 1)]);
  assert.deepEqual([...vectorAt(telling([1, 1, 5, 4, 2]), place)], [number(0, 0, 3, 2, 0), number(0, 0, 3, 2, 1)]);
});

test("a history is a row a unit and a column a step, of those that are shown; a gap stays 0", () => {
  const place = { layer: 1, direction: 1, item: 2, time: 4 };
  const [units, steps] = [
    [null, 1, 2, 3],
    [0, 2, 4],
  ];
  const { rows, cols, values } = historyOf(telling([2, 2, 5, 3, 4]), place, units, steps);
  assert.deepEqual([rows, cols, values.length], [4, 3, 12]);
  units.forEach((unit, row) => {
    steps.forEach((time, col) => {
      assert.equal(values[row * 3 + col], unit === null ? 0 : number(1, 1, time, 2, unit));
    });
  });
});

test("the colours' scale is the largest magnitude that is finite, and never 0", () => {
  assert.equal(scaleOf([0.5, -2, 1]), 2);
  assert.equal(scaleOf([Infinity, NaN, -0.25]), 0.25);
  assert.equal(scaleOf([0, NaN]), 1);
});

const gates = ["i", "f", "g", "o"];
const traced = { family: "LSTM", states: ["h", "c"], gates, squash: "tanh", projected: false };
const names = ["h", "c", "h before", "c before", ...gates, ...gates.flatMap((g) => [`${g} from_x`, `${g} from_h`])];
const every = {
  ...Object.fromEntries(names.map((name) => [name, telling([2, 2, 5, 3, 4])])),
  ...Object.fromEntries(
    gates.flatMap((g) => [`${g} bias_ih`, `${g} bias_hh`]).map((name) => [name, telling([2, 2, 1, 1, 4])]),
  ),
  "x of layer 0": telling([1, 1, 5, 3, 7]),
  "x of layer 1": telling([1, 1, 5, 3, 8]),
};

test("the terms of an equation are those of one unit at one place, with the biases apart", () => {
  const { gates: terms, before, now } = termsAt(every, traced, { layer: 1, direction: 0, time: 3, item: 1, unit: 2 });
  const [here, bias] = [number(1, 0, 3, 1, 2), number(1, 0, 0, 0, 2)];
  for (const gate of gates)
    assert.deepEqual(terms[gate], { x: here - bias, h: here - bias, bias: 2 * bias, value: here });
  assert.deepEqual(
    [before, now],
    [
      { h: here, c: here },
      { h: here, c: here },
    ],
  );
});

test("what the state says to GRU's n stays whole, its bias inside: r scales both", () => {
  const gru = { family: "GRU", states: ["h"], gates: ["r", "z", "n"] };
  const gruNames = ["r", "z", "n"].flatMap((g) => [g, `${g} from_x`, `${g} from_h`, `${g} bias_ih`, `${g} bias_hh`]);
  const arrays = {
    ...every,
    ...Object.fromEntries([...gruNames, "n from_h of the paper"].map((name) => [name, telling([1, 1, 5, 3, 4])])),
  };
  const { gates: terms } = termsAt(arrays, gru, { layer: 0, direction: 0, time: 1, item: 0, unit: 3 });
  assert.deepEqual(terms.n, { x: 103, h: 103, value: 103 });
  assert.deepEqual(terms.r, { x: 0, h: 0, bias: 206, value: 103 });
});

test("the paper's GRU takes the same x, z and h before, and its own product with the state", () => {
  const one = (value) => ({ dims: [1, 1, 1, 1, 2], numbers: Float32Array.from([9, value]) });
  const terms = ["r", "z", "n"].flatMap((g) =>
    ["from_x", "from_h", "bias_ih", "bias_hh"].map((what) => `${g} ${what}`),
  );
  const arrays = {
    ...Object.fromEntries([...terms, "r", "n", "h"].map((name) => [name, one(0)])),
    "n from_x": one(0.5),
    "n from_h of the paper": one(0.25),
    z: one(0.75),
    "h before": one(-1),
  };
  const place = { layer: 0, direction: 0, time: 0, item: 0, unit: 1 };
  const { paper } = termsAt(arrays, { family: "GRU", states: ["h"], gates: ["r", "z", "n"] }, place);
  assert.equal(paper.fromH, 0.25);
  assert.ok(Math.abs(paper.n - Math.tanh(0.75)) < 1e-7);
  assert.ok(Math.abs(paper.h - (0.25 * Math.tanh(0.75) - 0.75)) < 1e-7);
});
