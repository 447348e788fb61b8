import assert from "node:assert/strict";
import test from "node:test";
import { endOf } from "../../../rnnlib/explorers/shared/svg.js";
import { asInThePaper, circuit } from "../../../rnnlib/explorers/step/circuit.js";

const GATES = { LSTM: ["f", "i", "g", "o"], GRU: ["r", "z", "n"], RNN: ["h"] };
const WIDTHS = [336, 396, 417, 506, 700, 1000];
const FORMS = [
  ["LSTM", {}],
  ["LSTM", { projected: true }],
  ["GRU", {}],
  ["GRU", { form: "paper" }],
  ["GRU", { form: "torch", marked: true }],
  ["GRU", { form: "paper", marked: true }],
  ["RNN", {}],
];
const VALUES = { f: 0.125, i: 0.25, g: -0.5, o: 0.75, r: 0.375, z: 0.625, n: -0.875 };

/** What flows: every number another, so that one in another's place shows. */
function valuesOf(family, { before = "t−1", inputs = 1, projected = false, value } = {}) {
  const as = (number) => value ?? number;
  const one = (name) => [name, { x: as(0.11), h: as(0.22), bias: as(0.03), value: as(VALUES[name] ?? 0.44) }];
  const states = family === "LSTM" ? ["h", "c"] : ["h"];
  const old = { h: as(-0.3), c: as(0.7) };
  const now = { h: as(0.44), c: as(1.3) };
  const some = (all) => Object.fromEntries(states.map((state) => [state, all[state]]));
  if (projected) [old.h, now.h] = [undefined, undefined];
  return {
    at: {
      projected,
      gates: Object.fromEntries(GATES[family].map(one)),
      before: some(old),
      now: some(now),
      paper: { fromH: as(0.9), n: as(0.8), h: as(0.66) },
    },
    before,
    inputs,
    x: { value: as(1), range: 1 },
    ranges: { h: 1, c: 2, terms: 0.5 },
  };
}

