import assert from "node:assert/strict";
import test from "node:test";
import {
  cellSaid,
  drawn,
  isTight,
  layoutOf,
  legendOf,
  markOf,
  placeAfter,
  placeAt,
  wordsOf,
} from "../../../rnnlib/explorers/checkup/grid.js";
import { bars, gridOf } from "./checkup.mjs";

const CELLS = ["r.w", "wr.", "..r"];
const count = (markup, piece) => markup.split(piece).length - 1;
const pathOf = (markup, kind) => markup.match(new RegExp(`<path class="${kind}" d="([^"]*)"`))[1];

test("a cell is found where it is drawn, at every size, and the bars beneath all rows", () => {
  for (const [down, across] of [
    [1, 1],
    [3, 3],
    [5, 9],
    [64, 64],
    [32, 300],
  ])
    for (const scale of [1, 0.68]) {
      const shares = Array(across).fill(0.5);
      const grid = gridOf(Array(down).fill("r".repeat(across)), { bars: { ...bars, shares } });
      const at = layoutOf(grid, scale);
      for (const place of [0, down - 1, down].flatMap((row) => [0, across - 1].map((column) => [row, column]))) {
        const { x, y, width, height } = markOf(place, at);
        assert.deepEqual(placeAt(x + width / 2, y + height / 2, at), place);
        assert.ok(x >= 0 && y >= 0 && x + width <= at.width && y + height <= at.height);
      }
      assert.deepEqual(placeAt(-5, -5, at), [0, 0]);
      assert.deepEqual(placeAt(9999, 9999, at), [down, across - 1]);
      assert.doesNotMatch(drawn(grid, at), /NaN|undefined|null/);
    }
});

test("each kind of cell is one path with all of its cells; of wrong ones a cross more", () => {
  const grid = gridOf(CELLS);
  const markup = drawn(grid, layoutOf(grid));
  const squares = Object.fromEntries(
    ["right", "wrong", "nothing"].map((kind) => [kind, count(pathOf(markup, kind), "z")]),
  );
  assert.deepEqual(squares, { right: 3, wrong: 2, nothing: 4 });
  assert.equal(count(pathOf(markup, "cross"), "M"), 2 * 2);
});

test("cells too small for an outline stand edge to edge", () => {
  const many = gridOf(Array(64).fill("w".repeat(64)));
  assert.ok(isTight(layoutOf(many)));
  assert.ok(!isTight(layoutOf(gridOf(CELLS))));
  assert.equal(count(drawn(many, layoutOf(many)), 'class="cross"'), 0);
});

test("labels stand apart, each at its own row or column", () => {
  const grid = gridOf(Array(64).fill("r".repeat(64)));
  const at = layoutOf(grid);
  const [, below] = drawn(grid, at).match(/<g class="labels" data-symbol="batch">.*?<\/g>/g);
  const labels = [...below.matchAll(/x="([^"]+)"[^>]*>(\d+)</g)].map(([, x, label]) => [Number(x), Number(label)]);
  assert.deepEqual(
    labels.map(([, label]) => label),
    [0, 20, 40, 60],
  );
  for (const [x, label] of labels) assert.ok(Math.abs(x - at.left - (label + 0.5) * at.wide) < 0.1);
});

test("a bar is as high as its share, and nothing where that is 0", () => {
  const grid = gridOf(CELLS, { bars });
  const heights = [...pathOf(drawn(grid, layoutOf(grid)), "bar").matchAll(/v(-?[\d.]+)h/g)].map(([, high]) =>
    Math.abs(high),
  );
  assert.deepEqual(heights, [13, 0, 26]);
});

test("what is said of a cell and of a bar names its row, its column and its value", () => {
  const grid = gridOf(CELLS, { bars });
  assert.equal(cellSaid(grid, [1, 0]), "0 moves 10.");
  assert.equal(cellSaid(grid, [2, 2]), "2 moves itself.");
  assert.equal(cellSaid(grid, [3, 2]), "2: 0.2");
  const strip = gridOf(["rw"], { values: ["0", "0.3"] });
  strip.kinds.w.says = "{column} by {value}";
  assert.equal(cellSaid(strip, [0, 1]), "1 by 0.3");
});

test("the legend and the words have the kinds that are there", () => {
  assert.deepEqual(legendOf(gridOf(["r.", ".r"])), [{ kind: "right", word: "its own", count: 2 }]);
  assert.equal(wordsOf(gridOf(CELLS)), "Who moves whom: 3 its own, 2 another's");
});

test("arrow keys lead to every cell and to the bars, and never out", () => {
  const at = layoutOf(gridOf(CELLS, { bars }));
  const keys = (from, ...pressed) => pressed.reduce((place, key) => placeAfter(key, place, at), from);
  assert.deepEqual(keys([0, 0], "ArrowRight", "ArrowRight", "ArrowRight"), [0, 2]);
  assert.deepEqual(keys([0, 0], "ArrowUp", "ArrowLeft"), [0, 0]);
  assert.deepEqual(keys([2, 1], "ArrowDown", "ArrowDown"), [3, 1]);
  assert.deepEqual(placeAfter("ArrowDown", [2, 1], layoutOf(gridOf(CELLS))), [2, 1]);
  assert.equal(placeAfter("Enter", [0, 0], at), null);
});
