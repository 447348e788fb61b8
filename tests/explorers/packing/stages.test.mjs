import assert from "node:assert/strict";
import test from "node:test";
import * as places from "../../../rnnlib/explorers/packing/layout.js";
import * as drawing from "../../../rnnlib/explorers/packing/stages.js";
import { packed, STAGES } from "../../../rnnlib/explorers/packing/state.js";
import { ordinal } from "../../../rnnlib/explorers/packing/told.js";

const grid = { ...drawing, ...places };

/** The state of a batch as the view makes it, as far as the picture needs it. */
function stateOf(lengths, more = 0) {
  const pack = packed(lengths);
  const total = pack.longest + more;
  return { lengths, pack, total, columns: total, most: lengths.length, stages: STAGES, tallest: 40, pulls: true };
}

test("packing takes the longest first, and of every step all that have it", () => {
  const pack = packed([2, 4, 1]);
  assert.deepEqual(pack, { order: [1, 0, 2], batchSizes: [3, 2, 1, 1], starts: [0, 3, 5, 6], total: 7, longest: 4 });
  assert.deepEqual(packed([1]), { order: [0], batchSizes: [1], starts: [0], total: 1, longest: 1 });
});

test("torch's own order counts, once it is there", () => {
  assert.deepEqual(packed([3, 3, 3], [2, 0, 1]).order, [2, 0, 1]);
  assert.deepEqual(packed([3, 3, 3]).order, [0, 1, 2]);
});

test("up to 12 rows are drawn, and of more the first 8 and the last 3", () => {
  assert.equal(grid.rowsOf(12).length, 12);
  assert.deepEqual(grid.rowsOf(600), [0, 1, 2, 3, 4, 5, 6, 7, null, 597, 598, 599]);
});

const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

for (const [lengths, more] of [
  [[1], 0],
  [[2, 4, 1], 2],
  [[29, 7, 7, 7, 12], 0],
  [Array.from({ length: 60 }, (_, i) => 1 + ((7 * i) % 9)), 3],
  [[500, 3, 77], 0],
])
  for (const width of [360, 530, 848, 1600])
    test(`${lengths.length} sequences, ${width} wide: a step drawn is the step found under it, at every stage`, () => {
      const state = stateOf(lengths, more);
      const layout = grid.layoutOf(state, width);
      let found = 0;
      for (const stage of STAGES)
        for (const item of lengths.keys())
          for (let time = 0; time < state.total; time++) {
            const { cell, data } = grid.boxesOf(stage, { item, time }, state, layout);
            for (const box of [cell, data].filter(Boolean)) {
              assert.deepEqual(grid.placeUnder(middle(box), stage, state, layout), { item, time });
              assert.ok(box.x + box.width <= width - layout.edge + 1e-6 && box.y + box.height <= layout.height);
              found++;
            }
            assert.equal(Boolean(data), stage === "packed" && time < lengths[item]);
            if (cell) assert.ok(time < grid.cellsAt(stage, item, state));
          }
      assert.ok(found > 0);
      assert.ok(layout.height <= 340);
      assert.equal(grid.placeUnder([1, 80], "padded", state, layout), null);
      assert.equal(grid.placeUnder([layout.left + 1, 5], "packed", state, layout), null);
      assert.ok(grid.drawnGrid(state, layout).length < 120_000);
    });

test("a row stands by its number, or by its rank where the batch is sorted", () => {
  const state = stateOf([2, 4, 1]);
  const lines = (stage) => [0, 1, 2].map((item) => grid.linesAt(stage, state).get(item).line);
  for (const stage of ["padded", "unpacked"]) assert.deepEqual(lines(stage), [0, 1, 2]);
  for (const stage of ["sorted", "packed"]) assert.deepEqual(lines(stage), [1, 0, 2]);
});

test("the column of a step is as high as its batch size", () => {
  const state = stateOf([2, 4, 1]);
  const layout = grid.layoutOf(state, 848);
  const rows = (time) => (grid.boxesOf("packed", { item: 1, time }, state, layout).column.height - 18) / layout.pitch;
  assert.deepEqual([0, 1, 2, 3].map(rows), [3, 2, 1, 1]);
});

test("a row is taken at its end, and only there", () => {
  const state = stateOf([2, 4, 1]);
  const layout = grid.layoutOf(state, 848);
  const x = (steps) => layout.left + steps * layout.wide;
  const at = (x, line, stage) => grid.endUnder([x, grid.topOf(line, layout) + 9], 6, stage, state, layout);
  assert.deepEqual([at(x(2) - 5, 0, "padded"), at(x(4) + 5, 1, "padded"), at(x(1), 2, "padded")], [0, 1, 2]);
  assert.deepEqual([at(x(4), 0, "sorted"), at(x(2), 1, "sorted")], [1, 0]);
  assert.deepEqual([at(x(2) - 9, 0, "padded"), at(x(2), 1, "padded"), at(x(2), 7, "padded")], [null, null, null]);
});

test("who comes how manieth is said as people say it", () => {
  const said = [0, 1, 2, 9, 10, 11, 12, 19, 20, 21, 22, 23, 110, 120].map(ordinal).join(" ");
  assert.equal(said, "first second third tenth 11th 12th 13th 20th 21st 22nd 23rd 24th 111th 121st");
});
