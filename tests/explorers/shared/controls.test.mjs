import assert from "node:assert/strict";
import test from "node:test";
import { sizeFrom, stopFrom } from "../../../rnnlib/explorers/shared/controls.js";

test("a whole number is taken, with spaces around it or not", () => {
  assert.deepEqual(sizeFrom("batch", "3"), { value: 3 });
  assert.deepEqual(sizeFrom("batch", " 12 "), { value: 12 });
});

for (const typed of ["", " ", "x", "3 4", "2.5", "0", "-1", "Infinity", "NaN", "1,000", "1e300", "12abc", "½"]) {
  test(`"${typed}" gets a sentence that names the size`, () => {
    const { value, problem } = sizeFrom("batch", typed);
    assert.equal(value, undefined);
    assert.match(problem, /^batch .*[.\d]$/);
  });
}

test("the least may be another number", () => {
  assert.deepEqual(sizeFrom("proj_size", "0", 0), { value: 0 });
  assert.match(sizeFrom("seq_len", "1", 2).problem, /at least 2/);
});

test("a slider that knows a few values goes to the nearest, and by a key to the next", () => {
  const stops = [0, 1, 2, 5];
  assert.equal(stopFrom(stops, 0, 0.1, 0.1), 1); // a key
  assert.equal(stopFrom(stops, 2, 1.9, 0.1), 1);
  assert.equal(stopFrom(stops, 5, 5.1, 0.1), 5);
  assert.equal(stopFrom(stops, 0, 0.4, 0.1), 0); // a drag
  assert.equal(stopFrom(stops, 0, 3.6, 0.1), 5);
  assert.equal(stopFrom(stops, 0, 2, 0.1), 2);
});
