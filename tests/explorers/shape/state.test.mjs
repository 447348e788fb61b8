import assert from "node:assert/strict";
import test from "node:test";
import { sizesOf, slabName, slabsOf } from "../../../rnnlib/explorers/shape/diagram.js";
import { layersOf } from "../../../rnnlib/explorers/shape/stack.js";
import { shownBy, stateOf, templateKey, tensorsOf } from "../../../rnnlib/explorers/shape/state.js";

const traits = {
  ...{ kind: "LSTM", seq_len: 8, batch: 3, input_size: 12, hidden_size: 16, num_layers: 2 },
  ...{ bidirectional: true, batch_first: false, device: "cpu" },
  constants: { LSTM: { num_gates: 4, proj_size: 0 }, GRUCell: { num_gates: 3, proj_size: 0 } },
};
const model = (changed = {}) => ({ get: (name) => ({ ...traits, ...changed })[name] });

test("a cell has one layer, one direction and no batch_first, whatever the switches say", () => {
  const state = stateOf(model({ kind: "GRUCell", batch_first: true }));
  assert.deepEqual([state.cell, state.bidirectional, state.batch_first], [true, false, false]);
  const sizes = sizesOf(state);
  assert.deepEqual([sizes.num_layers, sizes.num_directions, sizes.num_gates], [1, 1, 3]);
});

test("what is shown is told by torch's names", () => {
  const shown = shownBy(model());
  for (const name of ["seq_len", "batch", "input_size", "hidden_size", "num_layers"])
    assert.equal(shown[name], traits[name]);
  assert.equal(shown.kind, "LSTM");
  assert.equal(shown.bidirectional, true);
});

test("only the parameters of the layers and directions chosen", () => {
  const parameter = (name, layer, direction) => ({ name, role: "parameter", layer, direction });
  const all = [
    { name: "input", role: "input" },
    parameter("weight_ih_l0", 0, 0),
    parameter("weight_ih_l0_reverse", 0, 1),
    parameter("weight_ih_l1", 1, 0),
  ];
  const rules = { LSTM: { seq_first: all, batch_first: [] } };
  const names = (changed) => tensorsOf(rules, stateOf(model(changed))).map((tensor) => tensor.name);
  assert.deepEqual(names({}), ["input", "weight_ih_l0", "weight_ih_l0_reverse", "weight_ih_l1"]);
  assert.deepEqual(names({ bidirectional: false }), ["input", "weight_ih_l0", "weight_ih_l1"]);
  assert.deepEqual(names({ num_layers: 1 }), ["input", "weight_ih_l0", "weight_ih_l0_reverse"]);
  assert.deepEqual(names({ batch_first: true }), []);
});

test("one template for each call that reads differently", () => {
  assert.notEqual(templateKey(stateOf(model())), templateKey(stateOf(model({ num_layers: 1 }))));
  assert.equal(templateKey(stateOf(model())), templateKey(stateOf(model({ num_layers: 3 }))));
  const cell = templateKey(stateOf(model({ kind: "GRUCell", num_layers: 3 })));
  assert.equal(cell, templateKey(stateOf(model({ kind: "GRUCell", num_layers: 1, bidirectional: false }))));
});

test("states are named layer first, then direction", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => slabName(i, { num_directions: 2 })),
    ["0→", "0←", "1→", "1←"],
  );
  assert.deepEqual(
    [0, 1].map((i) => slabName(i, { num_directions: 1 })),
    ["0", "1"],
  );
});

test("few states and layers are drawn whole, many with a gap and the true last one", () => {
  assert.deepEqual(slabsOf(4), [0, 1, 2, 3]);
  const many = slabsOf(400);
  assert.equal(many.length, slabsOf(8).length);
  assert.equal(many.filter((slab) => slab === null).length, 1);
  assert.equal(many.at(-1), 399);
  assert.deepEqual(layersOf(3), [2, 1, 0]);
  assert.deepEqual(layersOf(50), [49, null, 0]);
});
