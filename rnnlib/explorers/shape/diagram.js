// The picture of a layer and of every tensor that goes in and comes out: sizes and a width in, one string of SVG out.
import { arrow, dots, esc, text } from "../shared/svg.js";
import { numberOf, saidOf, shapeText } from "../shared/symbols.js";
import { block, extentOf, rulers, unitOf } from "../shared/tensor_block.js";
import { bottomOf, middlesOf, stack } from "./stack.js";

const SMALL = 0.4; // states are drawn at this part of the scale of input and output
const SLABS = 8; // more states than this are elided
const TWO_ROWS = 700; // below this width, what comes out stands below what goes in
const NARROW = 320; // below this width, all that can give way does
const TITLE = 22; // where names stand, from the top of their row
const ROW = 306; // a row's height

/** The numbers that the symbols stand for now. */
export function sizesOf(state) {
  const directions = state.bidirectional && !state.cell ? 2 : 1;
  return { ...state.sizes, num_directions: directions, num_layers: state.cell ? 1 : state.sizes.num_layers };
}

const within = (least, value, most) => Math.max(least, Math.min(value, most));

/** Where everything stands in so much width: in one row, or with what comes out in a second one. */
export function placesOf(width) {
  const rows = width < TWO_ROWS ? 2 : 1;
  const narrow = width < NARROW;
  const time = rows === 1 ? within(96, width * 0.165, 230) : within(narrow ? 36 : 84, width * 0.27 - narrow * 20, 150);
  const batch = narrow ? 20 : 30;
  const input = rows === 1 ? within(48, width * 0.06, 110) : narrow ? 30 : 44;
  const stackX = input + time + batch + (rows === 1 ? within(34, width * 0.05, 90) : narrow ? 14 : 24);
  const stackWidth = rows === 1 ? within(150, width * 0.21, 260) : Math.min(260, width - stackX - 12);
  const output = rows === 1 ? stackX + stackWidth + within(56, width * 0.07, 120) : input;
  const below = rows === 1 ? 0 : ROW;
  return {
    rows,
    height: ROW * rows,
    time,
    features: 148,
    batch,
    floor: 236,
    low: 284, // where the states stand
    input: { x: input, y: 0 },
    stack: { x: stackX, y: 0, width: stackWidth },
    first: { x: stackX + 16, y: 0 },
    output: { x: output, y: below },
    last: { x: output + time + batch + (rows === 1 ? 44 : narrow ? 20 : 60), y: below },
    width,
  };
}

/** How each axis is drawn: one scale for all features, one for time, one for batch. */
export function scalesOf(tensors, sizes, places) {
  const widths = tensors.filter((t) => t.role !== "parameter").map((t) => numberOf(t.axes.at(-1), sizes));
  const feature = unitOf(Math.max(...widths), places.features, 10, 4);
  const batch = unitOf(sizes.batch, places.batch, 9, 3);
  return {
    features: (axis, scale = 1) => {
      const directions = axis.startsWith("num_directions*") ? sizes.num_directions : 1;
      return extentOf(numberOf(axis, sizes), feature * scale, places.features * scale, directions);
    },
    time: extentOf(sizes.seq_len, unitOf(sizes.seq_len, places.time, 16, 6), places.time),
    step: extentOf(1, 13, 13),
    slab: extentOf(1, 11, 11),
    batch: extentOf(sizes.batch, batch, places.batch),
    batchOfState: extentOf(sizes.batch, batch * 0.6, places.batch * 0.6),
  };
}

/** The picture, with the same in words for those who cannot see it; and where each tensor's front faces are. */
export function drawn(tensors, state, width) {
  const places = placesOf(width);
  const sizes = sizesOf(state);
  const named = Object.fromEntries(tensors.map((t) => [t.name, t]));
  const scales = scalesOf(tensors, sizes, places);
  const faces = [];
  const to = { sizes, scales, places, faces };
  const parts = [
    big(to, places.input, [named.input], "input_size"),
    stack(state, sizes, places),
    states(to, places.first, [named.h_0, named.c_0], places.stack.width - 40),
    ...(state.cell
      ? [big(to, places.output, [named.h_1, named.c_1], "num_layers", SMALL), loop(sizes.seq_len, places)]
      : [
          big(to, places.output, [named.output], "hidden_size"),
          states(to, places.last, [named.h_n, named.c_n], width - places.last.x - 26),
        ]),
    arrows(state, sizes, places, faces),
  ];
  const label = esc(told(tensors, state));
  const svg = `<svg viewBox="0 0 ${width} ${places.height}" role="group" aria-label="${label}">${parts.join("")}</svg>`;
  return { svg, faces, height: places.height };
}

