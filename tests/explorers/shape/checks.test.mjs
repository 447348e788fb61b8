import assert from "node:assert/strict";
import test from "node:test";
import { changeSaid, factsOf } from "../../../rnnlib/explorers/shape/checks.js";

const before = { input: [8, 3, 12], output: [8, 3, 16], h_n: [1, 3, 16], weight_ih_l0: [64, 12], bias_ih_l0: [64] };

test("what a move changed is told by the shapes, parameters by their number", () => {
  const after = { ...before, output: [8, 3, 20], h_n: [1, 3, 20], weight_ih_l0: [80, 12], bias_ih_l0: [80] };
  assert.equal(
    changeSaid([["hidden_size", 16, 20]], before, after),
    "hidden_size 16 → 20 changed the shape of output, h_n and 2 parameters.",
  );
  assert.equal(
    changeSaid([["seq_len", 8, 9]], before, { ...before, input: [9, 3, 12] }),
    "seq_len 8 → 9 changed the shape of input.",
  );
  assert.equal(changeSaid([["device", "cpu", "cuda"]], before, before), "device cpu → cuda changed no shape.");
  const two = [
    ["seq_len", 8, 9],
    ["batch", 3, 2],
  ];
  assert.equal(
    changeSaid(two, before, { ...before, input: [9, 2, 12], h_n: [1, 2, 16] }),
    "seq_len 8 → 9, batch 3 → 2 changed the shape of input and h_n.",
  );
});

test("a tensor that is new, or gone, is a change too", () => {
  const { h_n, ...rest } = before;
  assert.match(changeSaid([["kind", "GRU", "GRUCell"]], before, { ...rest, h_1: h_n }), /h_1/);
});

test("the facts say where, how long, how many, and whether the parameters are as drawn", () => {
  const facts = { device: "cpu", seconds: 0.0013, parameters: 10240 };
  assert.equal(factsOf({ ...facts, weights_agree: true }), "cpu · 1.30 ms · 10,240 parameters ✓");
  assert.match(factsOf({ ...facts, weights_agree: false }), /✗$/);
  assert.equal(factsOf({ device: "cpu", parameters: 5 }), "cpu · not run · 5 parameters");
});
