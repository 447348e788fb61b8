import assert from "node:assert/strict";
import test from "node:test";
import { counted, lengthsOf } from "../../../rnnlib/explorers/tally/view.js";

test("a bar is as long as its share of the longest", () => {
  assert.deepEqual(lengthsOf([{ number: 14 }, { number: 7 }, { number: 28 }]), ["50%", "25%", "100%"]);
  assert.deepEqual(lengthsOf([]), []);
});

test("one is one, and several are many", () => {
  assert.equal(counted(1, "answer"), "1 answer");
  assert.equal(counted(0, "answer"), "0 answers");
  assert.equal(counted(50, "answer"), "50 answers");
});