/** A sentence with every shape. */
export function told(tensors, state) {
  const sizes = sizesOf(state);
  const said = tensors
    .filter((t) => t.role !== "parameter")
    .map((t) => `${t.name} (${t.axes.map((axis) => saidOf(axis, sizes)).join(", ")})`);
  return `${state.kind}: ${said.join("; ")}.`;
}

const has = (tensor, symbol) => tensor.axes.find((axis) => axis.split("*").includes(symbol));

const shapesDiffer = (tensors) => tensors.some((t) => String(t.axes) !== String(tensors[0].axes));

/** Tensors' names, and under them their shape with room for its tick; where shapes differ, a line for each tensor. */
function title(x, y, tensors, sizes) {
  const named = (t) => `<tspan class="title">${t.name} </tspan>`;
  const shape = (t) => `${shapeText(t.axes, sizes, "tspan")} <tspan class="tick live" data-tick="${t.name}"></tspan>`;
  const line = (words, i) => text(x, y + 18 * i, words, "start", 'class="shape"');
  if (shapesDiffer(tensors)) return tensors.map((t, i) => line(named(t) + shape(t), i)).join("");
  return text(x, y, tensors.map((t) => t.name).join(", "), "start", 'class="title"') + line(shape(tensors[0]), 1);
}

/** Where a tensor's numbers are painted, and which cells of it are seen there. */
const face = (tensor, { x, y, time, features }, column) => ({
  tensor: tensor.name,
  x,
  y: y - features.length,
  width: time.length,
  height: features.length,
  rows: features.cells,
  cols: column === undefined ? time.cells : [column],
});

/** Input, output, or a cell's new state: a large block with its three axes. */
function big({ sizes, scales, places, faces }, { x, y }, pair, colour, scale = 1) {
  const tensors = pair.filter(Boolean);
  const [tensor] = tensors;
  const axes = { time: has(tensor, "seq_len"), batch: has(tensor, "batch"), features: tensor.axes.at(-1) };
  const place = {
    x,
    y: y + places.floor,
    time: axes.time ? scales.time : scales.step,
    features: scales.features(axes.features, scale),
    batch: scales.batch,
  };
  faces.push(face(tensor, place));
  return (
    `<g data-tensor="${tensor.name}">${title(x - 22, y + TITLE, tensors, sizes)}${block({ ...place, colour })}` +
    `${rulers(tensor, place, axes, sizes)}${halves(place, sizes)}</g>`
  );
}

/** With two directions, which half of output's features is which one's. */
function halves({ x, y, time, features, batch }, sizes) {
  if (!features.seams.length) return "";
  const right = x + time.length + batch.length * 0.8 + 6;
  const middle = y - features.length / 2 - batch.length * 0.3 + 5;
  const apart = Math.max(9, features.length / 4);
  const label = (height, arrow) =>
    text(
      right,
      height,
      `${arrow} ${sizes.proj_size || sizes.hidden_size}`,
      "start",
      'class="label" data-symbol="hidden_size"',
    );
  return label(middle + apart, "→") + label(middle - apart, "←");
}

/** Where the states' names stand. */
const topOfStates = ({ low, features }) => low - features * SMALL - 32;

