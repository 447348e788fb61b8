import assert from "node:assert/strict";
import test from "node:test";
import {
  arrayOf,
  beforeOf,
  partsOf,
  placeOf,
  rangeFor,
  rowsOf,
  scaleSaid,
  stepsShown,
  unitsShown,
} from "../../../rnnlib/explorers/step/parts.js";
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
const states = { h: telling([2, 2, 5, 3, 4]) };

test("the backward direction comes from the step after, and a layer above reads what is below", () => {
  assert.deepEqual([beforeOf({ direction: 0 }), beforeOf({ direction: 1 })], ["t−1", "t+1"]);
  assert.deepEqual([arrayOf("x", { layer: 1 }), arrayOf("h", { layer: 1 })], ["x of layer 1", "h"]);
});

test("gates are coloured within 1, states and inputs as large as they get", () => {
  for (const gate of gates) assert.equal(rangeFor(gate, states.h, traced), 1);
  assert.equal(rangeFor("h", states.h, traced), number(1, 1, 4, 2, 3));
  assert.equal(rangeFor("h", states.h, { family: "RNN", states: ["h"], gates: ["h"] }), number(1, 1, 4, 2, 3));
});

test("a sigmoid's scale is a share, a tanh's goes both ways, and a state's is as large as it gets", () => {
  for (const gate of ["i", "f", "o"]) assert.equal(scaleSaid(gate, 1, traced), "0 … 1");
  assert.equal(scaleSaid("g", 1, traced), "−1 … 1");
  assert.equal(scaleSaid("n", 1, { gates: ["r", "z", "n"], states: ["h"] }), "−1 … 1");
  assert.equal(scaleSaid("c", 2.345, traced), "±2.35");
  assert.equal(scaleSaid("h", 0.5, { gates: ["h"], states: ["h"] }), "±0.50");
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

test("all of a few units are shown, of many those around the chosen one, with a gap where there are more", () => {
  assert.deepEqual(unitsShown(4, 2), [0, 1, 2, 3]);
  for (let size = 1; size < 60; size++) {
    for (let chosen = 0; chosen < size; chosen++) {
      const shown = unitsShown(size, chosen);
      assert.equal(shown.length, Math.min(size, 16));
      assert.ok(shown.includes(chosen), `${chosen} of ${size}`);
      const units = shown.filter((unit) => unit !== null);
      assert.deepEqual(
        units,
        units.map((_, i) => units[0] + i),
      );
      assert.equal(shown[0] === null, units[0] > 0);
      assert.equal(shown.at(-1) === null, units.at(-1) < size - 1);
    }
  }
  assert.equal(unitsShown(3, 7).length, 3); // a projected h is narrower than its gates
});

test("every step is shown, and of thousands as many as a canvas holds, both ends among them", () => {
  assert.deepEqual(stepsShown(3), [0, 1, 2]);
  const many = stepsShown(100_000);
  assert.deepEqual([many.length, many[0], many.at(-1)], [2048, 0, 99_999]);
  assert.ok(many.every((step, i) => i === 0 || step > many[i - 1]));
});

test("the parts are what is read, the gates and the states, each once", () => {
  assert.deepEqual(partsOf(traced), ["x", "i", "f", "g", "o", "c", "h"]);
  assert.deepEqual(partsOf({ gates: ["h"], states: ["h"] }), ["x", "h"]);
});
