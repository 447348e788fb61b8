import assert from "node:assert/strict";
import test from "node:test";
import { CIRCUIT, circuit, strip, windowOf } from "../../rnnlib/view/step_circuit.js";

const PARTS = {
  LSTM: ["x", "h before", "c before", "i", "f", "g", "o", "c", "h"],
  GRU: ["x", "h before", "r", "z", "n", "h"],
  RNN: ["x", "h before", "h"],
};
const GATES = { LSTM: ["f", "i", "g", "o"], GRU: ["r", "z", "n"], RNN: ["h"] };

const partsOf = (family, size, { before = "t−1", value = (i) => Math.sin(i) } = {}) => ({
  before,
  ...Object.fromEntries(PARTS[family].map((name) => [name, { name, range: 1, values: Array.from({ length: size }, (_, i) => value(i)) }])),
});
const count = (markup, piece) => markup.split(piece).length - 1;
const words = (markup) => markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

/** Every tag that opens is closed, in order. */
function assertWellFormed(markup) {
  const open = [];
  for (const [, close, name, alone] of markup.matchAll(/<(\/?)([a-z]+)(?:\s+[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!alone) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(markup.replace(/<\/?[a-z]+(\s+[\w-]+="[^"<]*")*\s*\/?>/g, ""), /[<>]/);
}

test("a window is as wide as can be shown, lies within the strip, and holds the chosen unit", () => {
  for (let size = 1; size < 60; size++) {
    for (let chosen = 0; chosen < size; chosen++) {
      const [from, to] = windowOf(size, chosen);
      assert.ok(from >= 0 && to <= size && from <= chosen && chosen < to, `${chosen} of ${size}: ${from} to ${to}`);
      assert.equal(to - from, Math.min(size, 9));
    }
  }
  assert.deepEqual(windowOf(100, 50), [46, 55]);
  assert.deepEqual(windowOf(12, -1), [0, 9]); // of x no unit is chosen
});

test("a strip shows its values, the chosen one outlined, and dots where it goes on", () => {
  const strips = (size, unit) => strip(100, 10, { name: "h", range: 1, values: Array.from({ length: size }, () => 0.5) }, unit);
  assert.equal(count(strips(4, 2), 'class="value"'), 4);
  assert.equal(count(strips(4, 2), 'class="chosen"'), 1);
  assert.equal(count(strips(4, 2), "…"), 0);
  assert.equal(count(strips(9, 8), "…"), 0);
  assert.equal(count(strips(50, 0), "…"), 1);
  assert.equal(count(strips(50, 25), "…"), 2);
  assert.equal(count(strips(50, 49), "…"), 1);
  assert.match(strips(4, 2), /aria-label="h 0.5000 at unit 2"/);
});

test("a strip that has no such unit outlines none: a projected h is narrower than its gates", () => {
  const drawn = strip(100, 10, { name: "h", range: 1, values: [1, 2, 3] }, 7);
  assert.equal(count(drawn, 'class="chosen"'), 0);
  assert.equal(count(drawn, 'class="value"'), 3);
  assert.match(drawn, /aria-label="h"/);
});

for (const family of Object.keys(PARTS)) {
  test(`the circuit of ${family} is well-formed, within its frame, and holds no number that is none`, () => {
    for (const size of [1, 2, 4, 9, 10, 300]) {
      for (const unit of [0, Math.floor(size / 2), size - 1]) {
        const drawn = circuit(family, partsOf(family, size), unit);
        assertWellFormed(drawn);
        assert.doesNotMatch(drawn, /NaN|undefined|Infinity|null/);
        for (const [, x] of drawn.matchAll(/ x="([^"]*)"/g)) assert.ok(Number(x) >= 0 && Number(x) <= CIRCUIT.width, `x ${x}`);
        for (const [, y] of drawn.matchAll(/ y="([^"]*)"/g)) assert.ok(Number(y) >= 0 && Number(y) <= CIRCUIT.height, `y ${y}`);
      }
    }
  });

  test(`the circuit of ${family} has every part with its values, and every gate can be reached`, () => {
    const drawn = circuit(family, partsOf(family, 4), 1);
    for (const part of PARTS[family]) assert.equal(count(drawn, `class="strip" data-part="${part}"`), 1, part);
    for (const gate of GATES[family]) assert.equal(count(drawn, `class="gate" data-part="${gate}" tabindex="0"`), 1, gate);
    assert.equal(count(drawn, 'tabindex="0"'), GATES[family].length);
  });

  test(`a large ${family} costs hardly more marks than a small one`, () => {
    const [small, large] = [10, 4096].map((size) => circuit(family, partsOf(family, size), size >> 1));
    assert.ok(large.length < 1.1 * small.length, `${large.length} against ${small.length}`);
  });

  test(`the backward direction of ${family} says that it comes from the step after`, () => {
    const states = family === "LSTM" ? ["h", "c"] : ["h"];
    const [ahead, back] = ["t−1", "t+1"].map((before) => words(circuit(family, partsOf(family, 4, { before }), 0)));
    for (const state of states) {
      assert.match(ahead, new RegExp(`\\b${state} t−1`));
      assert.match(back, new RegExp(`\\b${state} t\\+1`));
      assert.match(back, new RegExp(`\\b${state} t `));
    }
    assert.doesNotMatch(back, /t−1/);
  });

  test(`nan and infinity in ${family} have a colour each, and are said`, () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const drawn = circuit(family, partsOf(family, 4, { value: () => value }), 0);
      assertWellFormed(drawn);
      assert.doesNotMatch(drawn, /style="[^"]*(NaN|undefined|Infinity)/);
      assert.match(drawn, new RegExp(`aria-label="h ${value} at unit 0"`));
    }
  });
}

test("a gate says its squash: relu in an RNN that has relu", () => {
  assert.match(words(circuit("RNN", partsOf("RNN", 4), 0, "relu")), /h relu/);
  assert.match(words(circuit("RNN", partsOf("RNN", 4), 0, "tanh")), /h tanh/);
  for (const gate of ["f σ", "i σ", "g tanh", "o σ"]) assert.match(words(circuit("LSTM", partsOf("LSTM", 4), 0)), new RegExp(gate));
});

test("what torch's GRU does otherwise than the paper's is marked", () => {
  assert.equal(count(circuit("GRU", partsOf("GRU", 4), 0), 'data-part="difference"'), 1);
});
