import assert from "node:assert/strict";
import test from "node:test";
import { isGiven, placeOf, placeOfKey, stateOf } from "../../../rnnlib/explorers/direction/state.js";

const place = (more) => ({ part: "output", time: 0, layer: 0, direction: 0, item: 0, unit: 0, ...more });
const reading = {
  asked: { kind: "LSTM", seq_len: 4, num_layers: 1, bidirectional: true, packed: false },
  lengths: [4, 2],
  sizes: { seq_len: 4, num_layers: 1, num_directions: 2, hidden_size: 2, size: 2, units: 2, batch: 2 },
};
const model = (more = {}) => ({
  get: (name) =>
    ({
      answer: reading,
      ...reading.asked,
      part: "output",
      time: 3,
      layer_index: 0,
      direction: 1,
      item: 1,
      unit: 0,
      ...more,
    })[name],
});

test("a slider that moved is drawn before the kernel has answered, and says so", () => {
  assert.equal(stateOf(model()).fresh, true);
  const moved = stateOf(model({ seq_len: 3, num_layers: 2, bidirectional: false }));
  assert.equal(moved.fresh, false);
  assert.deepEqual(moved.lengths, [3, 2]);
  assert.deepEqual([moved.sizes.seq_len, moved.sizes.num_layers, moved.sizes.num_directions], [3, 2, 1]);
  assert.deepEqual(placeOf(model({ seq_len: 3, bidirectional: false }), moved), place({ time: 2, item: 1 }));
});

test("the key of a thing to choose is its place", () => {
  assert.deepEqual(placeOfKey("output 3 1", place({ unit: 1 })), place({ time: 3, direction: 1, unit: 1 }));
  assert.deepEqual(placeOfKey("h_n 2 0", place({ item: 1 })), place({ part: "h_n", layer: 2, item: 1 }));
});

test("nothing is chosen until someone does, in Python too", () => {
  const unset = { part: "output", time: 0, direction: 0, item: 2, unit: 1, chosen: false };
  assert.equal(isGiven(model(unset)), false);
  for (const given of [{ part: "h_n" }, { time: 3 }, { layer_index: 1 }, { direction: 1 }, { chosen: true }])
    assert.equal(isGiven(model({ ...unset, ...given })), true);
});
