import assert from "node:assert/strict";
import test from "node:test";
import { cellAfter, cellAt, colourAt, rangeOf } from "../../../rnnlib/explorers/shared/heat_map.js";

test("the range is the largest magnitude of what is finite, and never 0", () => {
  assert.equal(rangeOf([0.5, -2, 1]), 2);
  assert.equal(rangeOf([Infinity, NaN, -0.25]), 0.25);
  assert.equal(rangeOf([0, 0]), 1);
  assert.equal(rangeOf([]), 1);
});

test("0 is clear, the ends are full, and beyond them nothing changes", () => {
  assert.equal(colourAt(0, 1)[3], 0);
  for (const small of [0.01, 0.1, 0.5, 0.9])
    assert.ok(colourAt(small, 1)[3] > 255 * small && colourAt(small, 1)[3] < 255);
  assert.equal(colourAt(-1, 1)[3], 255);
  assert.deepEqual(colourAt(7, 1), colourAt(1, 1));
  assert.deepEqual(colourAt(-Infinity, 1), colourAt(-1, 1));
});

test("below 0 is blue, above is red, and what is no number is neither", () => {
  const [below, above, none] = [colourAt(-1, 1), colourAt(1, 1), colourAt(NaN, 1)];
  assert.ok(below[2] > below[0]);
  assert.ok(above[0] > above[2]);
  assert.notDeepEqual(none, below);
  assert.notDeepEqual(none, above);
});

test("rows run up from the lower left corner", () => {
  const map = { rows: 4, cols: 10 };
  const canvas = { clientWidth: 100, clientHeight: 40 };
  assert.deepEqual(cellAt({ offsetX: 1, offsetY: 39 }, canvas, map), [0, 0]);
  assert.deepEqual(cellAt({ offsetX: 99, offsetY: 1 }, canvas, map), [3, 9]);
  assert.deepEqual(cellAt({ offsetX: 100, offsetY: 40 }, canvas, map), [0, 9]);
  assert.deepEqual(cellAt({ offsetX: -3, offsetY: -3 }, canvas, map), [3, 0]);
});

test("arrow keys walk from cell to cell and stop at the edge", () => {
  const map = { rows: 2, cols: 3 };
  assert.deepEqual(cellAfter("ArrowUp", [0, 0], map), [1, 0]);
  assert.deepEqual(cellAfter("ArrowUp", [1, 0], map), [1, 0]);
  assert.deepEqual(cellAfter("ArrowRight", [1, 2], map), [1, 2]);
  assert.deepEqual(cellAfter("ArrowLeft", [1, 2], map), [1, 1]);
  assert.equal(cellAfter("Tab", [0, 0], map), null);
});
