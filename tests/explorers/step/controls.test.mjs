import assert from "node:assert/strict";
import test from "node:test";
import { endsOf, timeAfter } from "../../../rnnlib/explorers/step/controls.js";

test("play goes the way of its direction, step by step, and stays at its end", () => {
  for (const [direction, expected] of [
    [0, [0, 1, 2, 3, 3]],
    [1, [3, 2, 1, 0, 0]],
  ]) {
    const ends = endsOf(direction, 4);
    const played = [ends[0]];
    while (played.length < 5) played.push(timeAfter(played.at(-1), ends));
    assert.deepEqual(played, expected);
  }
  assert.equal(timeAfter(0, endsOf(0, 1)), 0);
});
