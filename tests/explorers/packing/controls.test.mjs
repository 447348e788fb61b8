import assert from "node:assert/strict";
import test from "node:test";
import { lengthsProblem, setLengths } from "../../../rnnlib/explorers/packing/controls.js";
import { mostOf } from "../../../rnnlib/explorers/packing/state.js";

function fake(traits) {
  return {
    get: (name) => traits[name],
    set: (name, value) => {
      traits[name] = value;
    },
    traits,
  };
}

test("lengths that can be are no problem", () => {
  assert.equal(lengthsProblem(["20", "7", "12"], [29]), "");
  assert.equal(lengthsProblem(["5", "2"], [5, 2]), "");
});

for (const [typed, words] of [
  [[], /^lengths must be whole numbers, as in 20, 7, 12\.$/],
  [["3", "0"], /^the length of sequence 1 must be at least 1, not 0\.$/],
  [["-4"], /sequence 0 .* -4\.$/],
  [["2.5"], /sequence 0 .* whole number, not 2\.5\.$/],
  [["x"], /sequence 0 .* whole number, not "x"\.$/],
  [["9", "30"], /^sequence 1 has at most 29 steps: its length cannot be 30\.$/],
  [["1000000000"], /at most 29 steps/],
])
  test(`[${typed}] is told in a sentence`, () => assert.match(lengthsProblem(typed, [29]), words));

test("the last number holds for all sequences that follow", () => {
  assert.deepEqual(
    [0, 1, 2, 9].map((item) => mostOf([5, 2], item)),
    [5, 2, 2, 2],
  );
});

test("sequences that leave can join again, each in its place", () => {
  const model = fake({ lengths: [5, 2], more: [7, 9], total_length: null });
  setLengths(model, [4]);
  assert.deepEqual([model.traits.lengths, model.traits.more], [[4], [2, 7, 9]]);
  setLengths(model, [4, 2, 7]);
  assert.deepEqual([model.traits.lengths, model.traits.more], [[4, 2, 7], [9]]);
  setLengths(model, [1, 1, 1, 1, 1]);
  assert.deepEqual(model.traits.more, []);
});

test("total_length is given up where a sequence grows beyond it", () => {
  const model = fake({ lengths: [5], more: [], total_length: 8 });
  setLengths(model, [8]);
  assert.equal(model.traits.total_length, 8);
  setLengths(model, [9]);
  assert.equal(model.traits.total_length, null);
});
