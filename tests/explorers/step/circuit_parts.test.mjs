import assert from "node:assert/strict";
import test from "node:test";
import { label, strip, widthOf, windowOf } from "../../../rnnlib/explorers/step/circuit_parts.js";

const count = (markup, piece) => markup.split(piece).length - 1;
const strips = (size, unit) =>
  strip(100, 10, { name: "h", range: 1, values: Array.from({ length: size }, () => 0.5) }, unit);

test("a window lies within the strip, holds the chosen unit, and fills its slots with the dots beside it", () => {
  for (const slots of [8, 12]) {
    for (let size = 1; size < 60; size++) {
      for (let chosen = 0; chosen < size; chosen++) {
        const [from, to] = windowOf(size, chosen, slots);
        assert.ok(from >= 0 && to <= size && from <= chosen && chosen < to, `${chosen} of ${size}: ${from} to ${to}`);
        assert.equal(to - from + (from > 0) + (to < size), Math.min(size, slots));
      }
    }
  }
  assert.deepEqual(windowOf(100, 50), [47, 53]);
  assert.deepEqual(windowOf(20, -1, 12), [0, 11]); // of x no unit is chosen
});

test("a few cells are larger, and none is smaller than 16", () => {
  for (let size = 1; size < 60; size++) {
    const cell = widthOf(size) / Math.min(size, 8);
    assert.ok(cell >= 16 && cell <= 24, `${size}: ${cell}`);
  }
  assert.equal(widthOf(1), 24);
});

test("a strip shows its values within an edge, the chosen one outlined, and dots where it goes on", () => {
  assert.equal(count(strips(4, 2), 'class="value"'), 4);
  assert.equal(count(strips(4, 2), 'class="chosen"'), 1);
  assert.equal(count(strips(4, 2), 'class="edge"'), 1);
  for (const [size, unit, dots] of [
    [4, 2, 0],
    [8, 7, 0],
    [50, 0, 1],
    [50, 25, 2],
    [50, 49, 1],
  ])
    assert.equal(count(strips(size, unit), "…"), dots, `${unit} of ${size}`);
  assert.match(strips(4, 2), /aria-label="h 0.5000 at unit 2"/);
});

test("every cell of a strip is within its edge", () => {
  for (const size of [1, 3, 8, 9, 50]) {
    for (const unit of [0, size >> 1, size - 1]) {
      const [edge] = [...strips(size, unit).matchAll(/class="edge" x="([^"]*)" y="[^"]*" width="([^"]*)"/g)];
      const [left, wide] = edge.slice(1).map(Number);
      for (const [, x, width] of strips(size, unit).matchAll(
        /class="(?:value|chosen)" x="([^"]*)" y="[^"]*" width="([^"]*)"/g,
      )) {
        assert.ok(Number(x) >= left && Number(x) + Number(width) <= left + wide + 1e-9);
      }
    }
  }
});

test("a strip that has no such unit outlines none: a projected h is narrower than its gates", () => {
  const drawn = strip(100, 10, { name: "h", range: 1, values: [1, 2, 3] }, 7);
  assert.equal(count(drawn, 'class="chosen"'), 0);
  assert.equal(count(drawn, 'class="value"'), 3);
  assert.match(drawn, /aria-label="h"/);
  assert.doesNotMatch(label(0, 0, "h", "t", undefined, "hidden_size"), /number|undefined/);
});
