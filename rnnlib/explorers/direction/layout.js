// Where everything of the unrolled layer stands. Pure: sizes and a place in, coordinates out.

export const UNROLLED = { width: 760, height: 466 };
export const [LEFT, RIGHT, CHIP] = [112, 634, 664]; // where the steps begin and end, and where h_n stands
const [TOP, BOTTOM] = [64, 384]; // of the layers, all together
export const [OUTPUT, INPUT] = [
  { y: 18, height: 30 },
  { y: 400, height: 28 },
];
const [WIDEST, TALLEST, CELL] = [64, 228, 11];
const DRAWN = { steps: 32, layers: 5 };
const ENDS = 3; // steps kept at either end of a long sequence
export const r = (number) => Math.round(number * 100) / 100;

/** Which of `count` are drawn: all, or the ends and those around the chosen one; null stands for those left out. */
export function shownOf(count, chosen, most, ends = ENDS) {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const around = most - 2 * ends - 2;
  const from = Math.max(ends, Math.min(count - ends - around, chosen - Math.floor(around / 2)));
  const kept = [
    ...Array(ends).keys(),
    ...Array.from({ length: around }, (_, i) => from + i),
    ...Array.from({ length: ends }, (_, i) => count - ends + i),
  ];
  return kept.flatMap((step, i) => (i && step > kept[i - 1] + 1 ? [null, step] : [step]));
}

/** Where everything stands. */
export function layoutOf({ seq_len, num_layers, num_directions }, { time, layer }) {
  const steps = shownOf(seq_len, time, DRAWN.steps);
  const layers = shownOf(num_layers, layer, DRAWN.layers, 1);
  const pitch = Math.min(WIDEST, (RIGHT - LEFT) / steps.length);
  const start = (LEFT + RIGHT - pitch * steps.length) / 2;
  const tall = Math.min(TALLEST, (BOTTOM - TOP) / layers.length);
  const bottom = (TOP + BOTTOM + tall * layers.length) / 2; // one or two layers stand in the middle
  const box = tall * (num_directions === 2 ? 0.68 : 0.5);
  const row = box / num_directions;
  const spread = num_directions === 2 ? pitch * 0.22 : 0;
  return {
    steps,
    layers,
    pitch,
    tall,
    box,
    row,
    spread,
    radius: Math.min(CELL, pitch * 0.21, row * 0.3),
    x: (time) => start + (steps.indexOf(time) + 0.5) * pitch,
    /** The middle of a layer's band, counted from the bottom. */
    middle: (layer) => bottom - (layers.indexOf(layer) + 0.5) * tall,
    /** Where what a layer reads lies: x, or what the layer below puts out; and where lies what it puts out itself. */
    below: (layer) => (layer ? bottom - layers.indexOf(layer) * tall : INPUT.y),
    above: (layer) => bottom - (layers.indexOf(layer) + 1) * tall,
    drawn: steps.filter((step) => step !== null),
    drawnLayers: layers.filter((one) => one !== null),
  };
}

/** The middle of a cell: the forward one left and below, the backward one right and above, so that no line meets another. */
export function cellAt(at, { layer, direction, time }) {
  const [side, down] = at.spread ? [[-1, 1][direction], [0.5, -0.5][direction]] : [0, 0];
  return [r(at.x(time) + side * at.spread), r(at.middle(layer) + down * at.row)];
}
