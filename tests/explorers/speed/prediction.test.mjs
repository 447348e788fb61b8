import assert from "node:assert/strict";
import test from "node:test";
import { placesOf } from "../../../rnnlib/explorers/speed/chart.js";
import {
  between,
  dragged,
  guessesOf,
  invitation,
  invitationTo,
  neutral,
  powerAt,
  predictionSaid,
  ratioSaid,
  sharesOf,
} from "../../../rnnlib/explorers/speed/prediction.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const LINE = { least: 8, most: 128, from: -3, to: -2 };
const RANGE = [-4, -1];

test("a line is straight on two logarithmic axes", () => {
  near(powerAt(LINE, 8), -3);
  near(powerAt(LINE, 32), -2.5);
  near(powerAt(LINE, 128), -2);
  near(powerAt(LINE, 2), -3.5);
  near(powerAt({ ...LINE, most: 8 }, 8), -3);
});

test("between other values it is the same line", () => {
  const longer = between(LINE, [8, 64, 2048]);
  assert.deepEqual([longer.least, longer.most], [8, 2048]);
  for (const value of [8, 20, 128, 2048]) near(powerAt(longer, value), powerAt(LINE, value));
});

test("moved, all of it goes up; tilted, its right end, by as much as the handle goes there", () => {
  const moved = dragged(LINE, "move", 0.5, 0.4, RANGE);
  assert.deepEqual([moved.from, moved.to], [-2.5, -1.5]);
  const tilted = dragged(LINE, "tilt", 0.25, 0.5, RANGE);
  assert.deepEqual([tilted.from, tilted.to], [-3, -1.5]);
});

test("it stays on the axis, and keeps its slope there", () => {
  const up = dragged(LINE, "move", 9, 0.4, RANGE);
  assert.deepEqual([up.from, up.to], [-2, -1]);
  const down = dragged(LINE, "move", -9, 0.4, RANGE);
  assert.deepEqual([down.from, down.to], [-4, -3]);
  assert.equal(dragged(LINE, "tilt", 9, 0.9, RANGE).to, -1);
  assert.equal(dragged(LINE, "tilt", -9, 0.9, RANGE).to, -4);
});

for (const [ratio, said] of [
  [11.2, "11"],
  [1234.4, "1,234"],
  [9.44, "9.4"],
  [9.5, "10"],
  [1, "1.0"],
  [0.504, "0.5"],
  [0.0333, "0.033"],
])
  test(`${ratio} times is ${said}`, () => assert.equal(ratioSaid(ratio), said));

const level = (seconds, last = seconds) => ({ least: 8, most: 128, from: Math.log10(seconds), to: Math.log10(last) });
const row = (setup, value, median) => ({ setup, value, median });
const SHOWN = { axis: "seq_len", compare: ["layer", "cell loop"], values: [8, 32, 128], rows: [], lines: {} };

test("nothing is predicted before a line was moved", () => {
  for (const setup of SHOWN.compare) assert.equal(predictionSaid(setup, SHOWN), "");
  assert.deepEqual(
    SHOWN.compare.map((setup) => invitationTo(setup, SHOWN)),
    [
      "Drag the line of layer: how many times as long does seq_len 128 take as 8?",
      "Drag the line of cell loop: how many times as long as layer does it take?",
    ],
  );
  assert.equal(invitationTo("layer", { ...SHOWN, values: [8] }), "Drag the line of layer: how long does it take?");
});

test("what a line predicts is said against the first one, wherever that lies", () => {
  const said = (lines) => predictionSaid("cell loop", { ...SHOWN, lines });
  const three = "You predict that cell loop takes 3.0 times as long as layer.";
  assert.equal(said({ "cell loop": level(3e-3) }), three); // layer's lies where it lies at first: at 1 ms
  assert.equal(said({ "cell loop": level(6e-3), layer: level(2e-3) }), three);
  assert.equal(said({ layer: level(10 ** -3.2 / 3) }), three); // and the loop's two tenths of a power below
  assert.equal(
    said({ "cell loop": level(2e-3, 8e-3) }),
    "You predict that cell loop takes 2.0 and 8.0 times as long as layer at seq_len 8 and 128.",
  );
});

