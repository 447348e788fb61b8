// Where everything of the unrolled layer stands. Pure: sizes, a place and a width in, coordinates out.

const LEAST = 24; // units that a step is wide at least, to be pointed at and touched; what does not fit is left out
const NARROW = 620; // below this width names stand in two lines, and leave more room to the steps
const [TALLEST, LAYERS, CELL] = [128, 216, 10]; // of a layer, of all layers together, and a cell's radius
const ENDS = 3; // steps kept at either end of a long sequence
export const r = (number) => Math.round(number * 100) / 100;

/** Which of `count` are drawn: all, or the ends and those around the chosen one; null stands for those left out. */
export function shownOf(count, chosen, most, ends = ENDS) {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const around = Math.max(1, most - 2 * ends - 2);
  const from = Math.max(ends, Math.min(count - ends - around, chosen - Math.floor(around / 2)));
  const kept = [
    ...Array(ends).keys(),
    ...Array.from({ length: around }, (_, i) => from + i),
    ...Array.from({ length: ends }, (_, i) => count - ends + i),
  ];
  return kept.flatMap((step, i) => (i && step > kept[i - 1] + 1 ? [null, step] : [step]));
}

/** Where the middle of each step stands, and how wide one is; those left out have the room of two. */
function columnsOf(seq_len, time, left, room) {
  const most = Math.floor(room / LEAST);
  const steps = shownOf(seq_len, time, seq_len <= most ? most : most - 2);
  const pitch = room / (steps.length + steps.filter((step) => step === null).length);
  let at = left;
  const middles = steps.map((step) => {
    const wide = step === null ? 2 * pitch : pitch;
    at += wide;
    return at - wide / 2;
  });
  return { steps, pitch, middles };
}

/**
 * Where everything stands in so much width. `more` layers may come: then there is room for them all from the beginning;
 * `sequences` are shown by their lengths below.
 */
export function layoutOf(
  { seq_len, num_layers, num_directions, batch },
  { time, layer, item },
  width,
  more,
  sequences,
) {
  const narrow = width < NARROW;
  const [gutter, edge] = narrow ? [35, 4] : [74, 10];
  const { steps, pitch, middles } = columnsOf(seq_len, time, gutter, width - 2 * gutter);
  const layers = shownOf(num_layers, layer, 5, 1);
  const half = num_directions === 2 ? 26 : 34;
  const output = { y: narrow ? 22 : 10, half, height: half * num_directions };
  const top = output.y + output.height + 24;
  const area = more ? LAYERS : Math.min(LAYERS, TALLEST * layers.length);
  const tall = Math.min(TALLEST, area / layers.length);
  const bottom = top + (area + tall * layers.length) / 2; // one or two layers stand in the middle
  const box = Math.min(tall - 8, num_directions === 2 ? 108 : 64);
  const row = box / num_directions;
  const input = { y: top + area + 24, height: 26 };
  const items = sequences ? shownOf(batch, item, 5, 1) : [];
  return {
    width,
    narrow,
    gutter,
    edge, // where the rows of h_n begin and end
    steps,
    layers,
    pitch,
    tall,
    box,
    row,
    output,
    input,
    items,
    wide: Math.min(38, pitch * 0.82), // of what stands at a step
    height: input.y + input.height + 24 + (items.length ? 13 * items.length + 4 : 0),
    spread: num_directions === 2 ? pitch * 0.22 : 0,
    radius: Math.min(CELL, pitch * 0.19, row * 0.36),
    x: (time) => middles[steps.indexOf(time)],
    gapAt: (i) => middles[i],
    itemAt: (i) => input.y + input.height + 33 + 13 * i,
    /** The middle of a layer's band, counted from the bottom. */
    middle: (layer) => bottom - (layers.indexOf(layer) + 0.5) * tall,
    /** Where what a layer reads lies: x, or what the layer below puts out; and where lies what it puts out itself. */
    below: (layer) => (layer ? bottom - layers.indexOf(layer) * tall : input.y),
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
