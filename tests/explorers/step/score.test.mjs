import assert from "node:assert/strict";
import test from "node:test";
import { cellSaid, heightOf, reachedAt, stillToCome } from "../../../rnnlib/explorers/step/score.js";
import { telling } from "./telling.mjs";

const place = { layer: 1, direction: 1, item: 2, time: 4 };
const array = telling([2, 2, 5, 3, 4]);

test("a cell is the number of its unit and step, in the layer, direction and sequence that are shown", () => {
  const row = { array, place, unseen: [0, 0], said: "0 … 1" };
  assert.equal(cellSaid("f", row, [3, 1]), "f[3] at step 1 = 11123.0000 (colours: 0 … 1)");
  const first = { ...row, place: { ...place, layer: 0, item: 0 }, said: "±0.09" };
  assert.equal(cellSaid("f", first, [1, 3]), "f[1] at step 3 = 1301.0000 (colours: ±0.09)");
  assert.match(cellSaid("h", row, [4, 0]), /left out/);
  assert.match(cellSaid("h", row, [null, 0]), /left out/);
});

test("a step that was not seen yet is not told, and the first one beyond is", () => {
  const row = { array, place, unseen: [2, 4], said: "±1.00" };
  assert.equal(cellSaid("c", row, [0, 2]), "c[0] at step 2: not yet.");
  assert.equal(cellSaid("c", row, [0, 3]), "c[0] at step 3: not yet.");
  for (const step of [1, 4]) assert.match(cellSaid("c", row, [0, step]), / = /);
});

test("what is seen is all up to the furthest step; going back dims it and hides nothing", () => {
  let reached = null;
  for (const time of [0, 3, 1]) reached = reachedAt(reached, { time, direction: 0 });
  assert.equal(reached, 3);
  assert.deepEqual(stillToCome({ time: 1, direction: 0 }, reached, 6), { later: [2, 4], unseen: [4, 6] });
  assert.deepEqual(stillToCome({ time: 5, direction: 0 }, 5, 6), { later: [6, 6], unseen: [6, 6] });
});

test("the backward direction begins at the end, and its future is on the left", () => {
  let reached = null;
  for (const time of [5, 2, 4]) reached = reachedAt(reached, { time, direction: 1 });
  assert.equal(reached, 2);
  assert.deepEqual(stillToCome({ time: 4, direction: 1 }, reached, 6), { later: [2, 4], unseen: [0, 2] });
  assert.deepEqual(stillToCome({ time: 0, direction: 1 }, 0, 6), { later: [0, 0], unseen: [0, 0] });
});

test("the score is as high for few units as for many, within what a laptop has room for", () => {
  for (const parts of [7, 5, 2])
    for (const units of [1, 4, 16, 300]) {
      const whole = parts * (14 * heightOf(parts, units) + 2);
      assert.ok(whole <= 212 && heightOf(parts, units) >= heightOf(parts, 1), `${parts} of ${units}: ${whole}`);
    }
  assert.ok(7 * 14 * heightOf(7, 4) <= 160);
});
