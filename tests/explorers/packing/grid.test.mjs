import assert from "node:assert/strict";
import test from "node:test";
import {
  cellOf,
  dataStrip,
  measure,
  PANEL,
  packed,
  rowsOf,
  stepAt,
  stripAt,
  stripCell,
} from "../../../rnnlib/explorers/packing/grid.js";

const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

test("packing takes the longest first, and of every step all that have it", () => {
  const pack = packed([2, 4, 1]);
  assert.deepEqual(pack, { order: [1, 0, 2], batchSizes: [3, 2, 1, 1], starts: [0, 3, 5, 6], total: 7, longest: 4 });
});

test("torch's own order counts, once it is there", () => {
  assert.deepEqual(packed([3, 3, 3], [2, 0, 1]).order, [2, 0, 1]);
  assert.deepEqual(packed([3, 3, 3]).order, [0, 1, 2]);
});

test("one sequence of one step is packed too", () => {
  assert.deepEqual(packed([1]), { order: [0], batchSizes: [1], starts: [0], total: 1, longest: 1 });
});

test("up to 12 rows are drawn, and of more the first 8 and the last 3", () => {
  assert.equal(rowsOf(12).length, 12);
  assert.deepEqual(rowsOf(600), [0, 1, 2, 3, 4, 5, 6, 7, null, 597, 598, 599]);
});

for (const [count, columns] of [
  [1, 1],
  [4, 22],
  [12, 29],
  [40, 500],
])
  test(`${count} sequences of ${columns} steps: a step drawn is the step found under it`, () => {
    const size = measure(count, columns);
    for (const row of rowsOf(count).filter((one) => one !== null))
      for (let time = 0; time < columns; time++) {
        const cell = cellOf({ row, time }, count, size);
        assert.ok(cell.x + cell.width <= PANEL.right + 1e-9);
        assert.deepEqual(stepAt(...middle(cell), count, size), { row, time });
      }
    assert.equal(cellOf({ row: 8, time: 0 }, 40, measure(40, 5)), null);
    assert.equal(stepAt(PANEL.left - 5, PANEL.top + 5, count, size), null);
    assert.equal(stepAt(PANEL.left + 5, 0, count, size), null);
  });

for (const lengths of [[1], [2, 4, 1], [29, 7, 7, 7, 12], Array.from({ length: 60 }, (_, i) => 1 + (i % 9))])
  test(`data of ${lengths.length} sequences: a row drawn is the step found under it`, () => {
    const pack = packed(lengths);
    for (const item of lengths.keys())
      for (let time = 0; time < lengths[item]; time++) {
        const cell = stripCell(pack.starts[time] + pack.order.indexOf(item), pack.total);
        assert.deepEqual(stripAt(...middle(cell), pack), { item, time });
      }
    assert.equal(stripAt(PANEL.left - 1, middle(stripCell(0, pack.total))[1], pack), null);
    assert.equal(stripAt(PANEL.left + 1, 0, pack), null);
  });

test("many sequences of many steps cost no more marks than a page can hold", () => {
  const pack = packed(Array.from({ length: 100 }, (_, i) => 5 * i + 1));
  assert.ok(dataStrip(pack).length < 20_000);
});
