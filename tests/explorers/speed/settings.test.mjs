import assert from "node:assert/strict";
import test from "node:test";
import { chartOf, numbersFrom, otherSaid, progressSaid } from "../../../rnnlib/explorers/speed/settings.js";

test("how far it is, in words", () => {
  assert.equal(progressSaid({}), "");
  assert.equal(progressSaid({ done: 0, of: 4, now: "Getting ready." }), "Getting ready.");
  assert.equal(progressSaid({ done: 2, of: 10, now: "cell loop at seq_len 32" }), "3 of 10: cell loop at seq_len 32");
});

test("whole numbers are read as people type them", () => {
  assert.deepEqual(numbersFrom("1, 4, 16"), { numbers: [1, 4, 16] });
  assert.deepEqual(numbersFrom(" 8 2  8,"), { numbers: [8, 2, 8] });
});

for (const [typed, said] of [
  ["", "none is here"],
  [" , ", "none is here"],
  ["1, x", 'not "x"'],
  ["0", "at least 1, not 0"],
  ["3 -1", "at least 1, not -1"],
  ["2.5", "not 2.5"],
  ["Infinity", 'not "Infinity"'],
  ["1e400", 'not "1e400"'],
  ["1;2", 'not "1;2"'],
  [Array.from({ length: 17 }, (_, i) => i + 1).join(), "at most 16 values, not 17"],
])
  test(`"${typed.slice(0, 9)}" is told: ${said}`, () => assert.match(numbersFrom(typed).problem, new RegExp(said)));

const CHART = {
  kind: "GRU",
  axis: "batch",
  seq_len: 4,
  hidden_size: 64,
  num_layers: 1,
  backward: false,
  device: "cpu",
};
const row = (setup, batch, more = {}) => ({ setup, ...CHART, batch, value: batch, median: 1e-3 * batch, ...more });
const ROWS = [
  row("layer", 1),
  row("packed", 2),
  row("layer", 9, { kind: "RNN" }),
  row("layer", 8, { seq_len: 5 }),
  row("layer", 7, { backward: true }),
  row("layer", 6, { median: null }),
];
const getter =
  (chosen = {}) =>
  (name) =>
    ({ ...CHART, batch: 99, compare: ["layer", "packed"], rows: ROWS, answer: { chart: CHART }, ...chosen })[name];

test("the chart's points are those of its settings, whatever the size that is its axis", () => {
  const { rows, of } = chartOf(getter());
  assert.deepEqual([rows.map(({ value }) => value), of], [[1, 2], "chosen"]);
  assert.deepEqual(
    chartOf(getter({ compare: ["packed"] })).rows.map(({ value }) => value),
    [2],
  );
});

for (const [chosen, said] of [
  [{ kind: "LSTM" }, "kind GRU"],
  [{ seq_len: 5 }, "seq_len 4"],
  [{ backward: true, device: "cuda" }, "backward off, device cpu"],
])
  test(`with ${Object.keys(chosen)} chosen anew they are of other settings, and it is said of which`, () => {
    assert.equal(chartOf(getter(chosen)).of, "other");
    assert.equal(otherSaid(getter(chosen)), `The grey points are of ${said}: measure anew.`);
  });

test("along another axis, or before anything is measured, there are none", () => {
  assert.deepEqual(chartOf(getter({ axis: "seq_len" })), { rows: [], of: "none" });
  assert.deepEqual(chartOf(getter({ answer: {} })), { rows: [], of: "none" });
});
