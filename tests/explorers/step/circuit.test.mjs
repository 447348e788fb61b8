import assert from "node:assert/strict";
import test from "node:test";
import { endOf } from "../../../rnnlib/explorers/shared/svg.js";
import { circuit } from "../../../rnnlib/explorers/step/circuit.js";
import { CIRCUIT } from "../../../rnnlib/explorers/step/circuit_parts.js";

const TERMS = { LSTM: [], GRU: [], RNN: ["h from_h", "h from_x"] };
const PARTS = {
  LSTM: ["x", "h before", "c before", "i", "f", "g", "o", "c", "h"],
  GRU: ["x", "h before", "r", "z", "n", "h"],
  RNN: ["x", "h before", ...TERMS.RNN, "h"],
};
const GATES = { LSTM: ["f", "i", "g", "o"], GRU: ["r", "z", "n"], RNN: ["h"] };
const FORMS = [
  ["LSTM", {}],
  ["LSTM", { projected: true }],
  ["GRU", {}],
  ["GRU", { form: "paper" }],
  ["RNN", {}],
];

const partsOf = (family, size, { before = "t−1", value = (i) => Math.sin(i) } = {}) => ({
  before,
  ...Object.fromEntries(
    PARTS[family].map((name) => [name, { name, range: 1, values: Array.from({ length: size }, (_, i) => value(i)) }]),
  ),
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

const numbersOf = (tag) =>
  Object.fromEntries(
    [...tag.matchAll(/ (x|y|width|height|cx|cy|r)="([^"]*)"/g)].map(([, name, value]) => [name, Number(value)]),
  );

/** The outlines of all that a wire may touch: boxes, strips, operations; and of a joint where wires part. */
function touched(markup) {
  const boxes = [...markup.matchAll(/<rect class="(?:box|edge)[^>]*>/g)].map(([tag]) => numbersOf(tag));
  const rounds = [...markup.matchAll(/<circle class="(?:op|joint)[^>]*>/g)].map(([tag]) => numbersOf(tag));
  return [...boxes, ...rounds.map(({ cx, cy, r }) => ({ x: cx - r, y: cy - r, width: 2 * r, height: 2 * r }))];
}

for (const [family, how] of FORMS) {
  const name = `${family} ${Object.keys(how).join(" ")}`;

  test(`the circuit of ${name} is well-formed, within its frame, and holds no number that is none`, () => {
    for (const size of [1, 2, 4, 8, 9, 16, 300]) {
      for (const unit of [0, Math.floor(size / 2), size - 1]) {
        const drawn = circuit(family, partsOf(family, size), unit, how);
        assertWellFormed(drawn);
        assert.doesNotMatch(drawn, /NaN|undefined|Infinity|null/);
        for (const [, x] of drawn.matchAll(/ x="([^"]*)"/g))
          assert.ok(Number(x) >= 0 && Number(x) <= CIRCUIT.width, `x ${x}`);
        for (const [, y] of drawn.matchAll(/ y="([^"]*)"/g))
          assert.ok(Number(y) >= 0 && Number(y) <= CIRCUIT.height, `y ${y}`);
      }
    }
  });

  test(`every wire with a head in ${name} ends on the edge of what it leads to`, () => {
    for (const size of [1, 4, 8, 64]) {
      const drawn = circuit(family, partsOf(family, size), 0, how);
      const ends = [
        ...drawn.matchAll(/<path class="wire end[^"]*" d="(M[^"]*)"\/>(?=<path class="wire end[^"]*tip")/g),
      ].map(([, d]) => endOf(d));
      assert.ok(ends.length > 2);
      for (const [x, y, dx, dy] of ends) {
        const on = touched(drawn).some((box) => {
          const [side, foot] = [dx > 0 ? box.x : box.x + box.width, dy > 0 ? box.y : box.y + box.height];
          return dx
            ? Math.abs(x - side) < 1.5 && y >= box.y && y <= box.y + box.height
            : Math.abs(y - foot) < 1.5 && x >= box.x && x <= box.x + box.width;
        });
        assert.ok(on, `${size} units: a wire ends in the air at ${x}, ${y}`);
      }
    }
  });

  test(`no strip in ${name} lies upon another, or upon an operation`, () => {
    for (const size of [1, 4, 8, 64]) {
      const drawn = circuit(family, partsOf(family, size), 0, how);
      const solid = [...drawn.matchAll(/<(?:rect class="(?:box|edge)|circle class="op)[^>]*>/g)].map(([tag]) =>
        numbersOf(tag),
      );
      const boxes = solid.map((s) => (s.r ? { x: s.cx - s.r, y: s.cy - s.r, width: 2 * s.r, height: 2 * s.r } : s));
      boxes.forEach((a, i) => {
        for (const b of boxes.slice(i + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          assert.ok(apart, `${size} units: ${JSON.stringify([a, b])}`);
        }
      });
    }
  });

  test(`the circuit of ${name} has every part with its values, and every gate can be reached`, () => {
    const drawn = circuit(family, partsOf(family, 4), 1, how);
    for (const part of PARTS[family]) assert.equal(count(drawn, `class="strip" data-part="${part}"`), 1, part);
    for (const gate of GATES[family])
      assert.equal(count(drawn, `class="gate" data-part="${gate}" tabindex="0"`), 1, gate);
    assert.equal(count(drawn, 'tabindex="0"'), GATES[family].length);
  });

  test(`nan and infinity in ${name} have a colour each, and are said`, () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const drawn = circuit(family, partsOf(family, 4, { value: () => value }), 0, how);
      assertWellFormed(drawn);
      assert.doesNotMatch(drawn, /style="[^"]*(NaN|undefined|Infinity)/);
      assert.match(drawn, new RegExp(`aria-label="h ${value} at unit 0"`));
    }
  });
}

for (const family of Object.keys(PARTS)) {
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
}

test("a gate says its squash, and what torch calls it: relu in an RNN that has relu", () => {
  assert.match(words(circuit("RNN", partsOf("RNN", 4), 0, { squash: "relu" })), /h relu/);
  assert.match(words(circuit("RNN", partsOf("RNN", 4), 0, { squash: "tanh" })), /h tanh/);
  for (const gate of ["f σ forget", "i σ input", "g tanh cell", "o σ output"])
    assert.match(words(circuit("LSTM", partsOf("LSTM", 4), 0)), new RegExp(gate));
});

test("the RNN draws what h says, what x says, and their sum", () => {
  const parts = partsOf("RNN", 2);
  parts["h from_h"].values = [0.25, 0];
  parts["h from_x"].values = [-0.75, 0];
  const said = words(circuit("RNN", parts, 0));
  for (const piece of ["W_hh h + b_hh", "W_ih x + b_ih", "0.250", "−0.750", "−0.500"])
    assert.ok(said.includes(piece), piece);
});

test("torch's GRU and the paper's differ in nothing but where the reset gate multiplies", () => {
  const [torchs, papers] = ["torch", "paper"].map((form) => circuit("GRU", partsOf("GRU", 4), 0, { form }));
  for (const drawn of [torchs, papers]) assert.equal(count(drawn, 'data-part="difference"'), 1);
  const across = (drawn) => {
    const marked = drawn.match(/<g data-part="difference">.*?<\/g>/)[0];
    return [
      numbersOf(marked.match(/<circle class="op marked"[^>]*>/)[0]).cx,
      numbersOf(marked.match(/<rect class="box marked"[^>]*>/)[0]).x,
    ];
  };
  const [[times, matrix], [timesOfPaper, matrixOfPaper]] = [torchs, papers].map(across);
  assert.ok(times > matrix, "torch multiplies what the matrix made");
  assert.ok(timesOfPaper < matrixOfPaper, "the paper multiplies h itself");
  assert.match(words(torchs), /r · \(W_hn h \+ b_hn\)/);
  assert.match(words(papers), /W_hn \(r · h\) \+ b_hn/);
});

test("with a projection h passes through W_hr", () => {
  assert.match(words(circuit("LSTM", partsOf("LSTM", 4), 0, { projected: true })), /W_hr/);
  assert.doesNotMatch(words(circuit("LSTM", partsOf("LSTM", 4), 0)), /W_hr/);
});
