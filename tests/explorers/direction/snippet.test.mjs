import assert from "node:assert/strict";
import test from "node:test";
import { callOf, codeOf, fieldsOf, picksOf } from "../../../rnnlib/explorers/direction/snippet.js";
import { filled } from "../../../rnnlib/explorers/shared/copyable_snippet.js";

const sizes = {
  seq_len: 6,
  batch: 3,
  num_layers: 2,
  num_directions: 2,
  hidden_size: 4,
  proj_size: 0,
  size: 4,
  batch_first: false,
};
const state = (more = {}, at = {}) => ({
  states: ["h", "c"],
  packed: false,
  lengths: [6, 2, 4],
  given: "x",
  ...more,
  sizes: { ...sizes, ...at },
});
const place = (more) => ({ part: "output", time: 5, layer: 1, direction: 1, item: 2, unit: 3, ...more });
const written = (where, now) => filled(codeOf(where, now), fieldsOf(where, now)).split("\n");

test("a half of output, by slice and by view, and its one element", () => {
  assert.deepEqual(written(place(), state()), [
    "output, (h_n, c_n) = layer(x)",
    "",
    "# the backward half: output[t, b, H:]",
    "output[5, 2, 4:]",
    "# in (seq_len, batch, num_directions, H)",
    "output.view(6, 3, 2, 4)[5, 2, 1]",
    "# this element",
    "output[5, 2, 7]",
  ]);
});

test("a row of h_n, layer first, then direction", () => {
  const lines = written(place({ part: "h_n" }), state({ states: ["h"] }));
  assert.deepEqual(
    lines.filter((line) => line.startsWith("#")),
    ["# the row of layer 1, backward", "# in (num_layers, num_directions, batch, H)", "# this element"],
  );
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("#")),
    ["output, h_n = layer(x)", "", "h_n[3, 2]", "h_n.view(2, 2, 3, 4)[1, 1, 2]", "h_n[3, 2, 3]"],
  );
});

test("a projected h is as wide as its projection; with batch first the batch comes first; one direction has no halves", () => {
  assert.equal(written(place({ direction: 0, unit: 1 }), state({}, { proj_size: 2, size: 2 }))[3], "output[5, 2, :2]");
  assert.equal(
    written(place({ direction: 0 }), state({}, { batch_first: true }))[5],
    "output.view(3, 6, 2, 4)[2, 5, 0]",
  );
  assert.deepEqual(
    picksOf(place(), { ...sizes, num_directions: 1 }).map(([, what]) => what),
    ["all units", "this element"],
  );
});

test("a packed call says what is not the default, and no line is longer than fits", () => {
  assert.equal(callOf(state({ packed: true })).at(-1), "output, _ = pad_packed_sequence(output)");
  assert.ok(
    callOf(state({ packed: true, lengths: [5, 2, 4] }))
      .join("")
      .includes("total_length={seq_len}"),
  ); // padded to x's steps
  assert.equal(
    callOf(state({ packed: true }, { batch_first: true })).at(-1),
    "output, _ = pad_packed_sequence(\n    output, batch_first=True,\n)",
  );
  for (const batch_first of [true, false])
    for (const lengths of [
      [6, 2, 4],
      [5, 2, 4],
    ])
      for (const given of ["x", "x[:, None]"])
        for (const line of callOf(state({ packed: true, lengths, given }, { batch_first }))
          .join("\n")
          .split("\n"))
          assert.ok(line.length <= 44, line);
  for (const part of ["output", "h_n"])
    for (const line of written(place({ part }), state())) assert.ok(line.length <= 44, line);
});
