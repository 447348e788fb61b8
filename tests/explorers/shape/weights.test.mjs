import assert from "node:assert/strict";
import test from "node:test";
import { weights } from "../../../rnnlib/explorers/shape/weights.js";

const sizes = { input_size: 12, hidden_size: 16, proj_size: 0, num_layers: 2, num_directions: 1, num_gates: 4 };
const rows = ["num_gates*hidden_size", "its rows"];
const of = (name, layer, direction, ...axes) => ({
  ...{ name, role: "parameter", layer, direction, axes: axes.map(([axis]) => axis), why: axes.map(([, why]) => why) },
});
const first = [of("weight_ih_l0", 0, 0, rows, ["input_size", "its columns"]), of("bias_ih_l0", 0, 0, rows)];
const second = of("weight_ih_l1", 1, 0, rows, ["num_directions*hidden_size", "its columns"]);
const drawn = (tensors, changed = {}) => weights(tensors, { ...sizes, ...changed });
const count = (html, part) => html.split(part).length - 1;

test("a row for each layer and direction, a figure for each parameter, and none for the data", () => {
  const back = of("weight_ih_l0_reverse", 0, 1, rows, ["input_size", "its columns"]);
  const html = drawn([{ name: "input", role: "input", axes: ["seq_len"] }, ...first, back, second], {
    num_directions: 2,
  });
  assert.deepEqual([count(html, 'class="row"'), count(html, "<figure")], [3, 4]);
});

test("a figure is named by its parameter, the sizes of its axes, and why", () => {
  const [name] = drawn(first).match(/(?<=aria-label=")weight_ih_l0[^"]*/);
  for (const said of [/64/, /its rows/, /input_size 12/, /its columns/]) assert.match(name, said);
});

test("it is to scale, rows down and columns across", () => {
  const [, width, height] = drawn(first).match(/<rect class="matrix" width="([\d.]+)" height="([\d.]+)"/);
  assert.equal(height / width, 64 / 12);
});

test("rows are cut into gates, and an RNN's are whole", () => {
  const cutsOf = (html) => html.match(/class="cut" d="([^"]*)"/)[1];
  assert.equal(count(cutsOf(drawn(first)), "M"), 3);
  assert.equal(cutsOf(drawn(first, { num_gates: 1 })), "");
});

test("from layer 2 on a sentence stands for the same shapes", () => {
  const said = (num_layers) => drawn([...first, second], { num_layers }).match(/<p>(.*)<\/p>/)?.[1];
  assert.equal(said(2), undefined);
  assert.equal(said(3), "Layer 2: the same shapes as layer 1.");
  assert.equal(said(5), "Layers 2 to 4: the same shapes as layer 1.");
});
