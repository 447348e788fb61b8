import assert from "node:assert/strict";
import test from "node:test";
import {
  axesOf,
  crossesOf,
  labelled,
  namesOf,
  placesOf,
  pointSaid,
  pointsOf,
  powerSaid,
  refusalSaid,
  refusals,
} from "../../../rnnlib/explorers/speed/chart.js";

const row = (setup, value, median, low = median * 0.8, high = median * 1.5) => ({ setup, value, median, low, high });
const ROWS = [row("cell loop", 128, 2e-2), row("layer", 8, 2e-4), row("layer", 128, 1e-3), row("cell loop", 8, 3e-3)];
const COMPARE = ["layer", "cell loop"];
const shown = { values: [8, 32, 128], rows: ROWS, compare: COMPARE };
const near = (a, b) => assert.ok(Math.abs(a - b) < 0.11, `${a} is not ${b}`);
const all = (markup, pattern) => [...markup.matchAll(pattern)].map(([, ...found]) => found);

test("on both axes equal ratios are equal distances: times climb, sizes go to the right", () => {
  for (const width of [360, 530, 848, 1600]) {
    const { x, y, secondsAt, top, bottom, left, right, decade } = placesOf(shown, width);
    near(y(1e-4), bottom);
    near(y(1e-1), top);
    near(y(1e-3) - y(1e-2), decade);
    near(x(32) - x(8), x(128) - x(32));
    assert.ok(left < x(8) && x(8) < x(128) && x(128) < right);
    near(secondsAt(y(7e-3)) * 1e4, 70);
  }
});

test("a point stands at its median, its bar from the lower to the upper quartile", () => {
  const { x, bottom, decade, ...places } = placesOf(shown, 848);
  const markup = pointsOf(ROWS, { x, bottom, decade, ...places }, "seq_len", COMPARE);
  const found = all(
    markup,
    /data-key="([a-z ]+) (\d+)".*?d="M([\d.]+) ([\d.]+)V([\d.]+)M.*?translate\(([\d.]+) ([\d.]+)\)/g,
  );
  assert.equal(found.length, 4);
  for (const [setup, value, barX, low, high, markX, markY] of found) {
    const { median, ...spread } = ROWS.find((one) => one.setup === setup && one.value === Number(value));
    const height = (seconds) => bottom - (Math.log10(seconds) + 4) * decade;
    near(Number(markX), x(Number(value)));
    near(Number(barX), x(Number(value)));
    near(Number(markY), height(median));
    near(Number(low), height(spread.low));
    near(Number(high), height(spread.high));
  }
});

test("a line goes through a setup's own points, from left to right", () => {
  const places = placesOf(shown, 848);
  const lines = all(pointsOf(ROWS, places, "seq_len", COMPARE), /class="trend" data-setup="([a-z ]+)" d="M([^"]+)"/g);
  assert.deepEqual(
    lines.map(([setup]) => setup),
    COMPARE,
  );
  for (const [setup, d] of lines) {
    const ends = d.split("L").map((place) => place.split(" ").map(Number));
    [8, 128].forEach((value, i) => {
      near(ends[i][0], places.x(value));
      near(ends[i][1], places.y(ROWS.find((one) => one.setup === setup && one.value === value).median));
    });
  }
});

test("what has no time, or is not compared, is no point", () => {
  const rows = [...ROWS, row("layer", 32, null, null, null)];
  const markup = pointsOf(rows, placesOf(shown, 848), "seq_len", ["layer"]);
  assert.deepEqual(all(markup, /data-key="([^"]+)"/g).flat(), ["layer 8", "layer 128"]);
});

test("the axis reaches from 100 µs to 100 ms, and by whole powers of ten to what is measured", () => {
  const of = (rows) => (({ from, to }) => [from, to + 0])(placesOf({ ...shown, rows }, 848));
  assert.deepEqual(of([]), [-4, -1]);
  assert.deepEqual(of(ROWS), [-4, -1]);
  assert.deepEqual(of([row("layer", 8, 3e-5)]), [-5, -1]);
  assert.deepEqual(of([row("layer", 8, 9e-2)]), [-4, 0]); // its upper quartile is beyond 100 ms
});

