import assert from "node:assert/strict";
import test from "node:test";
import { cellAfter, cellAt, colourAt, rangeOf, rgb } from "../../rnnlib/view/heat_map.js";

const scale = { below: [0, 0, 255], ground: [255, 255, 255], above: [255, 0, 0], none: [1, 2, 3] };

test("the range is the largest magnitude of what is finite, and never 0", () => {
  assert.equal(rangeOf([0.5, -2, 1]), 2);
  assert.equal(rangeOf([Infinity, NaN, -0.25]), 0.25);
  assert.equal(rangeOf([0, 0]), 1);
  assert.equal(rangeOf([]), 1);
});

test("0 is the ground, the ends are the ends, and beyond them nothing changes", () => {
  assert.deepEqual(colourAt(0, 1, scale), scale.ground);
  assert.deepEqual(colourAt(-1, 1, scale), scale.below);
  assert.deepEqual(colourAt(1, 1, scale), scale.above);
  assert.deepEqual(colourAt(7, 1, scale), scale.above);
  assert.deepEqual(colourAt(0.5, 1, scale), [255, 128, 128]);
  assert.deepEqual(colourAt(NaN, 1, scale), scale.none);
  assert.deepEqual(colourAt(-Infinity, 1, scale), scale.below);
});

test("a colour of the palette is three numbers", () => {
  assert.deepEqual(rgb(" #0072b2"), [0, 114, 178]);
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
