import assert from "node:assert/strict";
import test from "node:test";
import { costSaid, off, rowsTold } from "../../../rnnlib/explorers/packing/answer.js";

const bytes = (...values) => Float32Array.from(values).buffer;

test("a difference is read at a glance, and what is no number is said", () => {
  assert.deepEqual([0, 3e-8, 0.0345, 1.25, 54321, NaN, Infinity].map(off), [
    "0",
    "3e-8",
    "0.035",
    "1.250",
    "5e+4",
    "not a number",
    "infinite",
  ]);
});

test("a row for every sequence, with the pads that it has", () => {
  const ran = { asked: { lengths: [2, 5] }, off_padded: bytes(0.5, 0), off_packed: bytes(0, NaN) };
  assert.deepEqual(rowsTold(ran), [
    { item: 0, length: 2, pads: 3, padded: 0.5, packed: 0 },
    { item: 1, length: 5, pads: 0, padded: 0, packed: NaN },
  ]);
});

test("what padding costs is said in steps, and in the time that both ways took", () => {
  const said = costSaid({ steps: 200, own_steps: 150, seconds_padded: 0.002, seconds_packed: 0.0015 });
  assert.match(said, /^Steps of the padded batch: 200, of which 50 \(25 %\) over pads\. Packed: 150\./);
  assert.match(said, /2\.00 ms padded, 1\.50 ms packed\.$/);
});
