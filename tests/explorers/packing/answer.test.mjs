import assert from "node:assert/strict";
import test from "node:test";
import { costSaid, lastsOf, offSaid, rowsTold, shareOf } from "../../../rnnlib/explorers/packing/answer.js";

const bytes = (...values) => Float32Array.from(values).buffer;

test("a difference is read at a glance, and what is no number is said", () => {
  assert.deepEqual([0, 3e-8, 0.0345, 1.25, 54321, NaN, Infinity].map(offSaid), [
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
  const off = { off_padded: bytes(0.5, 0), off_packed: bytes(2 ** -20, NaN) };
  const ran = { asked: { lengths: [2, 5] }, ...off, holds_padded: [false, true], holds_packed: [true, false] };
  assert.deepEqual(rowsTold(ran), [
    { item: 0, length: 2, pads: 3, padded: { off: 0.5, holds: false }, packed: { off: 2 ** -20, holds: true } },
    { item: 1, length: 5, pads: 0, padded: { off: 0, holds: true }, packed: { off: NaN, holds: false } },
  ]);
});

test("a bar is a difference's part of the largest; what holds, and what is no number, has none", () => {
  assert.equal(shareOf({ off: 0.5, holds: false }, 2), 0.25);
  assert.equal(shareOf({ off: 2, holds: false }, 2), 1);
  assert.equal(shareOf({ off: 2, holds: true }, 2), 0); // Python's verdict counts, whatever the size
  for (const off of [NaN, Infinity]) assert.equal(shareOf({ off, holds: false }, 2), 0);
});

test("the last outputs are those of the very sequence", () => {
  const last = { last_padded: bytes(1, 2, 3, 4, 5, 6), last_own: bytes(7, 8, 9, 10, 11, 12), units: 2 };
  const ran = { asked: { lengths: [4, 2, 3], batch_first: false }, ...last };
  assert.deepEqual(lastsOf(ran, 1), [
    { label: "output[-1, 1], padded batch", values: [3, 4] },
    { label: "output[1, 1], its last step", values: [9, 10] },
  ]);
  const [padded] = lastsOf({ ...ran, asked: { ...ran.asked, batch_first: true } }, 2);
  assert.deepEqual(padded, { label: "output[2, -1], padded batch", values: [5, 6] });
  assert.deepEqual(lastsOf(ran, 3), []);
});

test("what padding costs is said in steps, and in the time that both ways took", () => {
  const said = costSaid({ steps: 200, own_steps: 150, seconds_padded: 0.002, seconds_packed: 0.0015 });
  assert.match(said, /^Steps of the padded batch: 200, of which 50 \(25 %\) over pads\. Packed: 150\./);
  assert.match(said, /2\.00 ms padded, 1\.50 ms packed\.$/);
});