for (const [power, said] of [
  [-7, "0.1 µs"],
  [-5, "10 µs"],
  [-4, "100 µs"],
  [-3, "1 ms"],
  [-1, "100 ms"],
  [0, "1 s"],
  [3, "1,000 s"],
])
  test(`10 to the power ${power} is ${said}`, () => assert.equal(powerSaid(power), said));

test("every line to read along stands at its own time and size", () => {
  const places = placesOf(shown, 848);
  const words = all(axesOf(places, "seq_len"), /<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)</g);
  const at = Object.fromEntries(words.map(([x, y, said]) => [said, [Number(x), Number(y)]]));
  near(at["10 ms"][1] - 4, places.y(1e-2));
  near(at["100 µs"][1] - 4, places.bottom);
  near(at["32"][0], places.x(32));
  assert.ok(at.seq_len);
});

test("one value alone stands in the middle", () => {
  const { x, left, right } = placesOf({ values: [4], rows: [], compare: COMPARE }, 848);
  near(x(4), (left + right) / 2);
});

test("of values that stand close, as many are named as fit", () => {
  const x = (value) => value;
  assert.deepEqual(labelled([10, 15, 20, 60, 200, 205], x), [10, 60, 205]);
  assert.deepEqual(labelled([5], x), [5]);
});

test("a point says its time and its spread", () => {
  assert.equal(
    pointSaid(row("cell loop", 4096, 3.1e-3, 3e-3, 3.25e-3), "seq_len"),
    "cell loop at seq_len 4,096: 3.10 ms, the middle half of the times from 3.00 ms to 3.25 ms.",
  );
});

test("what cannot be measured is told by value, with the setups where it is not all", () => {
  const refuse = (setup, value) => ({ setup, value, why: `${value} "GB".` });
  const refused = refusals([refuse("cell loop", 99), refuse("layer", 99), refuse("cell loop", 7)]);
  assert.deepEqual(
    refused.map((one) => refusalSaid(one, "batch", COMPARE)),
    ['cell loop at batch 7 cannot be measured: 7 "GB".', 'batch 99 cannot be measured: 99 "GB".'],
  );
  const places = placesOf({ values: [7, 99], rows: [], compare: COMPARE }, 848);
  const crosses = crossesOf([refuse("layer", 99)], places, "batch", COMPARE);
  const [[value, label, x]] = all(crosses, /data-value="(\d+)".*aria-label="([^"]+)".*<text x="([\d.]+)"/g);
  assert.deepEqual([value, label], ["99", "layer at batch 99 cannot be measured: 99 &quot;GB&quot;."]);
  near(Number(x), places.x(99));
});

test("names at the lines' ends keep their order and never lie over one another", () => {
  const places = placesOf({ ...shown, compare: ["layer", "packed", "bfloat16"] }, 848);
  for (const heights of [
    [100, 100, 100],
    [300, 100, 101],
    [1e4, -1e4, 1e4],
  ]) {
    const named = namesOf(
      ["layer", "packed", "bfloat16"].map((setup, i) => [setup, heights[i]]),
      places,
    );
    const found = all(named, /y="([\d.]+)"[^>]*data-setup="(\w+)"/g).map(([y, setup]) => [Number(y), setup]);
    const ys = found.map(([y]) => y);
    assert.equal(ys.length, 3);
    for (let i = 1; i < 3; i++) assert.ok(ys[i] - ys[i - 1] >= 14.9, String(ys));
    assert.ok(ys[0] > places.top && ys[2] < places.height);
  }
  assert.equal(namesOf([["layer", 100]], placesOf(shown, 360)), ""); // there the legend names them
});
