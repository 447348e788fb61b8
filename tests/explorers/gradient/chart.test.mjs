import assert from "node:assert/strict";
import test from "node:test";
import {
  axesOf,
  curvesOf,
  namesOf,
  pathOf,
  pictureSaid,
  placesOf,
  powerSaid,
  rangeOf,
  said,
  saturationOf,
  stepSaid,
  ticksOf,
} from "../../../rnnlib/explorers/gradient/chart.js";

const curve = (name, x, saturated = x.map(() => 0)) => ({ name, x, saturated });
const fading = (name, base, steps = 100) =>
  curve(
    name,
    Array.from({ length: steps }, (_, time) => base ** (steps - 1 - time)),
  );
const CURVES = [fading("RNN", 0.2), fading("LSTM", 0.6), fading("GRU", 0.5)];
const near = (a, b, by = 0.11) => assert.ok(Math.abs(a - b) < by, `${a} is not ${b}`);
const all = (markup, pattern) => [...markup.matchAll(pattern)].map(([, ...found]) => found);

test("the powers shown hold every curve, in whole steps, and a little at least", () => {
  assert.deepEqual(rangeOf([curve("RNN", [1, 1])]), { step: 1, from: -6, to: 1 });
  assert.deepEqual(rangeOf([curve("RNN", [0, Number.NaN, Infinity])]), { step: 1, from: -6, to: 1 });
  for (const low of [1e-7, 1e-55, 1e-200, 1e-320]) {
    const { step, from, to } = rangeOf([curve("RNN", [low, 1])]);
    assert.ok(10 ** from <= low && to >= 1 && from % step === 0 && to % step === 0 && (to - from) / step <= 10);
  }
});

test("equal ratios are equal distances, and a place leads back to its step", () => {
  for (const width of [280, 360, 530, 848, 1600]) {
    const places = placesOf({ seq_len: 100, curves: CURVES }, width);
    near(places.y(-10) - places.y(0), places.y(-20) - places.y(-10));
    assert.ok(places.left < places.right && places.right < width && places.bottom < places.strips);
    for (const time of [0, 1, 42, 99]) assert.equal(places.stepAt(places.x(time)), time);
    assert.equal(places.stepAt(-50), 0);
    assert.equal(places.stepAt(width + 50), 99);
  }
  assert.equal(placesOf({ seq_len: 1, curves: [curve("RNN", [1])] }, 848).stepAt(3), 0);
});

test("every number of a curve stands where its power does, and it stops where there is none", () => {
  const places = placesOf({ seq_len: 5, curves: CURVES }, 848);
  const numbers = [1e-3, 0, 1, Number.NaN, 10];
  const drawn = all(pathOf(curve("RNN", numbers), places), /([ML])([\d.]+) ([\d.]+)/g);
  assert.deepEqual(
    drawn.map(([pen]) => pen),
    ["M", "M", "M"],
  );
  for (const [i, time] of [0, 2, 4].entries()) {
    near(Number(drawn[i][1]), places.x(time));
    near(Number(drawn[i][2]), places.y(Math.log10(numbers[time])));
  }
});

test("where float32 ends is drawn where the chart reaches so far, and only there", () => {
  const near = axesOf(placesOf({ seq_len: 9, curves: [curve("RNN", Array(9).fill(1))] }, 848));
  assert.ok(!near.includes("float32"));
  const places = placesOf({ seq_len: 100, curves: CURVES }, 848);
  const [[y]] = all(axesOf(places), /class="floor" d="M[\d.]+ ([\d.]+)H/g);
  assert.ok(Math.abs(Number(y) - places.y(Math.log10(2 ** -149))) < 0.1);
});

test("names stand at step 0, none over another, with the number there", () => {
  const same = [fading("RNN", 0.5), fading("LSTM", 0.5), fading("GRU", 0.5), curve("yours", Array(100).fill(0))];
  const places = placesOf({ seq_len: 100, curves: same }, 848);
  const names = all(namesOf(same, places), /y="([\d.]+)" text-anchor="end" class="kind" data-kind="(\w+)"/g);
  assert.equal(names.length, 4);
  const heights = names.map(([y]) => Number(y)).sort((a, b) => a - b);
  heights.slice(1).forEach((y, i) => {
    assert.ok(y - heights[i] >= 31, `${heights}`);
  });
  assert.ok(heights[0] > 0 && heights.at(-1) <= places.bottom);
  assert.ok(namesOf(same, places).includes(">0</text>"));
});

test("the steps named below are the ends and round ones that have room", () => {
  assert.deepEqual(ticksOf({ seq_len: 1, left: 0, right: 700 }), [0]);
  assert.deepEqual(ticksOf({ seq_len: 5, left: 0, right: 700 }), [0, 1, 2, 3, 4]);
  assert.deepEqual(ticksOf({ seq_len: 200, left: 0, right: 290 }), [0, 50, 100, 150, 199]);
  assert.deepEqual(ticksOf({ seq_len: 100, left: 0, right: 220 }), [0, 50, 99]);
});

test("saturation is shown as its share, a row a kind, with its mean", () => {
  const curves = [curve("RNN", [1, 1, 1, 1], [0, 0.5, 1, 0.5]), curve("GRU", [1, 1, 1, 1])];
  const places = placesOf({ seq_len: 4, curves }, 848);
  const markup = saturationOf(curves, places);
  assert.deepEqual(
    all(markup, /opacity="([\d.]+)"/g).map(([share]) => Number(share)),
    [0.62, 1, 0.62],
  );
  assert.deepEqual(
    all(markup, />(\d+ %)</g).map(([mean]) => mean),
    ["50 %", "0 %"],
  );
});

test("what is pointed at is marked on each curve and said", () => {
  const places = placesOf({ seq_len: 100, curves: CURVES }, 848);
  assert.equal(all(curvesOf(CURVES, places, null), /class="(dot)"/g).length, 0);
  const dots = all(curvesOf(CURVES, places, 60), /class="dot" data-kind="(\w+)" cx="([\d.]+)" cy="([\d.]+)"/g);
  for (const [kind, x, y] of dots) {
    const { x: numbers } = CURVES.find(({ name }) => name === kind);
    near(Number(x), places.x(60));
    near(Number(y), places.y(Math.log10(numbers[60])));
  }
  assert.equal(dots.length, 3);
  assert.equal(stepSaid([curve("RNN", [1e-7, 2])], 0, 2), "x[0], 1 step back: RNN 1e-7.");
  assert.equal(stepSaid([curve("RNN", [1e-7, 2])], 1, 2), "x[1], the last: RNN 2.");
  assert.match(pictureSaid([curve("RNN", [1e-7, 2])], 2), /RNN from 2 at the last step to 1e-7 at step 0/);
});

test("numbers are said with two digits, however small", () => {
  const words = { 0: "0", 1: "1", 0.0123: "0.012", 1234: "1200", 12345: "1.2e4" };
  for (const [number, expected] of Object.entries(words)) assert.equal(said(Number(number)), expected);
  assert.equal(said(2.44e-50), "2.4e-50");
  assert.equal(said(5e-324), "5e-324");
  assert.equal(said(Infinity), "inf");
  assert.equal(said(Number.NaN), "nan");
  assert.equal(powerSaid(-10), "1e-10");
});
