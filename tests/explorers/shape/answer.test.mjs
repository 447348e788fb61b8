import assert from "node:assert/strict";
import test from "node:test";
import { cellTold } from "../../../rnnlib/explorers/shape/answer.js";

test("a cell of a heat map is told by the learner's own index and its value", () => {
  const map = { cols: 3, values: [0, 1, 2, 10, 11, 12] };
  assert.equal(cellTold({ ...map, index: "output[c, 0, r]" }, [1, 2]), "output[2, 0, 1] = 12.0000");
  assert.equal(cellTold({ ...map, index: "h_n[r, 0, c]" }, [0, 2]), "h_n[0, 0, 2] = 2.0000");
});
