import assert from "node:assert/strict";
import test from "node:test";
import { statusOf, statusSaid } from "../../../rnnlib/explorers/shared/status.js";

const wanted = { seq_len: 8, batch: 3, kind: "LSTM" };
const link = { connected: true, late: false };

test("numbers are live only for the very sizes chosen", () => {
  assert.equal(statusOf({ asked: { ...wanted } }, wanted, link), "live");
  assert.equal(statusOf({ asked: { ...wanted, batch: 4 } }, wanted, link), "waiting");
  assert.equal(statusOf({ asked: { ...wanted, kind: "GRU" } }, wanted, link), "waiting");
  assert.equal(statusOf({}, wanted, link), "waiting");
});

test("a kernel that is late or gone makes them stale", () => {
  assert.equal(statusOf({ asked: { batch: 4 } }, wanted, { connected: true, late: true }), "stale");
  assert.equal(statusOf({ asked: { ...wanted } }, wanted, { connected: true, late: true }), "stale");
  assert.equal(statusOf({ asked: { ...wanted } }, wanted, { connected: false, late: false }), "stale");
});

test("what was refused says why", () => {
  const answer = { asked: { ...wanted }, refused: "It needs 8 GB." };
  assert.equal(statusOf(answer, wanted, link), "refused");
  assert.equal(statusSaid("refused", answer), "It needs 8 GB.");
});

test("what runs in the background says so, and only of the very sizes chosen", () => {
  const running = { asked: { ...wanted }, says: "8 million parameters take a moment." };
  const answer = { asked: { ...wanted, batch: 4 } };
  assert.equal(statusOf(answer, wanted, { ...link, running }), "running");
  assert.equal(statusOf({}, wanted, { ...link, running }), "running");
  assert.equal(statusOf(answer, { ...wanted, batch: 5 }, { ...link, running }), "waiting");
  assert.equal(statusOf({ asked: { ...wanted } }, wanted, { ...link, running }), "live");
  assert.equal(statusOf(answer, wanted, { ...link, running, late: true }), "stale");
  assert.equal(statusOf(answer, wanted, { ...link, running: {}, problem: "cpu ran out of memory." }), "failed");
  assert.match(statusSaid("running", answer, running), /^Running.* 8 million parameters.* other sizes\.$/);
  assert.match(statusSaid("running", {}, running), /^Running.* take a moment\.$/);
});

test("stale numbers say so and how to heal them; live ones say nothing", () => {
  assert.match(statusSaid("stale", {}), /^Not live.*run the cells from the top again/);
  assert.equal(statusSaid("live", {}), "");
  assert.equal(statusSaid("waiting", {}), "");
});
