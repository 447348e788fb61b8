import assert from "node:assert/strict";
import test from "node:test";
import {
  equationsOf,
  filledIn,
  paperLines,
  printed,
  readBack,
  SQUASH,
  sum,
} from "../../../rnnlib/explorers/step/equations.js";
import { termsAt } from "../../../rnnlib/explorers/step/values.js";

const CASES = 300;
const seed = Math.floor(Math.random() * 2 ** 31);
console.log(`# seed ${seed}`);
let drawn = seed;
/** A number in [0, 1): the same run again from the same seed. */
function chance() {
  drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
  return drawn / 2 ** 32;
}

const f32 = Math.fround;
const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
const SCALES = [0, 1e-7, 1e-4, 0.1, 1, 1, 1, 8, 300];
const some = (scale = SCALES[Math.floor(chance() * SCALES.length)]) => f32(scale * normal());
const one = (value) => ({ dims: [1, 1, 1, 1, 1], numbers: Float32Array.of(value) });
const PLACE = { layer: 0, direction: 0, time: 0, item: 0, unit: 0 };
const sigmoid = (a) => f32(1 / (1 + Math.exp(-a)));
const tanh = (a) => f32(Math.tanh(a));

/** A gate's arrays, in float32 as torch has them; `value` is the gate's, from what x and h say. */
function gateArrays(name, value, biased, make = some) {
  const bias = () => (biased ? make() : 0);
  const [biasX, biasH] = [bias(), bias()];
  const [fromX, fromH] = [f32(make() + biasX), f32(make() + biasH)];
  const numbers = { from_x: fromX, from_h: fromH, bias_ih: biasX, bias_hh: biasH };
  const arrays = Object.fromEntries(Object.entries(numbers).map(([what, number]) => [`${name} ${what}`, one(number)]));
  const result = value(fromX, fromH);
  return [{ ...arrays, [name]: one(result) }, result];
}

const squashed = (squash) => (x, h) => squash(f32(x + h));

const STEPS = {
  RNN(squash) {
    const apply = squash === "relu" ? (a) => f32(Math.max(0, a)) : tanh;
    const [gate, h] = gateArrays("h", squashed(apply), chance() < 0.7);
    return [{ ...gate, h: one(h), "h before": one(some()) }, { gates: ["h"], squash }, h];
  },
  LSTM(projected) {
    const biased = chance() < 0.7;
    const [c0, h0] = [some(), some()];
    const made = ["i", "f", "g", "o"].map((name) => gateArrays(name, squashed(name === "g" ? tanh : sigmoid), biased));
    const [i, f, g, o] = made.map(([, value]) => value);
    const c = f32(f32(f * c0) + f32(i * g));
    const h = f32(o * tanh(c));
    const narrow = { dims: [1, 1, 1, 1, 0], numbers: new Float32Array() }; // no h for a unit beyond proj_size
    const states = {
      "h before": projected ? narrow : one(h0),
      "c before": one(c0),
      c: one(c),
      h: projected ? narrow : one(h),
    };
    return [
      Object.assign({}, states, ...made.map(([arrays]) => arrays)),
      { gates: ["i", "f", "g", "o"], projected },
      h,
    ];
  },
  GRU() {
    const biased = chance() < 0.7;
    const h0 = some();
    const [rArrays, r] = gateArrays("r", squashed(sigmoid), biased);
    const [zArrays, z] = gateArrays("z", squashed(sigmoid), biased);
    const [nArrays, n] = gateArrays("n", (x, h) => tanh(f32(x + f32(r * h))), biased);
    const h = f32(f32(f32(1 - z) * n) + f32(z * h0));
    const paper = { "n from_h of the paper": one(some()) };
    return [
      { ...rArrays, ...zArrays, ...nArrays, ...paper, "h before": one(h0), h: one(h) },
      { gates: ["r", "z", "n"] },
      h,
    ];
  },
};

