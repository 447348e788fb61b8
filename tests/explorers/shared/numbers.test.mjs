import assert from "node:assert/strict";
import test from "node:test";
import { duration, floatsOf } from "../../../rnnlib/explorers/shared/numbers.js";
import { standing, standingSaid } from "../../../rnnlib/explorers/shared/status.js";

const wanted = { seq_len: 8, batch: 3, kind: "LSTM" };
const link = { connected: true, late: false };

test("numbers are live only for the very sizes chosen", () => {
  assert.equal(standing({ sizes: { ...wanted } }, wanted, link), "live");
  assert.equal(standing({ sizes: { ...wanted, batch: 4 } }, wanted, link), "waiting");
  assert.equal(standing({ sizes: { ...wanted, kind: "GRU" } }, wanted, link), "waiting");
  assert.equal(standing({}, wanted, link), "waiting");
});

test("a kernel that is late or gone makes them stale", () => {
  assert.equal(standing({ sizes: { batch: 4 } }, wanted, { connected: true, late: true }), "stale");
  assert.equal(standing({ sizes: { ...wanted } }, wanted, { connected: true, late: true }), "stale");
  assert.equal(standing({ sizes: { ...wanted } }, wanted, { connected: false, late: false }), "stale");
});

test("what was refused says why", () => {
  const answer = { sizes: { ...wanted }, refused: "It needs 8 GB." };
  assert.equal(standing(answer, wanted, link), "refused");
  assert.equal(standingSaid("refused", answer), "It needs 8 GB.");
});

test("what runs in the background says so, and only of the very sizes chosen", () => {
  const running = { sizes: { ...wanted }, says: "8 million parameters take a moment." };
  const answer = { sizes: { ...wanted, batch: 4 } };
  assert.equal(standing(answer, wanted, { ...link, running }), "running");
  assert.equal(standing({}, wanted, { ...link, running }), "running");
  assert.equal(standing(answer, { ...wanted, batch: 5 }, { ...link, running }), "waiting");
  assert.equal(standing({ sizes: { ...wanted } }, wanted, { ...link, running }), "live");
  assert.equal(standing(answer, wanted, { ...link, running, late: true }), "stale");
  assert.equal(standing(answer, wanted, { ...link, running: {}, problem: "cpu ran out of memory." }), "failed");
  assert.match(standingSaid("running", answer, running), /^Running.* 8 million parameters.* other sizes\.$/);
  assert.match(standingSaid("running", {}, running), /^Running.* take a moment\.$/);
});

test("stale numbers say so and how to heal them; live ones say nothing", () => {
  assert.match(standingSaid("stale", {}), /^Not live.*run the cells from the top again/);
  assert.equal(standingSaid("live", {}), "");
  assert.equal(standingSaid("waiting", {}), "");
});

test("a duration has the unit that people use", () => {
  assert.equal(duration(0.000042), "42 µs");
  assert.equal(duration(0.00042), "420 µs");
  assert.equal(duration(0.0042), "4.20 ms");
  assert.equal(duration(1.5), "1.50 s");
});

test("values travel as little-endian bytes", () => {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat32(0, 0.5, true);
  bytes.setFloat32(4, -2, true);
  assert.deepEqual(floatsOf(bytes), [0.5, -2]);
  assert.deepEqual(floatsOf(bytes.buffer), [0.5, -2]);
});
