import assert from "node:assert/strict";
import test from "node:test";
import {
  arrayOf,
  paperParts,
  partsAt,
  placeOf,
  rangeFor,
  rowsOf,
  scaleSaid,
} from "../../../rnnlib/explorers/step/parts.js";
import { decoded, historyOf, paperStates, scaleOf, termsAt, vectorAt } from "../../../rnnlib/explorers/step/values.js";

/** An array whose numbers say where they stand: 10000 layer + 1000 direction + 100 time + 10 item + unit. */
function telling(dims) {
  const numbers = [];
  const [layers, directions, times, items, units] = dims;
  for (let l = 0; l < layers; l++)
    for (let d = 0; d < directions; d++)
      for (let t = 0; t < times; t++)
        for (let i = 0; i < items; i++)
          for (let u = 0; u < units; u++) numbers.push(10000 * l + 1000 * d + 100 * t + 10 * i + u);
  return { dims, numbers: Float32Array.from(numbers) };
}

const number = (...[l, d, t, i, u]) => 10000 * l + 1000 * d + 100 * t + 10 * i + u;

test("arrays travel as little-endian bytes, wherever they lie in the buffer", () => {
  const buffer = new ArrayBuffer(16);
  const bytes = new DataView(buffer, 4, 8);
  bytes.setFloat32(0, 0.5, true);
  bytes.setFloat32(4, -2, true);
  const { h, c } = decoded({
    h: { dims: [1, 1, 1, 1, 2], values: bytes },
    c: { dims: [1, 1, 1, 1, 2], values: buffer.slice(4, 12) },
  });
  for (const array of [h, c]) assert.deepEqual([...array.numbers], [0.5, -2]);
  assert.deepEqual(h.dims, [1, 1, 1, 1, 2]);
});

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

test("a history is a row a unit and a column a step", () => {
  const { rows, cols, values } = historyOf(telling([2, 2, 5, 3, 4]), { layer: 1, direction: 1, item: 2, time: 4 });
  assert.deepEqual([rows, cols, values.length], [4, 5, 20]);
  for (let unit = 0; unit < 4; unit++)
    for (let time = 0; time < 5; time++) assert.equal(values[unit * 5 + time], number(1, 1, time, 2, unit));
});

test("the colours' scale is the largest magnitude that is finite, and never 0", () => {
  assert.equal(scaleOf([0.5, -2, 1]), 2);
  assert.equal(scaleOf([Infinity, NaN, -0.25]), 0.25);
  assert.equal(scaleOf([0, NaN]), 1);
});

const sizes = { seq_len: 5, batch: 3, num_layers: 2, num_directions: 2, hidden_size: 4 };
const at = (traits) => ({
  get: (name) => ({ time: 0, layer_index: 0, direction: 0, item: 0, unit: 0, ...traits })[name],
});

test("a place beyond what was traced is the last one there is", () => {
  assert.deepEqual(placeOf(at({ time: 99, layer_index: 9, direction: 7, item: 3, unit: 4 }), sizes), {
    time: 4,
    layer: 1,
    direction: 1,
    item: 2,
    unit: 3,
  });
  assert.deepEqual(placeOf(at({ time: 2, unit: 3 }), sizes), { time: 2, layer: 0, direction: 0, item: 0, unit: 3 });
});

const gates = ["i", "f", "g", "o"];
const traced = { family: "LSTM", gates, squash: "tanh", projected: false };
const names = ["h", "c", "h before", "c before", ...gates, ...gates.flatMap((g) => [`${g} from_x`, `${g} from_h`])];
const every = {
  ...Object.fromEntries(names.map((name) => [name, telling([2, 2, 5, 3, 4])])),
  ...Object.fromEntries(
    gates.flatMap((g) => [`${g} bias_ih`, `${g} bias_hh`]).map((name) => [name, telling([2, 2, 1, 1, 4])]),
  ),
  "x of layer 0": telling([1, 1, 5, 3, 7]),
  "x of layer 1": telling([1, 1, 5, 3, 8]),
};

test("the backward direction comes from the step after, and a layer above reads what is below", () => {
  const place = { layer: 1, direction: 1, time: 2, item: 0, unit: 0 };
  const parts = partsAt(every, traced, place);
  assert.equal(parts.before, "t+1");
  assert.equal(partsAt(every, traced, { ...place, direction: 0 }).before, "t−1");
  assert.equal(parts.x.values.length, 8);
  assert.equal(partsAt(every, traced, { ...place, layer: 0 }).x.values.length, 7);
  assert.equal(arrayOf("x", place), "x of layer 1");
  assert.equal(arrayOf("h", place), "h");
});

test("gates are coloured within 1, states and inputs as large as they get", () => {
  for (const gate of gates) assert.equal(rangeFor(gate, every[gate], traced), 1);
  assert.equal(rangeFor("h", every.h, traced), number(1, 1, 4, 2, 3));
  assert.equal(rangeFor("h", every.h, { family: "RNN", gates: ["h"] }), number(1, 1, 4, 2, 3));
});

test("a sigmoid's scale is a share, a tanh's goes both ways, and a state's is as large as it gets", () => {
  for (const gate of ["i", "f", "o"]) assert.equal(scaleSaid(gate, 1, traced), "0 … 1");
  assert.equal(scaleSaid("g", 1, traced), "−1 … 1");
  assert.equal(scaleSaid("n", 1, { gates: ["r", "z", "n"] }), "−1 … 1");
  assert.equal(scaleSaid("c", 2.345, traced), "±2.35");
  assert.equal(scaleSaid("h", 0.5, { gates: ["h"] }), "±0.50");
});

test("an RNN's picture has both terms of its sum", () => {
  const rnn = { family: "RNN", gates: ["h"] };
  const arrays = { ...every, "h from_x": telling([2, 2, 5, 3, 4]), "h from_h": telling([2, 2, 5, 3, 4]) };
  const parts = partsAt(arrays, rnn, { layer: 0, direction: 1, time: 2, item: 0 });
  for (const term of ["h from_x", "h from_h"])
    assert.deepEqual(
      parts[term].values,
      [0, 1, 2, 3].map((unit) => number(0, 1, 2, 0, unit)),
    );
});

test("the rows of a weight follow each other, gate by gate", () => {
  assert.deepEqual(
    rowsOf(["r", "z", "n"], 4).map(({ rows }) => rows),
    [
      [0, 3],
      [4, 7],
      [8, 11],
    ],
  );
  assert.deepEqual(rowsOf(["h"], 1), [{ gate: "h", rows: [0, 0] }]);
});

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
  const gru = { family: "GRU", gates: ["r", "z", "n"] };
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
  const one = (...values) => ({ dims: [1, 1, 1, 1, values.length], numbers: Float32Array.from(values) });
  const arrays = {
    "n from_x": one(0.5, 0),
    "n from_h of the paper": one(0.25, 0),
    z: one(0.75, 1),
    "h before": one(-1, 0.5),
  };
  const place = { layer: 0, direction: 0, time: 0, item: 0 };
  const [n, h] = paperStates(arrays, place);
  assert.ok(Math.abs(n[0] - Math.tanh(0.75)) < 1e-7);
  assert.ok(Math.abs(h[0] - (0.25 * Math.tanh(0.75) - 0.75)) < 1e-7);
  assert.equal(h[1], 0.5);
  const parts = paperParts({ x: 1, n: { name: "n", range: 1 }, h: { name: "h", range: 2 } }, arrays, place);
  assert.deepEqual([parts.x, parts.n.values, parts.h.values], [1, n, h]);
});