const drawnAs = (family, how, width, more = {}) => {
  const values = valuesOf(family, { ...how, ...more });
  return circuit(family, how.form === "paper" ? asInThePaper(values) : values, width, how);
};
const words = (markup) => markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
const attributes = (tag) => Object.fromEntries([...tag.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
const tags = (markup, start) =>
  [...markup.matchAll(new RegExp(`<${start}[^>]*>`, "g"))].map(([tag]) => attributes(tag));

/** Boxes, operations and the squares of colour, as `[left, top, right, bottom]`. */
function solids(markup) {
  const rects = tags(markup, 'rect class="(?:box|chip)').map(({ x, y, width, height }) => [
    Number(x),
    Number(y),
    Number(x) + Number(width),
    Number(y) + Number(height),
  ]);
  const rounds = tags(markup, 'circle class="op').map(({ cx, cy, r }) => [cx - r, cy - r, +cx + +r, +cy + +r]);
  return [...rects, ...rounds];
}

/** Where a text stands, its width guessed from above. */
function texts(markup) {
  return [...markup.matchAll(/<text ([^>]*)>(.*?)<\/text>/g)].map(([tag, , inner]) => {
    const { x, y, "text-anchor": anchor, class: kind } = attributes(tag.slice(0, tag.indexOf(">") + 1));
    const said = inner.replace(/<[^>]*>/g, "");
    const wide = said.length * (kind === "number" ? 6.95 : 7);
    const left = x - { start: 0, middle: wide / 2, end: wide }[anchor];
    return { said, kind, left, right: left + wide, top: y - 9, bottom: +y + 2 };
  });
}

/** Every tag that opens is closed, in order. */
function assertWellFormed(markup) {
  const open = [];
  for (const [, close, name, alone] of markup.matchAll(/<(\/?)([a-z]+)(?:\s+[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!alone) open.push(name);
  }
  assert.deepEqual(open, []);
}

for (const [family, how] of FORMS) {
  const name = `${family} ${JSON.stringify(how)}`;

  test(`${name} is whole at every width: within its frame, nothing upon another, no number upon a box`, () => {
    for (const width of WIDTHS) {
      for (const inputs of [1, 12]) {
        const drawn = drawnAs(family, how, width, { inputs });
        assertWellFormed(drawn);
        assert.doesNotMatch(drawn, /NaN|undefined|Infinity|null/);
        const tall = Number(drawn.match(/viewBox="0 0 \d+ (\d+)"/)[1]);
        const all = solids(drawn);
        const said = texts(drawn).filter(({ kind }) => kind === "number");
        for (const [left, top, right, bottom] of [...all, ...said.map((t) => [t.left, t.top, t.right, t.bottom])])
          assert.ok(
            left >= 0 && top >= 0 && right <= width && bottom <= tall,
            `${width}: ${[left, top, right, bottom]}`,
          );
        const boxes = [...all, ...said.map((t) => [t.left + 1, t.top, t.right - 1, t.bottom])];
        boxes.forEach((a, i) => {
          for (const b of boxes.slice(i + 1))
            assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1], `${width}: ${a} on ${b}`);
        });
      }
    }
  });

  test(`every wire with a head in ${name} ends on the edge of what it leads to, or at the picture's`, () => {
    for (const width of WIDTHS) {
      const drawn = drawnAs(family, how, width);
      const ends = [
        ...drawn.matchAll(/<path class="wire end[^"]*" d="(M[^"]*)"\/>(?=<path class="wire end[^"]*tip")/g),
      ].map(([, d]) => endOf(d));
      assert.ok(ends.length > 2);
      for (const [x, y, dx, dy] of ends) {
        const on = solids(drawn).some(([left, top, right, bottom]) =>
          dx
            ? Math.abs(x - (dx > 0 ? left : right)) < 1 && y >= top && y <= bottom
            : Math.abs(y - (dy > 0 ? top : bottom)) < 1 && x >= left && x <= right,
        );
        assert.ok(on || x === width - 6, `${width}: a wire ends in the air at ${x}, ${y}`);
      }
    }
  });

  test(`every gate of ${name} can be reached, and lights with its part`, () => {
    const drawn = drawnAs(family, how, 417);
    const gates = tags(drawn, 'g class="gate');
    assert.deepEqual(gates.map((gate) => gate["data-part"]).sort(), [...GATES[family]].sort());
    assert.ok(gates.every((gate) => gate.tabindex === "0" && gate["aria-label"].startsWith(gate["data-part"])));
  });

  test(`nan and infinity in ${name} are drawn and said`, () => {
    for (const [value, said] of [
      [NaN, "NaN"],
      [Infinity, "∞"],
      [-Infinity, "−∞"],
    ]) {
      const drawn = drawnAs(family, how, 417, { value });
      assertWellFormed(drawn);
      assert.doesNotMatch(drawn, /(style|x|y|d|width)="[^"]*(NaN|undefined|Infinity)/);
      assert.match(words(drawn), new RegExp(said));
    }
  });
}

/** The number nearest to a place, within the numbers beside lines. */
function near(drawn, x, y) {
  const far = (t) => Math.hypot((t.left + t.right) / 2 - x, (t.top + t.bottom) / 2 - y);
  return texts(drawn)
    .filter(({ kind }) => kind === "number")
    .sort((a, b) => far(a) - far(b))[0].said;
}
const operations = (drawn) =>
  [...drawn.matchAll(/data-part="(\w)"><circle class="op[^>]*cx="([^"]*)" cy="([^"]*)"[^>]*\/><text[^>]*>(.)</g)].map(
    ([, part, x, y, sign]) => ({ part, sign, at: [Number(x), Number(y)] }),
  );
const over = ([x, y]) => [x + 36, y - 12]; // where a product stands at its ×

test("an LSTM's products stand at their ×, the sum at its +, and o · tanh(c) where h leaves", () => {
  for (const width of [336, 417, 700]) {
    const drawn = drawnAs("LSTM", {}, width);
    const [forget, plus, write, show] = operations(drawn);
    assert.deepEqual(
      [forget, plus, write, show].map(({ part, sign }) => part + sign),
      ["c×", "c+", "c×", "h×"],
    );
    assert.equal(near(drawn, ...over(forget.at)), "0.0875"); // f · c before: 0.125 · 0.7
    assert.equal(near(drawn, ...over(plus.at)), "1.3000");
    assert.equal(near(drawn, write.at[0] + 28, write.at[1] - 25), "−0.1250"); // i · g: 0.25 · −0.5
    assert.equal(near(drawn, width - 28, show.at[1] - 16), (0.75 * Math.tanh(1.3)).toFixed(4));
    for (const gate of ["f", "i", "g", "o"]) {
      const [box] = tags(drawn.match(new RegExp(`<g class="gate node" data-part="${gate}".*?</g>`))[0], "rect");
      const middle = Number(box.x) + box.width / 2;
      assert.equal(Number(near(drawn, middle + 28, 148).replace("−", "-")), VALUES[gate], gate);
    }
  }
});

test("a GRU's products stand at theirs, in torch's form and in the paper's", () => {
  for (const form of ["torch", "paper"]) {
    const drawn = drawnAs("GRU", { form, marked: true }, 396);
    const [keep, plus, take, times] = operations(drawn);
    const n = form === "paper" ? 0.8 : -0.875;
    assert.equal(near(drawn, ...over(keep.at)), "−0.1875"); // z · h before: 0.625 · −0.3
    assert.equal(near(drawn, plus.at[0] + 20, 12), form === "paper" ? "0.6600" : "0.4400");
    assert.equal(near(drawn, take.at[0] + 28, take.at[1] - 18), (0.375 * n).toFixed(4).replace("-", "−"));
    const [matrix] = tags(drawn, 'rect class="box marked"');
    assert.equal(Number(matrix.x) > times.at[0], form === "paper", "the paper multiplies h itself");
    assert.match(words(drawn), /W_hn h \+ b_hn/);
  }
  assert.doesNotMatch(drawnAs("GRU", {}, 417), /marked|difference/); // nothing is marked where nothing is compared
});

test("an RNN draws what h says, the bias and what x says, and their sum", () => {
  const drawn = drawnAs("RNN", { squash: "relu" }, 417);
  const said = texts(drawn).filter(({ kind }) => kind === "number");
  const level = said.filter(({ top }) => top === said.find((t) => t.said === "0.0300").top);
  assert.deepEqual(
    level.sort((a, b) => a.left - b.left).map((t) => t.said),
    ["0.2200", "0.0300", "0.1100"],
  );
  assert.ok(said.some((t) => t.said === "0.3600"));
  assert.match(words(drawn), /h relu new state/);
});

test("colours are those of the values: blue below 0, red above, a gate's within 1 and a state's within its own", () => {
  const chips = tags(drawnAs("LSTM", {}, 417), 'rect class="chip"').map(({ style }) => style);
  const alpha = (value, range) => Math.round((100 * Math.round(255 * (Math.abs(value) / range) ** 0.7)) / 255);
  for (const [value, range] of [
    [0.7, 2], // c before
    [0.125, 1], // f
    [-0.5, 1], // g
  ]) {
    const rgb = value < 0 ? "47 128 214" : "222 82 56";
    assert.ok(chips.includes(`fill: rgb(${rgb} / ${alpha(value, range)}%)`), `${value}: ${chips}`);
  }
});

test("the backward direction says that it comes from the step after", () => {
  for (const family of Object.keys(GATES)) {
    const back = words(drawnAs(family, {}, 417, { before: "t+1" }));
    assert.match(back, /h t\+1/);
    assert.doesNotMatch(back, /t−1/);
    assert.match(words(drawnAs(family, {}, 417)), /h t−1/);
  }
});

test("with a projection h passes through W_hr, and a unit beyond it has no h of its own", () => {
  const drawn = words(drawnAs("LSTM", { projected: true }, 417));
  assert.match(drawn, /W_hr/);
  assert.doesNotMatch(drawn, /0\.4400|−0\.3000/);
  assert.match(drawn, new RegExp((0.75 * Math.tanh(1.3)).toFixed(4)));
  assert.doesNotMatch(words(drawnAs("LSTM", {}, 417)), /W_hr/);
});
