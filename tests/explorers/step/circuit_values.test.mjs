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
} from "../../../rnnlib/explorers/step/circuit_values.js";
import { paperStates } from "../../../rnnlib/explorers/step/values.js";
import { number, telling } from "./telling.mjs";

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
  assert.equal(rangeFor("h", every.h, { family: "RNN", states: ["h"], gates: ["h"] }), number(1, 1, 4, 2, 3));
});

test("a sigmoid's scale is a share, a tanh's goes both ways, and a state's is as large as it gets", () => {
  for (const gate of ["i", "f", "o"]) assert.equal(scaleSaid(gate, 1, traced), "0 … 1");
  assert.equal(scaleSaid("g", 1, traced), "−1 … 1");
  assert.equal(scaleSaid("n", 1, { gates: ["r", "z", "n"], states: ["h"] }), "−1 … 1");
  assert.equal(scaleSaid("c", 2.345, traced), "±2.35");
  assert.equal(scaleSaid("h", 0.5, { gates: ["h"], states: ["h"] }), "±0.50");
});

test("an RNN's picture has both terms of its sum", () => {
  const rnn = { family: "RNN", states: ["h"], gates: ["h"] };
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