/** One step of a family at random: its equations, and every value that they should print. */
function aStep(family, option) {
  const [arrays, more, h] = STEPS[family](option);
  const at = termsAt(
    arrays,
    { family, states: family === "LSTM" ? ["h", "c"] : ["h"], projected: false, ...more },
    PLACE,
  );
  const values = {
    h,
    ...Object.fromEntries(more.gates.map((name) => [name, arrays[name].numbers[0]])),
    c: arrays.c?.numbers[0],
  };
  return { lines: equationsOf(family, at), values, arrays, at };
}

/** What a reader with a calculator gets: the printed words alone are evaluated. */
function calculated(words) {
  const code = words.replaceAll("−", "-").replaceAll("·", "*").replaceAll("∞", "Infinity").replaceAll("σ", "sigma");
  assert.match(code, /^([\d.e+*() -]|sigma|tanh|relu|Infinity|NaN)*$/, words);
  const [sigma, relu] = [(a) => 1 / (1 + Math.exp(-a)), (a) => Math.max(0, a)];
  return new Function("sigma", "tanh", "relu", `return ${code}`)(sigma, Math.tanh, relu);
}

const decimals = (words) => words.match(/\d+\.(\d+)/)?.[1].length ?? 0;

/** Every result is the traced value; "=" says that the printed terms give it exactly, "≈" that they give it nearly. */
function assertRecomputes({ lines, values }) {
  for (const { part, rule, filled, sign, result } of lines.filter((line) => line.result)) {
    const about = `${rule} | ${filled} ${sign} ${result}, seed ${seed}`;
    assert.match(result, /^−?\d+\.\d{4}$/, about);
    const again = printed(calculated(filled));
    const terms = filled.match(/[\d.]+/g).map(Number);
    const size = Math.max(1, ...terms);
    if (sign === "=") assert.equal(again, result, about);
    else assert.ok(Math.abs(readBack(again) - readBack(result)) <= 2.01e-4 + 4e-7 * size * size, about);
    assert.ok(["=", "≈"].includes(sign));
    assert.ok(Math.abs(readBack(result) - values[part]) <= 0.51e-4 + 4e-7 * size, `${about}, traced ${values[part]}`);
    const most = Math.max(...terms) <= 1 ? 4 : 9; // large terms may need more digits
    for (const word of filled.match(/\d+\.\d+/g)) assert.ok(decimals(word) >= 4 && decimals(word) <= most, about);
    assert.doesNotMatch(filled, /-|\+ −|− −|·−|undefined|−0\.0+(?!\d)/, about);
  }
}

for (const [family, option] of [
  ["RNN", "tanh"],
  ["RNN", "relu"],
  ["LSTM", false],
  ["LSTM", true],
  ["GRU", undefined],
]) {
  test(`every equation of ${family} ${option ?? ""} recomputes to what it prints, over ${CASES} random steps`, () => {
    for (let i = 0; i < CASES; i++) assertRecomputes(aStep(family, option));
  });
}

test("an equation belongs to its part, in the order of the computation", () => {
  const parts = (family, option) =>
    aStep(family, option)
      .lines.map((line) => line.part)
      .join(" ");
  assert.equal(parts("RNN", "tanh"), "h");
  assert.equal(parts("LSTM", false), "i f g o c h");
  assert.equal(parts("LSTM", true), "i f g o c h h");
  assert.equal(parts("GRU"), "r z n h");
});

test("with a projection the last h is a sum over all units, and claims no number", () => {
  const [shown, h] = aStep("LSTM", true).lines.slice(-2);
  assert.equal(shown.rule, "o · tanh(c)");
  assert.match(h.rule, /^h = W_hr/);
  assert.equal(h.result, "");
});

test("an RNN's rule has its own squash", () => {
  for (const squash of ["tanh", "relu"])
    assert.match(aStep("RNN", squash).lines[0].rule, new RegExp(`^h = ${squash}\\(`));
});

test("a number has a true minus, and zero has none", () => {
  assert.equal(printed(-0.25), "−0.2500");
  assert.equal(printed(-0.00001), "0.0000");
  assert.equal(printed(-0), "0.0000");
  assert.equal(printed(12.34567, 2), "12.35");
  assert.equal(printed(NaN), "NaN");
  assert.equal(printed(Infinity), "∞");
  assert.equal(printed(-Infinity), "−∞");
});

