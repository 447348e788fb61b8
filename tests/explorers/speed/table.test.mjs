import assert from "node:assert/strict";
import test from "node:test";
import { duration } from "../../../rnnlib/explorers/shared/numbers.js";
import { bytesSaid, resultSaid, wordsOf } from "../../../rnnlib/explorers/speed/table.js";

for (const [bytes, said] of [
  [0, "0 B"],
  [512, "512 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [999_600, "1,000 kB"],
  [134_912, "135 kB"],
  [67_300_000, "67.3 MB"],
  [1.5e9, "1.5 GB"],
  [1.234e12, "1,230 GB"],
])
  test(`${bytes} bytes are ${said}`, () => assert.equal(bytesSaid(bytes), said));

test("a result says whether it is the layer's", () => {
  assert.equal(resultSaid({ median: 1, difference: 0, holds: true }), "equal");
  assert.equal(resultSaid({ median: 1, difference: 6.1e-8, holds: true }), "equal within 6e-8");
  assert.equal(resultSaid({ median: 1, difference: 0.3, holds: false }), "differs by 3e-1");
  assert.equal(resultSaid({ median: null, note: "Too large." }), "Too large.");
  assert.equal(resultSaid({ median: 1, difference: null, note: "" }), "");
});

const row = {
  setup: "packed",
  kind: "GRU",
  backward: true,
  seq_len: 8,
  batch: 4,
  hidden_size: 64,
  num_layers: 1,
  median: 2e-4,
  iqr: 1e-6,
};

test("the words of a row, one a column", () => {
  const words = wordsOf(
    { ...row, tokens_per_second: 123456.7, share_of_peak: 1.234, peak_bytes: 1e6, difference: 0 },
    duration,
  );
  assert.deepEqual(words, [
    "packed",
    "GRU, with backward",
    "8",
    "4",
    "64",
    "1",
    "200 µs",
    "1 µs",
    "123,457",
    "120 %",
    "1 MB",
    "equal",
  ]);
});

test("what is not known stays empty, and without times the sizes stand alone", () => {
  const words = wordsOf(
    { ...row, tokens_per_second: 1, share_of_peak: null, peak_bytes: null, difference: null },
    duration,
  );
  assert.deepEqual(words.slice(9), ["", "", ""]);
  assert.equal(wordsOf({ ...row, median: null }, duration).length, 6);
});
