import assert from "node:assert/strict";
import test from "node:test";
import { cellSaid, confusionPanel, reachPanel, reachSaid } from "../../../rnnlib/explorers/training/maps.js";
import {
  confusionAt,
  everyReach,
  frameAt,
  lastUpTo,
  pointsOfScore,
  reachAtFirst,
  recordOf,
} from "../../../rnnlib/explorers/training/record.js";

const view = (numbers) => new DataView(numbers.buffer);
const row = (step, norm) => [step, 2, 0.1, 2.2, 0.25, norm];
const frames = (steps) => ({
  steps,
  states: view(Int8Array.from(steps.flatMap((step) => [step, -127, -128, 127]))), // two time steps of two units
  reach: view(Float32Array.from(steps.flatMap((step) => [step / 100, 1]))),
  chances: view(Float32Array.from(steps.flatMap(() => [0.25, 0.75]))),
});
const TRAITS = {
  curves: view(Float32Array.from([2, 0.1, 5, 1, 0.5, 0.25])),
  progress: { done: 2, of: 10 },
  scores: [row(0, null), row(2, 3)],
  runs: [{ number: 1, scores: [row(0, null), row(9, 1)] }],
  confusions: view(Uint16Array.from([1, 2, 3, 4, 50, 6, 7, 80])),
  run: { classes: ["a", "b"], seq_len: 2, units: [0, 5], label: 1, noun: "letter" },
  frames: frames([0, 10, 100]),
  now: frames([120]),
};
const get = (name) => TRAITS[name];
const near = (a, b) => assert.ok(Math.abs(a - b) < 0.11, `${a} is not ${b}`);

test("the curves' numbers are read with their steps", () => {
  const record = recordOf(get);
  assert.deepEqual(record.loss, [
    { step: 1, value: 2 },
    { step: 2, value: 1 },
  ]);
  assert.deepEqual([record.accuracy[1].value, record.norm[0].value, record.done, record.of], [0.5, 5, 2, 10]);
  assert.deepEqual(pointsOfScore(record.scores, "norm"), [{ step: 2, value: 3 }]);
  assert.equal(record.runs[0].scores[1].testAccuracy, 0.25);
});

test("of a long run every second step was sent", () => {
  const long = recordOf((name) => (name === "progress" ? { done: 4, of: 4 } : TRAITS[name]));
  assert.deepEqual(
    long.norm.map(({ step }) => step),
    [1, 3],
  );
});

for (const [step, found] of [
  [
    0,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    1,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    2,
    [
      [50, 6],
      [7, 80],
    ],
  ],
  [
    9,
    [
      [50, 6],
      [7, 80],
    ],
  ],
])
  test(`the confusion at step ${step} is that of the epoch before it`, () =>
    assert.deepEqual(confusionAt(get, step), found));

for (const [step, found] of [
  [0, 0],
  [9, 0],
  [10, 10],
  [99, 10],
  [119, 100],
  [120, 120],
  [500, 120],
])
  test(`at step ${step} what was seen at ${found} is shown`, () => {
    const frame = frameAt(get, step);
    assert.equal(frame.step, found);
    near(frame.states[0] * 127, found);
    assert.deepEqual([frame.states[1], frame.states[3]], [-1, 1]);
    assert.ok(Number.isNaN(frame.states[2]));
    near(frame.reach[0], found / 100);
    assert.equal(frame.chances[1], 0.75);
  });

test("before anything was seen there is nothing to show", () => {
  const none = (name) => ({ frames: {}, now: {}, run: TRAITS.run })[name];
  assert.equal(frameAt(none, 3), null);
  assert.equal(reachAtFirst(none), null);
  assert.deepEqual(everyReach(none), []);
  assert.equal(frameAt((name) => (name === "frames" ? {} : TRAITS[name]), 3).step, 120); // the last alone has come so far
});

test("the reach at first is that before the first step", () => {
  assert.deepEqual([...reachAtFirst(get)], [0, 1]);
  assert.equal(everyReach(get).length, 8);
});

test("the last of things up to a step", () => {
  const things = [{ step: 2 }, { step: 5 }];
  assert.deepEqual(
    [0, 2, 4, 5, 9].map((step) => lastUpTo(things, step).step),
    [2, 2, 2, 5, 5],
  );
  assert.equal(lastUpTo([], 3), undefined);
});

test("reach stands on powers of ten, and where float32 has no numbers, at the floor", () => {
  const now = Float32Array.from([0, 1e-3, 1]);
  const { markup, room } = reachPanel({ width: 300, height: 150, now, first: null, every: [...now] });
  const places = markup
    .match(/class="curve test" d="([^"]+)"/)[1]
    .split(/[ML]/)
    .filter(Boolean);
  const ys = places.map((place) => Number(place.split(" ")[1]));
  assert.deepEqual([room.most, room.least, ys.length], [1, 1e-6, 3]);
  near(ys[0], room.bottom);
  near(ys[1], (room.bottom + room.top) / 2);
  near(ys[2], room.top);
  const tiny = reachPanel({ width: 300, height: 150, now, first: null, every: [1e-44, 1] });
  near(Math.log10(tiny.room.least), -44);
  assert.deepEqual([0, 0.0038, 0.012, 2].map(reachSaid), ["0", "0.0038", "0.012", "2.0"]);
});

test("every cell of the confusion that has a count says it", () => {
  const markup = confusionPanel({
    width: 260,
    height: 160,
    counts: [
      [5, 0],
      [1, 7],
    ],
    classes: ["a", "b"],
    noun: "letter",
  });
  const said = [...markup.matchAll(/aria-label="([^"]+)"/g)].map(([, words]) => words);
  assert.deepEqual(said, [
    "5 test sequences of letter a are right.",
    "1 test sequence of letter b was taken for a.",
    "7 test sequences of letter b are right.",
  ]);
  assert.equal(cellSaid(2, 0, 1, ["1", "2"], "speaker"), "2 test sequences of speaker 1 were taken for 2.");
  assert.equal(cellSaid(1, 0, 0, ["1", "2"], "speaker"), "1 test sequence of speaker 1 is right.");
  assert.ok(!/NaN/.test(confusionPanel({ width: 260, height: 160, counts: [], classes: [], noun: "" })));
});
