import assert from "node:assert/strict";
import test from "node:test";
import {
  accuracyPanel,
  lineUpTo,
  lossPanel,
  lossSaid,
  movedApart,
  normPanel,
  pathOf,
  powerSaid,
  roomOf,
  roundedUp,
  ticksOf,
} from "../../../rnnlib/explorers/training/curves.js";
import { pointsOfScore } from "../../../rnnlib/explorers/training/record.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 0.11, `${a} is not ${b}`);
const ends = (d) =>
  d
    .split(/[ML]/)
    .filter(Boolean)
    .map((place) => place.split(" ").map(Number));
const pathIn = (markup, kind) => markup.match(new RegExp(`class="curve ${kind}"[^>]* d="([^"]+)"`))?.[1];

const score = (step, trainLoss, testLoss, trainAccuracy, testAccuracy, norm = 1) => ({
  ...{ step, trainLoss, trainAccuracy, testLoss, testAccuracy, norm },
});
const every = (values) => values.map((value, i) => ({ step: i + 1, value }));
const RECORD = {
  done: 4,
  of: 8,
  loss: every([2, 1.5, 1, 0.5]),
  accuracy: every([0.1, 0.2, 0.5, 0.75]),
  norm: every([0.5, 4, 40, 0.02]),
  scores: [score(0, 2.2, 2.2, 0.1, 0.1, null), score(2, 1, 1.2, 0.5, 0.4, 2.25), score(4, 0.5, 0.8, 0.9, 0.7, 20)],
  runs: [{ number: 1, scores: [score(0, 2, 2, 0, 0, null), score(8, 1, 1.1, 0.5, 0.25, 3)] }],
};
const GIVEN = { width: 300, height: 140, step: 4, points: pointsOfScore, guess: 2, chance: 0.2, max_norm: 1 };

test("a point stands at its step and its value, on either scale", () => {
  const room = roomOf(300, 140, { steps: 10, least: 0, most: 4 });
  assert.deepEqual([room.x(0), room.x(10)], [room.left, room.right]);
  near(room.x(5), (room.left + room.right) / 2);
  assert.deepEqual([room.y(0), room.y(4), room.y(9)], [room.bottom, room.top, room.top]);
  near(room.y(1), room.bottom - (room.bottom - room.top) / 4);
  const log = roomOf(300, 140, { steps: 10, least: 0.01, most: 100, log: true });
  near(log.y(1), (log.bottom + log.top) / 2);
  for (const step of [0, 3, 10]) assert.equal(room.stepAt(room.x(step)), step);
  assert.deepEqual([room.stepAt(-50), room.stepAt(900)], [0, 10]);
});

test("a line is broken where there is no number, and long ones keep both ends", () => {
  const room = roomOf(300, 140, { steps: 4, least: 0, most: 1 });
  const d = pathOf(every([0, Number.NaN, 1, 0.5]), room);
  assert.equal(d.split("M").length - 1, 2);
  assert.deepEqual(pathOf(every([0, 1]), { ...room, log: true }).split("M").length, 2); // 0 has no place there
  const long = ends(
    pathOf(
      every(Array.from({ length: 1000 }, (_, i) => i / 1000)),
      roomOf(300, 140, { steps: 1000, least: 0, most: 1 }),
    ),
  );
  assert.ok(long.length <= 301);
  near(long.at(-1)[0], room.right);
});

test("up to a step a line is strong, and how it went on is fainter", () => {
  const room = roomOf(300, 140, { steps: 4, least: 0, most: 4 });
  const markup = lineUpTo(every([1, 2, 3, 4]), 2, room, "test");
  assert.equal(ends(pathIn(markup, "test")).length, 2);
  assert.equal(ends(pathIn(markup, "test later")).length, 3); // it begins where the other ends
  assert.equal(lineUpTo([], 2, room, "test"), "");
});

test("the curves go through the scores of the run, and the earlier run lies behind", () => {
  const { markup, room } = lossPanel(RECORD, GIVEN);
  assert.equal(room.steps, 8);
  ends(pathIn(markup, "test")).forEach(([x, y], i) => {
    near(x, room.x(RECORD.scores[i].step));
    near(y, room.y(RECORD.scores[i].testLoss));
  });
  ends(pathIn(markup, "train batch")).forEach(([, y], i) => {
    near(y, room.y(RECORD.loss[i].value));
  });
  near(ends(pathIn(markup, "past"))[1][1], room.y(1.1));
  for (const said of ["test 0.80", "train 0.50", "run 1"]) assert.ok(markup.includes(`>${said}<`), said);
  assert.ok(!markup.includes("cursor"));
});

test("taken back, the labels are those of the step, which is marked", () => {
  const { markup, room } = accuracyPanel(RECORD, { ...GIVEN, step: 3 });
  for (const said of ["test 40 %", "train 50 %", "commonest"]) assert.ok(markup.includes(`>${said}<`), said);
  near(Number(markup.match(/class="cursor" d="M([\d.]+)/)[1]), room.x(3));
  near(Number(markup.match(/class="mark guess" d="M[\d.]+ ([\d.]+)/)[1]), room.y(0.2));
});

test("the gradient's norm stands on powers of ten, with the threshold where it is clipped", () => {
  const { markup, room } = normPanel(RECORD, GIVEN);
  assert.deepEqual([room.least, room.most], [0.01, 100]);
  near(Number(markup.match(/class="mark clip" d="M[\d.]+ ([\d.]+)/)[1]), room.y(1));
  assert.ok(markup.includes(">max_norm 1<") && markup.includes(">mean 20<"));
  assert.ok(!normPanel(RECORD, { ...GIVEN, max_norm: null }).markup.includes("max_norm"));
});

test("before anything was trained there are axes alone", () => {
  const none = { done: 0, of: 0, loss: [], accuracy: [], norm: [], scores: [], runs: [] };
  for (const panel of [lossPanel, accuracyPanel, normPanel]) {
    const { markup } = panel(none, { ...GIVEN, step: 0, chance: 0, max_norm: null });
    assert.ok(!/NaN|undefined|Infinity/.test(markup), markup);
    assert.ok(!markup.includes("curve"));
  }
});

test("labels keep their order and never lie over one another", () => {
  const moved = movedApart([{ y: 50 }, { y: 50 }, { y: 51 }, { y: 120 }], 10, 120).map(({ y }) => y);
  for (let i = 1; i < 4; i++) assert.ok(moved[i] - moved[i - 1] >= 12.9, String(moved));
  assert.ok(moved[0] >= 10 && moved[3] <= 120);
});

test("a scale has few lines, at round numbers", () => {
  assert.deepEqual(ticksOf({ least: 0, most: 2 }), [0, 1, 2]);
  assert.deepEqual(ticksOf({ least: 0.01, most: 100, log: true }), [0.01, 1, 100]);
  assert.ok(ticksOf({ least: 1e-45, most: 1, log: true }).length <= 5);
  assert.deepEqual([0.7, 1, 2.31, 41].map(roundedUp), [0.8, 1, 3, 50]);
  assert.deepEqual([-6, -2, 0, 3, 12].map(powerSaid), ["10⁻⁶", "0.01", "1", "1000", "10¹²"]);
  assert.deepEqual([0.0141, 0.31, 2.2].map(lossSaid), ["0.014", "0.31", "2.20"]);
});
