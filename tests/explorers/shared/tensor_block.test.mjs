import assert from "node:assert/strict";
import test from "node:test";
import { block, extentOf, unitOf } from "../../../rnnlib/explorers/shared/tensor_block.js";

test("a cell is as large as fits, between least and most", () => {
  assert.equal(unitOf(4, 100, 10, 5), 10);
  assert.equal(unitOf(16, 100, 10, 5), 6.25);
  assert.equal(unitOf(4096, 100, 10, 5), 5);
});

test("an axis is whole while it fits, and never longer than its room", () => {
  for (const parts of [1, 2]) {
    for (let count = parts; count < 5000; count = parts * Math.ceil((1.3 * count) / parts)) {
      const extent = extentOf(count, unitOf(count, 150, 13, 6), 150, parts);
      assert.ok(extent.length <= 150 + 1e-9, `${count} cells are ${extent.length} long`);
      assert.equal(extent.elided, count > 24);
      assert.equal(extent.gaps.length, extent.elided ? parts : 0);
      assert.equal(extent.seams.length, parts - 1);
    }
  }
});

test("no line crosses a gap, and a large axis costs no more lines than a small one", () => {
  assert.deepEqual(extentOf(4, 10, 150).lines, [10, 20, 30]);
  for (const parts of [1, 2]) {
    const { lines, gaps } = extentOf(4096, 6, 150, parts);
    assert.ok(lines.length <= 24);
    for (const [from, to] of gaps)
      assert.deepEqual(
        lines.filter((at) => at > from && at < to),
        [],
      );
  }
});

test("two directions are two halves of the same length, with a seam between", () => {
  const extent = extentOf(32, 5, 180, 2);
  assert.deepEqual(extent.seams, [extent.length / 2]);
});

test("a block has a front, a roof and a side, and no number that is none", () => {
  const extent = extentOf(3, 10, 100);
  const drawn = block({ x: 0, y: 100, time: extent, features: extentOf(4096, 5, 180), batch: extent, colour: "batch" });
  for (const part of ["front", "roof", "side", "grid", "edge", "gap"])
    assert.match(drawn, new RegExp(`class="${part}"`));
  assert.match(drawn, /data-symbol="batch"/);
  assert.doesNotMatch(drawn, /NaN|undefined|Infinity/);
});
