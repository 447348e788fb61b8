import assert from "node:assert/strict";
import test from "node:test";
import { knownOf } from "../../../rnnlib/explorers/step/history.js";

const map = { rows: 2, cols: 4, values: [0, 1, 2, 3, 10, 11, 12, 13] };

test("a cell is known from its row of units and its column of steps, as far as time has gone", () => {
  const forward = { ...map, from: 0, until: 2 };
  assert.equal(knownOf(forward, [0, 1]), "1.0000");
  assert.equal(knownOf(forward, [1, 2]), "12.0000");
  assert.equal(knownOf(forward, [1, 3]), "not yet");
  const backward = { ...map, from: 2, until: 3 };
  assert.equal(knownOf(backward, [1, 2]), "12.0000");
  assert.equal(knownOf(backward, [1, 1]), "not yet");
  assert.equal(knownOf(forward, [2, 0]), "–"); // of fewer rows than there are units
});
