import assert from "node:assert/strict";
import test from "node:test";
import { mistakeSaid } from "../../../rnnlib/explorers/packing/mistakes.js";
import {
  costOf,
  lastsOf,
  legendOf,
  numbersPanel,
  offSaid,
  offsAt,
  rowsTold,
} from "../../../rnnlib/explorers/packing/off.js";

const bytes = (...values) => Float32Array.from(values).buffer;
const RAN = {
  asked: { lengths: [2, 5, 3] },
  off_padded: bytes(0.5, 0.25, 2),
  off_packed: bytes(2 ** -20, NaN, 1),
  holds_padded: [false, true, false],
  holds_packed: [true, false, false],
};

test("a difference is read at a glance, and what is no number is said", () => {
  assert.deepEqual([0, 3e-8, 0.0345, 1.25, 54321, NaN, Infinity].map(offSaid), [
    "0",
    "3e-8",
    "0.035",
    "1.250",
    "5e+4",
    "nan",
    "inf",
  ]);
});

test("a row for every sequence, with the pads that it has", () => {
  assert.deepEqual(rowsTold(RAN)[0], {
    item: 0,
    length: 2,
    pads: 3,
    padded: { off: 0.5, holds: false },
    packed: { off: 2 ** -20, holds: true },
  });
  assert.deepEqual(
    rowsTold(RAN).map(({ pads }) => pads),
    [3, 0, 2],
  );
});

test("bars are of one scale for both ways; what holds, in Python's word, and what is no number have none", () => {
  const padded = [
    { off: 0.5, holds: false, bar: 0.25, ghost: 0 },
    { off: 0.25, holds: true, bar: 0, ghost: 0 },
    { off: 2, holds: false, bar: 1, ghost: 0 },
  ];
  const packed = [
    { off: 2 ** -20, holds: true, bar: 0, ghost: 0.25 },
    { off: NaN, holds: false, bar: 0, ghost: 0 },
    { off: 1, holds: false, bar: 0.5, ghost: 1 },
  ];
  for (const stage of ["padded", "sorted"]) assert.deepEqual(offsAt(RAN, stage), padded);
  for (const stage of ["packed", "unpacked"]) assert.deepEqual(offsAt(RAN, stage), packed);
  assert.deepEqual(offsAt({}, "padded"), []);
});

// Just enough of a browser's document to fill the table.
class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], attributes: {} });
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  querySelector() {
    return null;
  }
  all(tag) {
    return this.children.flatMap((child) =>
      child.tag === undefined ? [] : [...(child.tag === tag ? [child] : []), ...child.all(tag)],
    );
  }
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
}

test("in the table what holds wears =, and what does not ≠, each with its own difference", () => {
  globalThis.document = { createElement: (tag) => new Element(tag) };
  const { whole, show } = numbersPanel();
  const last = { last_padded: bytes(1, 2, 3), last_own: bytes(1, 2, 3), units: 1, wide: 1, states: "h_n" };
  const cells = (packs) => {
    show({ ...RAN, ...last }, packs);
    const [, ...rows] = whole.all("tr");
    return rows.map((row) => row.children.slice(3).map((cell) => [cell.textContent, cell.attributes.class]));
  };
  const padded = [
    ["≠ 0.500", "wrong"],
    ["= 0.250", "right"],
    ["≠ 2.000", "wrong"],
  ];
  const packed = [
    ["= 1e-6", "right"],
    ["≠ nan", "wrong"],
    ["≠ 1.000", "wrong"],
  ];
  assert.deepEqual(
    cells(true),
    padded.map((cell, item) => [cell, packed[item]]),
  );
  assert.deepEqual(
    cells(false),
    padded.map((cell) => [cell]),
  );
});

test("the last outputs are those of the very sequence", () => {
  const last = { last_padded: bytes(1, 2, 3, 4, 5, 6), last_own: bytes(7, 8, 9, 10, 11, 12), units: 2 };
  const ran = { asked: { lengths: [4, 2, 3], batch_first: false }, ...last };
  assert.deepEqual(lastsOf(ran, 1), [
    { label: "output[-1, 1], padded", values: [3, 4] },
    { label: "output[1, 1], its last step", values: [9, 10] },
  ]);
  const [padded] = lastsOf({ ...ran, asked: { ...ran.asked, batch_first: true } }, 2);
  assert.deepEqual(padded, { label: "output[2, -1], padded", values: [5, 6] });
  assert.deepEqual(lastsOf(ran, 3), []);
});

test("of packing, steps and time are said only where it is introduced", () => {
  const ran = { states: "h_n", source: "Input: 4.", steps: 1200, own_steps: 150 };
  const timed = { ...ran, seconds_padded: 0.002, seconds_packed: 0.0015 };
  assert.match(legendOf(timed, false), / h_n .* 1,050 of 1,200 steps are over pads\.$/);
  assert.match(legendOf(timed, true), / over pads; packed it makes 150\.$/);
  assert.equal(costOf(timed, false), "4. 2.00 ms");
  assert.equal(costOf(timed, true), "4. 2.00 ms padded, 1.50 ms packed");
});

test("a mistake that was tried says in the menu whether it raised", () => {
  assert.deepEqual(
    [undefined, true, false].map((raised) => mistakeSaid("a", raised)),
    ["a", "raised · a", "raised nothing · a"],
  );
});
