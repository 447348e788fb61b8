import assert from "node:assert/strict";
import test from "node:test";
import { colourOf, nameOf, numberOf, shapeText } from "../../../rnnlib/explorers/shared/symbols.js";

const sizes = { seq_len: 8, batch: 3, hidden_size: 16, num_layers: 2, num_directions: 2, num_gates: 4 };

test("an axis is the product of its symbols", () => {
  assert.equal(numberOf("seq_len", sizes), 8);
  assert.equal(numberOf("num_layers*num_directions", sizes), 4);
  assert.equal(numberOf("num_gates*hidden_size", sizes), 64);
});

test("an axis wears the colour of one symbol", () => {
  assert.equal(colourOf("seq_len"), "seq_len");
  assert.equal(colourOf("num_layers*num_directions"), "num_layers");
  assert.equal(colourOf("num_directions*hidden_size"), "hidden_size");
  assert.equal(colourOf("num_directions*proj_size"), "hidden_size");
});

test("an axis is named without factors of 1", () => {
  assert.equal(nameOf("num_directions*hidden_size", sizes), "2 × hidden_size");
  assert.equal(nameOf("num_directions*hidden_size", { ...sizes, num_directions: 1 }), "hidden_size");
  assert.equal(nameOf("num_layers*num_directions", sizes), "num_layers × num_directions");
});

test("a shape is written as Python writes a tuple", () => {
  const plain = (axes) => shapeText(axes, sizes, "tspan").replace(/<[^>]*>/g, "");
  assert.equal(plain(["seq_len", "batch", "num_directions*hidden_size"]), "(8, 3, 32)");
  assert.equal(plain(["num_gates*hidden_size"]), "(64,)");
});
