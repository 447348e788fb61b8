import assert from "node:assert/strict";
import test from "node:test";
import { drawn } from "../../../rnnlib/explorers/shape/diagram.js";
import { mapOf, pixelsOf, saidAt } from "../../../rnnlib/explorers/shape/faces.js";
import { colourAt } from "../../../rnnlib/explorers/shared/heat_map.js";

const bytesOf = (numbers) => new DataView(Float32Array.from(numbers).buffer);
// 3 rows (features) and 2 columns (steps), no two numbers alike: a slip in either axis would show.
const sent = {
  tensor: "output",
  index: "output[{c}, 0, {r}]",
  ...{ rows: [0, 1, 2], cols: [0, 1], values: bytesOf([1, -2, 3, -4, 5, -6]) },
};

test("a number is found by its feature and its step, and told as a learner indexes it", () => {
  const map = mapOf(sent);
  assert.equal(map.at(2, 0), 5);
  assert.equal(map.at(0, 1), -2);
  assert.equal(map.at(3, 0), undefined);
  assert.equal(map.range, 6);
  const face = { rows: [0, 1, 2], cols: [0, 1] };
  assert.equal(saidAt(face, map, [2, 1]), "output[1, 0, 2] = -6.0000");
  assert.equal(saidAt(face, map, [1, 0]), "output[0, 0, 1] = 3.0000");
});

test("features run up and time to the right", () => {
  const map = mapOf(sent);
  const pixels = pixelsOf({ rows: [0, 1, 2], cols: [0, 1] }, map);
  const pixel = (line, col) => [...pixels.slice(4 * (line * 2 + col), 4 * (line * 2 + col) + 4)];
  assert.deepEqual(pixel(2, 0), colourAt(1, 6)); // feature 0 of step 0 stands at the lower left
  assert.deepEqual(pixel(0, 0), colourAt(5, 6));
  assert.deepEqual(pixel(2, 1), colourAt(-2, 6));
  assert.deepEqual(pixel(0, 1), colourAt(-6, 6));
});

test("what is left out of a long axis stays empty, and what stands after it keeps its own index", () => {
  const map = mapOf({ ...sent, rows: [0, 1, 99], index: "h[{r}]" });
  const face = { rows: [0, null, 99], cols: [0] };
  const pixels = pixelsOf(face, map);
  assert.deepEqual([...pixels.slice(0, 4)], colourAt(5, 6));
  assert.deepEqual([...pixels.slice(4, 8)], [0, 0, 0, 0]);
  assert.equal(saidAt(face, map, [2, 0]), "h[99] = 5.0000");
  assert.match(saidAt(face, map, [1, 0]), /left out/);
});

const why = ["", "", ""];
const tensor = (name, role, ...axes) => ({ name, role, axes, why });
const tensors = [
  tensor("input", "input", "seq_len", "batch", "input_size"),
  tensor("h_0", "input", "num_layers*num_directions", "batch", "hidden_size"),
  tensor("output", "output", "seq_len", "batch", "num_directions*hidden_size"),
  tensor("h_n", "output", "num_layers*num_directions", "batch", "hidden_size"),
];
const state = (sizes, bidirectional = true) => ({
  ...{ kind: "GRU", cell: false, bidirectional },
  sizes: { seq_len: 4, batch: 2, input_size: 3, hidden_size: 5, num_layers: 2, num_gates: 3, proj_size: 0, ...sizes },
});

test("every tensor with numbers has its faces, and each state the face of its own layer and direction", () => {
  const { faces } = drawn(tensors, state(), 848);
  const of = (name) => faces.filter((face) => face.tensor === name);
  assert.deepEqual(of("output")[0].rows, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(of("output")[0].cols, [0, 1, 2, 3]);
  assert.deepEqual(
    of("h_n").map(({ cols }) => cols),
    [[0], [1], [2], [3]],
  );
});

test("the half of output that is the forward direction's is told at the lower features, the backward one's above", () => {
  for (const sizes of [{}, { hidden_size: 40 }, { hidden_size: 500 }]) {
    const { svg, faces } = drawn(tensors, state(sizes), 848);
    const [output] = faces.filter(({ tensor }) => tensor === "output");
    assert.equal(output.rows[0], 0); // features run up: 0, the forward direction's first, is the lowest
    const label = (arrow) => svg.match(new RegExp(`<text[^>]* y="([\\d.]+)"[^>]*>${arrow} (\\d+)</text>`));
    const [[, forward, units], [, backward]] = [label("→"), label("←")];
    assert.equal(Number(units), sizes.hidden_size ?? 5);
    assert.ok(Number(forward) > Number(backward) + 10, `→ at ${forward}, ← at ${backward}`);
    const seam = output.y + output.height / 2;
    assert.ok(Number(backward) < seam && Number(forward) < output.y + output.height + 10);
  }
});

test("a long output is elided within each direction, so that both ends of both halves are seen", () => {
  const [face] = drawn(tensors, state({ hidden_size: 500 }), 848).faces.filter(({ tensor }) => tensor === "output");
  const gaps = face.rows.filter((row) => row === null).length;
  assert.ok(gaps > 0 && gaps % 2 === 0);
  for (const end of [0, 499, 500, 999]) assert.ok(face.rows.includes(end));
  assert.equal(face.rows.indexOf(499), face.rows.length / 2 - 1);
});

test("nothing stands outside the picture, at any width", () => {
  for (const width of [320, 360, 530, 700, 848, 1108, 1600]) {
    const { faces, height } = drawn(tensors, state({ hidden_size: 300, num_layers: 40, seq_len: 400 }), width);
    for (const face of faces) {
      assert.ok(face.x >= 0 && face.x + face.width <= width, `${face.tensor} at ${width}`);
      assert.ok(face.y >= 0 && face.y + face.height <= height, `${face.tensor} at ${width}`);
    }
  }
});
