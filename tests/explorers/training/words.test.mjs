import assert from "node:assert/strict";
import test from "node:test";
import {
  momentSaid,
  optionsOf,
  otherSaid,
  reachAtSaid,
  SETTINGS,
  stateSaid,
  takenFor,
  valueSaid,
} from "../../../rnnlib/explorers/training/words.js";

test("a menu has what is chosen, whatever it is, in its place", () => {
  assert.deepEqual(optionsOf("epochs", 7), [5, 7, 10, 20, 40, 80]);
  assert.deepEqual(optionsOf("max_norm", null)[0], null);
  assert.deepEqual(optionsOf("forget_bias", -1).slice(0, 3), [null, -1, 0]);
  assert.equal(optionsOf("lr", 0.005).filter((one) => one === 0.005).length, 1);
});

for (const [name, value, said] of [
  ["max_norm", null, "off"],
  ["forget_bias", null, "torch's"],
  ["packed", false, "off"],
  ["lr", 0.0001, "0.0001"],
])
  test(`${name} ${value} is said ${said}`, () => assert.equal(valueSaid(name, value), said));

const CHOSEN = Object.fromEntries(SETTINGS.map((name) => [name, name]));
const getter =
  (chosen, settings = {}) =>
  (name) =>
    ({ ...CHOSEN, doing: "", run: { number: 2, settings: { ...CHOSEN, ...settings } }, ...chosen })[name];

test("a picture of other settings is said to be one, and of which", () => {
  assert.equal(otherSaid(getter({})), "");
  assert.equal(otherSaid(getter({ run: {} })), "");
  assert.equal(otherSaid(getter({ kind: "RNN", doing: "training" })), "");
  assert.equal(
    otherSaid(getter({ kind: "RNN" }, { packed: false })),
    "Shown is run 2, with kind kind, packed off. Start to train what is chosen.",
  );
  for (const task of ["speakers", "your own"]) assert.equal(otherSaid(getter({ task, seq_len: 9 }, { task })), ""); // it has none to choose
});

test("a step is told with its scores and its gradient", () => {
  const scores = [
    { step: 0, trainLoss: 2.2, trainAccuracy: 0.1, testLoss: 2.3, testAccuracy: 0.125 },
    { step: 4, trainLoss: 0.5, trainAccuracy: 1, testLoss: 0.05, testAccuracy: 0.5 },
  ];
  const record = {
    scores,
    norm: [
      { step: 1, value: 5 },
      { step: 5, value: 0.25 },
    ],
  };
  assert.equal(
    momentSaid(record, 5),
    "Step 5: of the test sequences 50.0 % right, loss 0.050; of the training ones 100.0 %, loss 0.50; its gradient's norm 0.25.",
  );
  assert.match(momentSaid(record, 0), /^Step 0: .* 12\.5 % right, .* loss 2\.20\.$/);
  assert.equal(momentSaid({ scores: [], norm: [] }, 0), "");
});

test("what is pointed at is told", () => {
  assert.equal(reachAtSaid(1, [0, 0.5], [1, 0.002]), "Time step 1: its reach is 0.50; at first 0.0020.");
  assert.equal(reachAtSaid(0, [0], null), "Time step 0: its reach is 0.");
  assert.equal(stateSaid(5, 3, -0.987), "h[5] at time step 3 = -0.99");
  assert.equal(stateSaid(5, 3, Number.NaN), "h[5] at time step 3 = nan");
  const run = { classes: ["a", "b"], label: 1, noun: "letter" };
  assert.equal(takenFor(run, [0.25, 0.75]), "letter b, taken for it (75 %)");
  assert.equal(takenFor(run, [0.9, 0.1]), "letter b, taken for a (90 %)");
});