/** The states of a layer: a slab for each layer and direction, `h` and `c` alike, in so much room. */
function states({ sizes, scales, places, faces }, { x, y }, pair, room) {
  const tensors = pair.filter(Boolean);
  const [tensor] = tensors;
  const stacked = has(tensor, "num_layers");
  const count = stacked ? numberOf(stacked, sizes) : 1;
  const features = scales.features(tensor.axes.at(-1), SMALL);
  const floor = y + places.low;
  const place = { y: floor, time: scales.slab, features, batch: scales.batchOfState };
  const shown = slabsOf(count, room);
  const pitch = Math.min(30, room / shown.length);
  const slabs = shown.map((slab, i) => {
    const left = x + i * pitch;
    if (slab === null) return dots(left + 6, floor - 12, 1, 0);
    const at = { ...place, x: left };
    faces.push(face(tensor, at, slab));
    const name = stacked
      ? text(left + 6, floor + 15, slabName(slab, sizes), "middle", 'class="slab" data-symbol="num_layers"')
      : "";
    return block({ ...at, colour: "num_layers" }) + name;
  });
  const top = y + topOfStates(places);
  return `<g data-tensor="${tensor.name}" class="small">${title(x - 8, top, tensors, sizes)}${slabs.join("")}</g>`;
}

/** Which states are drawn: all of a few, else the first and the last with a gap (null) between. */
export function slabsOf(count, room = Infinity) {
  const most = Math.max(3, Math.min(SLABS, Math.floor(room / 20)));
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  const head = Array.from({ length: Math.max(1, most - 3) }, (_, i) => i);
  return [...head, null, ...(most > 3 ? [count - 2] : []), count - 1];
}

/** The layer of a state, and its direction where there are two: `0→`, `0←`, `1→`, … */
export function slabName(index, { num_directions }) {
  if (num_directions === 1) return String(index);
  return `${Math.floor(index / num_directions)}${index % num_directions ? "←" : "→"}`;
}

/** Input into the first layer, output out of the last, states in from below and out below. */
function arrows(state, sizes, places, faces) {
  const { stack: box, rows } = places;
  const [first, last] = middlesOf(sizes);
  const bottom = bottomOf(sizes);
  const input = faces.find((f) => f.tensor === "input");
  const output = faces.find((f) => f.tensor === "output" || f.tensor === "h_1");
  const right = box.x + box.width;
  const ins =
    arrow(`M${Math.min(input.x + input.width + places.batch, box.x - 26)} ${first}H${box.x - 12}`, "flow") +
    arrow(`M${box.x + 26} ${topOfStates(places) - 16}V${bottom + 10}`, "flow");
  if (rows === 2) {
    const bus = ROW - 2;
    const to = places.output.x + 26;
    return `${ins}${arrow(`M${right + 8} ${last}H${places.width - 6}V${bus}H${to}V${bus + 8}`, "flow")}`;
  }
  const into = output.y + output.height / 2;
  const out = arrow(elbow(right + 8, last, output.x - 34, into), "flow");
  if (state.cell) return ins + out;
  return `${ins}${out}${arrow(`M${right - 20} ${bottom + 10}V${places.low - 12}q0 12 12 12H${places.last.x - 12}`, "flow")}`;
}

/** A line to the right that steps up or down half way, with round corners. */
export function elbow(x, y, toX, toY) {
  const radius = Math.min(12, Math.abs(toY - y) / 2, Math.abs(toX - x) / 4);
  const down = Math.sign(toY - y) * radius;
  const middle = (x + toX) / 2;
  return `M${x} ${y}H${middle - radius}q${radius} 0 ${radius} ${down}V${toY - down}q0 ${down} ${radius} ${down}H${toX}`;
}

/** A cell's new state is the next call's old one: the loop is the learner's own, and seq_len its length. */
function loop(steps, { output, first, floor, low, rows, width }) {
  const calls = `${steps} call${steps === 1 ? "" : "s"}`;
  const [left, right, y] = [first.x + 40, output.x, low - 14];
  const path = rows === 1 ? arrow(`M${right + 6} ${floor + 8}V${y - 12}q0 12 -12 12H${left}`, "flow loop") : "";
  const at =
    rows === 1 ? [(left + right) / 2 + 20, y - 8] : [Math.min(output.x + 90, width - 210), output.y + floor - 34];
  return (
    `${path}<g class="axis" tabindex="-1" role="img" data-symbol="seq_len" data-key="loop" aria-label="seq_len ${steps}: a cell has no time axis; you call it once for each step">` +
    `${text(at[0], at[1], `seq_len ${steps}: your loop, ${calls}`, rows === 1 ? "middle" : "start")}</g>` +
    text(at[0], at[1] + 24, "h_1 is the next call's h_0", rows === 1 ? "middle" : "start", 'class="quiet"')
  );
}
