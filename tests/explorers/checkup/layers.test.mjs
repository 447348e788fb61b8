import assert from "node:assert/strict";
import test from "node:test";
import { isRight, linesOf } from "../../../rnnlib/explorers/checkup/layers.js";
import { layerOf } from "./checkup.mjs";

const READS = ["seq_len", "batch", "input_size"];

test("a layer is right where it reads batch and steps as such, whatever the features are called", () => {
  assert.ok(isRight(layerOf(["seq_len", "batch", ""], READS)));
  assert.ok(!isRight(layerOf(["batch", "seq_len", ""], READS)));
  assert.ok(!isRight(layerOf(["batch*seq_len", ""], ["batch", "input_size"])));
});

test("a line leads from each axis to where the layer reads one of that name", () => {
  assert.deepEqual(linesOf(layerOf(["batch", "seq_len", ""], READS)), [
    [0, 1],
    [1, 0],
    [2, 2],
  ]);
  assert.deepEqual(linesOf(layerOf(["batch", "seq_len"], ["batch", "input_size"])), [[0, 0]]);
  assert.deepEqual(linesOf(layerOf(["batch", "", "seq_len"], ["batch", "seq_len", "input_size"])), [
    [0, 0],
    [2, 1],
  ]);
});
