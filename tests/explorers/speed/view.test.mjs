import assert from "node:assert/strict";
import test from "node:test";
import { numbersFrom, progressSaid } from "../../../rnnlib/explorers/speed/view.js";

test("how far it is, in words", () => {
  assert.equal(progressSaid({}), "");
  assert.equal(progressSaid({ done: 0, of: 4, now: "Getting ready." }), "Getting ready.");
  assert.equal(progressSaid({ done: 2, of: 4, now: "packed at batch 16" }), "3 of 4: packed at batch 16");
});

test("whole numbers are read as people type them", () => {
  assert.deepEqual(numbersFrom("1, 4, 16"), [1, 4, 16]);
  assert.deepEqual(numbersFrom(" 8 2  8,"), [8, 2, 8]);
});

for (const typed of ["", " ", ",", "x", "0", "-1", "2.5", "1, x", "Infinity", "NaN", "1e400", "1;2"])
  test(`"${typed}" is none`, () => assert.equal(numbersFrom(typed), null));
