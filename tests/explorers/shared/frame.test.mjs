import assert from "node:assert/strict";
import test from "node:test";
import { partsIn, spoken } from "../../../rnnlib/explorers/shared/frame.js";

test("the parts that an answer lights are those in backticks", () => {
  assert.deepEqual(partsIn("only `batch`: `h_n` has no seq_len axis"), ["batch", "h_n"]);
  assert.deepEqual(partsIn("nothing"), []);
});

test("of what may be said, a problem comes first, then the silent kernel, what is pointed at, what was asked for", () => {
  const all = { resting: "r", changed: "c", pointed: "p", solution: "s", notice: "n", problem: "!" };
  for (const name of ["problem", "notice", "pointed", "solution", "changed", "resting"]) {
    const besides = name === "notice" ? "s " : ""; // an answer that was asked for is read beside it
    assert.deepEqual(spoken(all), [name, all[name], besides]);
    delete all[name];
  }
  assert.deepEqual(spoken({}), ["resting", "", ""]);
});