test("the first one's own line predicts how it grows", () => {
  const lines = { layer: level(1e-3, 16e-3) };
  assert.equal(
    predictionSaid("layer", { ...SHOWN, lines }),
    "You predict that layer takes 16 times as long at seq_len 128 as at 8.",
  );
  const rows = [row("layer", 8, 2e-4), row("layer", 32, 1), row("layer", 128, 1e-3)];
  assert.equal(
    predictionSaid("layer", { ...SHOWN, lines, rows }),
    "You predicted that layer takes 16 times as long at seq_len 128 as at 8; measured: 5.0.",
  );
  assert.equal(predictionSaid("layer", { ...SHOWN, lines: { "cell loop": level(1e-2) } }), "");
});

test("beside it stands what was measured, at the sizes that both have", () => {
  const lines = { "cell loop": level(3e-3) };
  const rows = [row("cell loop", 32, 2.2e-3), row("layer", 32, 2e-4), row("layer", 8, 1), row("cell loop", 128, null)];
  const said = (more = []) => predictionSaid("cell loop", { ...SHOWN, lines, rows: [...more, ...rows] });
  assert.equal(said(), "You predicted that cell loop takes 3.0 times as long as layer; measured: 11.");
  assert.equal(
    said([row("cell loop", 8, 5)]),
    "You predicted that cell loop takes 3.0 times as long as layer; measured: 5.0 and 11 at seq_len 8 and 32.",
  );
});

test("lines that nobody has moved lie level and apart, the first at 1 ms; a moved one has its own place", () => {
  const all = ["layer", "cell loop", "packed", "two directions", "bfloat16"];
  for (const width of [360, 848]) {
    const places = placesOf({ values: [8, 128], rows: [], compare: all }, width);
    const heights = all.map((_, i) => places.y(10 ** neutral([8, 128], i).from));
    near(heights[0], places.y(1e-3));
    for (let i = 1; i < all.length; i++) assert.ok(heights[i] - heights[i - 1] > 12, String(heights));
    assert.ok(heights.at(-1) < places.bottom);
  }
  const places = placesOf({ values: [8, 128], rows: [], compare: SHOWN.compare }, 848);
  const drawn = guessesOf(["cell loop"], () => level(1e-2, 1e-1), places);
  const [x1, y1, x2, y2] = drawn
    .match(/d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/)
    .slice(1)
    .map(Number);
  for (const [found, wanted] of [
    [x1, places.x(8)],
    [y1, places.y(1e-2)],
    [x2, places.x(128)],
    [y2, places.y(1e-1)],
  ])
    assert.ok(Math.abs(found - wanted) < 0.06, `${found} is not ${wanted}`);
});

test("the first line's handles say what they do, above it and within the picture", () => {
  for (const [width, values] of [
    [280, [8, 128]],
    [848, [8]],
  ]) {
    const places = placesOf({ values, rows: [], compare: SHOWN.compare }, width);
    const drawn = invitation(SHOWN.compare, () => neutral(values), places);
    const words = [...drawn.matchAll(/x="([\d.]+)" y="([\d.]+)".*?>([^<]+)</g)].map(([, ...found]) => found);
    assert.deepEqual(
      words.map(([, , said]) => said),
      ["drag to predict", "tilt"],
    );
    for (const [x, y, said] of words) {
      assert.ok(places.y(1e-3) - y > 11 && places.y(1e-3) - y < 20);
      assert.ok(x - 3.5 * said.length > places.left && Number(x) + 3.5 * said.length < width);
    }
    assert.ok(words[1][0] - words[0][0] > 60, drawn);
  }
});

test("grips of lines on one another stand side by side, even on a phone", () => {
  for (const length of [230, 600]) {
    const places = [0, 1, 2, 3, 4].flatMap((i) => Object.values(sharesOf(i, 5, length)).map((share) => share * length));
    places.sort((a, b) => a - b);
    for (let i = 1; i < places.length; i++) assert.ok(places[i] - places[i - 1] > 14, String(places));
    assert.ok(places[0] > 0 && places.at(-1) <= length);
  }
});