test("what is printed is read back", () => {
  for (const value of [0, 0.25, -0.25, 1234.5, -1234.5, Infinity, -Infinity, NaN])
    assert.equal(readBack(printed(value)), value);
  for (let i = 0; i < 1000; i++) {
    const value = some();
    assert.ok(Math.abs(readBack(printed(value, 9)) - value) <= 0.6e-9 * Math.max(1, Math.abs(value)));
  }
});

test("a sum is written as people write it", () => {
  assert.equal(sum(["0.21", "−0.08", "1.90"]), "0.21 − 0.08 + 1.90");
  assert.equal(sum(["−0.21", "−∞", "NaN"]), "−0.21 − ∞ + NaN");
});

test("terms have four digits, and say when they do not give the very result", () => {
  const add = (a, b) => a + b;
  assert.deepEqual(filledIn([0.5, 0.25], add, 0.75), { words: ["0.5000", "0.2500"], sign: "=", result: "0.7500" });
  const tiny = filledIn([0.00004, 0.00004], add, 0.00008);
  assert.deepEqual(tiny, { words: ["0.0000", "0.0000"], sign: "≈", result: "0.0001" });
  const large = filledIn([300.00004, 10], (a, b) => a * b, 3000.0004); // 3000.0000 is too far from it
  assert.deepEqual(large, { words: ["300.00004", "10.00000"], sign: "=", result: "3000.0004" });
});

test("nan and infinity are printed, and their results are what they give", () => {
  const odd = [NaN, Infinity, -Infinity, 0.5];
  for (const x of odd) {
    for (const h of odd) {
      for (const [name, squash] of [
        ["σ", SQUASH.σ],
        ["tanh", SQUASH.tanh],
        ["relu", SQUASH.relu],
      ]) {
        const arrays = {
          "h from_x": one(x),
          "h from_h": one(h),
          "h bias_ih": one(0),
          "h bias_hh": one(0),
          h: one(squash(x + h)),
          "h before": one(0),
        };
        const [line] = equationsOf(
          "RNN",
          termsAt(arrays, { family: "RNN", states: ["h"], squash: name, gates: ["h"] }, PLACE),
        );
        assert.equal(line.result, printed(squash(x + h)));
        assert.equal(line.sign, "=");
        assert.equal(printed(calculated(line.filled)), line.result, line.filled);
      }
    }
  }
});

test("a bias that is infinite stays infinite in the equation, and gives the traced result", () => {
  for (const bias of [Infinity, -Infinity]) {
    const arrays = {
      "h from_x": one(bias),
      "h from_h": one(0.5),
      "h bias_ih": one(bias),
      "h bias_hh": one(0),
      h: one(Math.tanh(bias)),
      "h before": one(0),
    };
    const [line] = equationsOf(
      "RNN",
      termsAt(arrays, { family: "RNN", states: ["h"], squash: "tanh", gates: ["h"] }, PLACE),
    );
    assert.equal(line.result, printed(Math.tanh(bias)), line.filled);
  }
});

test("only the marked part of the paper's n differs from torch's, and nothing of its h", () => {
  const { lines, at } = aStep("GRU");
  const rules = (all) => all.slice(-2).map(({ rule }) => rule);
  const [[torchN, torchH], [paperN, paperH]] = [rules(lines), rules(paperLines(at))];
  const unmarked = (rule) => rule.replace(/\[.*\]/, "");
  assert.equal(unmarked(torchN), unmarked(paperN));
  assert.equal(torchH, paperH);
  assert.match(torchN, /\[r · \(W_hn h\{before\} \+ b_hn\)\]/);
  assert.match(paperN, /\[W_hn \(r · h\{before\}\) \+ b_hn\]/);
});

test(`every equation of the paper's GRU recomputes to what it prints, over ${CASES} random steps`, () => {
  for (let i = 0; i < CASES; i++) {
    const { at, arrays } = aStep("GRU");
    assertRecomputes({ lines: paperLines(at), values: { n: at.paper.n, h: at.paper.h }, arrays });
  }
});
