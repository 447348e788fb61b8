import assert from "node:assert/strict";
import test from "node:test";
import { statusOf, statusSaid } from "../../../rnnlib/explorers/shared/status.js";

const chosen = { seq_len: 8, batch: 3, kind: "LSTM", lengths: [8, 5] };
const getOf =
  (answer, more = {}) =>
  (name) =>
    ({ ...chosen, answer, running: {}, problem: "", ...more })[name];
const status = (answer, more, link) => statusOf(getOf(answer, more), link);

test("numbers are live only for the very choice", () => {
  assert.equal(status({ asked: { ...chosen } }), "live");
  assert.equal(status({ asked: { ...chosen, batch: 4 } }), "waiting");
  assert.equal(status({ asked: { ...chosen, lengths: [8, 6] } }), "waiting");
  assert.equal(status({}), "waiting");
});

test("a kernel that is late or gone makes them stale, whatever the sliders say", () => {
  assert.equal(status({ asked: { ...chosen, batch: 4 } }, {}, { late: true }), "stale");
  assert.equal(status({ asked: { ...chosen } }, {}, { late: true }), "stale");
  assert.equal(status({ asked: { ...chosen } }, {}, { connected: false }), "stale");
});

test("what was refused says why", () => {
  const answer = { asked: { ...chosen }, refused: "It needs 8 GB." };
  assert.equal(status(answer), "refused");
  assert.equal(statusSaid("refused", getOf(answer)), "It needs 8 GB.");
});

test("what runs in the background says so, and only of the very choice", () => {
  const running = { asked: { ...chosen }, says: "8 million parameters take a moment." };
  const old = { asked: { ...chosen, batch: 4 } };
  assert.equal(status(old, { running }), "running");
  assert.equal(status({}, { running }), "running");
  assert.equal(status(old, { running, batch: 5 }), "waiting");
  assert.equal(status({ asked: { ...chosen } }, { running }), "live");
  assert.equal(status(old, { running }, { late: true }), "stale");
  assert.equal(status(old, { problem: "cpu ran out of memory." }), "failed");
  assert.match(statusSaid("running", getOf(old, { running })), /^Running.* 8 million parameters/);
});

test("stale numbers say so and how to heal them; live ones say nothing", () => {
  assert.match(statusSaid("stale", getOf({})), /^Not live.*run the cells from the top again/);
  assert.equal(statusSaid("live", getOf({})), "");
  assert.equal(statusSaid("waiting", getOf({})), "");
});
