import assert from "node:assert/strict";
import test from "node:test";
import { filled, partsOf, wrapped } from "../../../rnnlib/explorers/shared/copyable_snippet.js";

const sizes = { input_size: 12, hidden_size: 16, num_layers: 2, num_directions: 2 };
const template = "lstm = nn.LSTM({input_size}, {hidden_size})  # {num_layers*num_directions}\nprint(f'{h_n.shape}')";

test("fields become numbers, and what is no field stays", () => {
  assert.equal(filled(template, sizes), "lstm = nn.LSTM(12, 16)  # 4\nprint(f'{h_n.shape}')");
});

test("the parts put together are the text, and every number knows its axis", () => {
  const parts = partsOf(template, sizes);
  assert.equal(parts.map((part) => part.text).join(""), filled(template, sizes));
  assert.deepEqual(
    parts.filter((part) => part.symbol).map((part) => [part.text, part.symbol]),
    [
      ["12", "input_size"],
      ["16", "hidden_size"],
      ["4", "num_layers"],
    ],
  );
});

test("a call stands on one line where it fits, else as many of its parts on a line as do", () => {
  assert.equal(wrapped("f(", ["a", "b"], ")", 7), "f(a, b)");
  assert.equal(wrapped("f(", ["a", "b"], ")", 6), "f(\n    a,\n    b,\n)");
  assert.equal(wrapped("call(", ["aaa", "bbb", "c"], ")", 14), "call(\n    aaa, bbb,\n    c,\n)");
  assert.equal(wrapped("f(", ["longer than that"], ")", 8), "f(\n    longer than that,\n)");
});
