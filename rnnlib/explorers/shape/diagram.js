// The picture of a layer and of every tensor that goes in and comes out: sizes in, one string of SVG out.

import { dots, esc, text } from "../shared/svg.js";
import { numberOf, saidOf, shapeText } from "../shared/symbols.js";
import { axisMark, block, extentOf, rulers, unitOf } from "../shared/tensor_block.js";
import { arrows, FLOOR, LOW, loop, stack } from "./stack.js";

const WIDTH = 900;
const HEIGHT = 544;
const TIME_ROOM = 150;
const FEATURE_ROOM = 180;
const SMALL = 0.4; // states are drawn at this part of the scale of input and output
const SLABS = 8; // more states than this are elided

/** The numbers that the symbols stand for now. */
export function sizesOf(state) {
  const directions = state.bidirectional && !state.cell ? 2 : 1;
  return { ...state.sizes, num_directions: directions, num_layers: state.cell ? 1 : state.sizes.num_layers };
}

/** How each axis is drawn: one scale for all features, one for time, one for batch. */
export function scalesOf(tensors, sizes) {
  const widths = tensors.filter((t) => t.role !== "parameter").map((t) => numberOf(t.axes.at(-1), sizes));
  const feature = unitOf(Math.max(...widths), FEATURE_ROOM, 10, 5);
  const batch = unitOf(sizes.batch, 36, 9, 3);
  return {
    features: (axis, scale = 1) => {
      const directions = axis.startsWith("num_directions*") ? sizes.num_directions : 1;
      return extentOf(numberOf(axis, sizes), feature * scale, FEATURE_ROOM * scale, directions);
    },
    time: extentOf(sizes.seq_len, unitOf(sizes.seq_len, TIME_ROOM, 13, 6), TIME_ROOM),
    step: extentOf(1, 13, 13),
    batch: extentOf(sizes.batch, batch, 36),
    batchOfState: extentOf(sizes.batch, batch * 0.6, 36 * 0.6),
  };
}

/** The picture, with the same in words for those who cannot see it. */
export function svgOf(tensors, state) {
  const label = esc(told(tensors, state));
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label="${label}">${diagram(tensors, state)}</svg>`;
}

/** The whole diagram. `tensors` are the rules of this kind; `state` says kind, cell, bidirectional and the sizes. */
export function diagram(tensors, state) {
  const sizes = sizesOf(state);
  const named = Object.fromEntries(tensors.map((t) => [t.name, t]));
  const scales = scalesOf(tensors, sizes);
  const time = state.cell ? scales.step : scales.time;
  const parts = [
    big(named.input, 92, sizes, scales, "input_size"),
    stack(state, sizes),
    arrows(state, sizes, {
      from: 92 + time.length + scales.batch.length,
      tall: state.cell
        ? scales.features("hidden_size", SMALL).length
        : scales.features(named.output.axes.at(-1)).length,
    }),
  ];
  if (state.cell) {
    parts.push(big(named.h_1, 662, sizes, scales, "num_layers", named.c_1, SMALL), loop(sizes.seq_len));
    parts.push(states([named.h_0, named.c_0], 316, sizes, scales));
  } else {
    parts.push(big(named.output, 662, sizes, scales, "hidden_size"));
    parts.push(states([named.h_0, named.c_0], 316, sizes, scales), states([named.h_n, named.c_n], 606, sizes, scales));
  }
  return parts.join("");
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

/** A tensor's name, and under it its shape in code; `h` and `c` share one where they are of one shape. */
function title(x, y, tensors, sizes) {
  const same = tensors.every((t) => String(t.axes) === String(tensors[0].axes));
  const names = tensors.map((t) => t.name).join(", ");
  const lines = same
    ? [shapeText(tensors[0].axes, sizes, "tspan")]
    : tensors.map((t) => `${t.name} ${shapeText(t.axes, sizes, "tspan")}`);
  const shapes = lines.map((line, i) => text(x, y + 22 + 19 * i, line, "start", 'class="shape"'));
  return text(x, y, names, "start", 'class="title"') + shapes.join("");
}

/** Input, output, or a cell's new state: a large block with its three axes. */
function big(tensor, x, sizes, scales, colour, twin, scale = 1) {
  const axes = { time: has(tensor, "seq_len"), batch: has(tensor, "batch"), features: tensor.axes.at(-1) };
  const place = {
    x,
    y: FLOOR,
    time: axes.time ? scales.time : scales.step,
    features: scales.features(axes.features, scale),
    batch: scales.batch,
  };
  const names = twin ? [tensor, twin] : [tensor];
  return (
    `<g data-tensor="${tensor.name}">${title(x - 30, 34, names, sizes)}${block({ ...place, colour })}` +
    `${rulers(tensor, place, axes, sizes)}${halves(place, sizes)}</g>`
  );
}

/** With two directions, which half of output's features is which one's. */
function halves({ x, y, time, features, batch }, sizes) {
  if (!features.seams.length) return "";
  const right = x + time.length + batch.length * 0.8 + 8;
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

/** The states of a layer: a slab for each layer and direction, `h` and `c` alike. */
function states(pair, x, sizes, scales) {
  const tensors = pair.filter(Boolean);
  const [tensor] = tensors;
  const stacked = has(tensor, "num_layers");
  const count = stacked ? numberOf(stacked, sizes) : 1;
  const features = scales.features(tensor.axes.at(-1), SMALL);
  const place = { x, y: LOW, time: { ...scales.step, length: 10, unit: 10 }, features, batch: scales.batchOfState };
  const pitch = 30;
  const slabs = slabsOf(count).map((slab, i) => {
    if (slab === null) return dots(x + i * pitch + 8, LOW - 12, 1, 0);
    const name = stacked
      ? text(x + i * pitch + 6, LOW + 18, slabName(slab, sizes), "middle", 'class="slab" data-symbol="num_layers"')
      : "";
    return block({ ...place, x: x + i * pitch, colour: "num_layers" }) + name;
  });
  const axes = { batch: has(tensor, "batch"), features: tensor.axes.at(-1) };
  const width = (slabs.length - 1) * pitch + 12;
  const under = stacked
    ? axisMark(
        tensor,
        stacked,
        sizes,
        `<path class="ruler" d="M${x} ${LOW + 26}h${width}"/>` +
          text(x, LOW + 46, saidOf(stacked, sizes), "start", 'class="label"'),
      )
    : "";
  const words = [title(x, 348, tensors, sizes), ...slabs, under, rulers(tensor, place, axes, sizes)];
  return `<g data-tensor="${tensor.name}" class="small">${words.join("")}</g>`;
}

/** Which states are drawn: all of a few, else the first and the last with a gap (null) between. */
export function slabsOf(count) {
  const all = Array.from({ length: Math.min(count, SLABS) }, (_, i) => i);
  if (count <= SLABS) return all;
  return [...all.slice(0, SLABS - 3), null, count - 2, count - 1];
}

/** The layer of a state, and its direction where there are two: `0 →`, `0 ←`, `1 →`, … */
export function slabName(index, { num_directions }) {
  if (num_directions === 1) return String(index);
  const layer = Math.floor(index / num_directions);
  return `${layer} ${index % num_directions ? "←" : "→"}`;
}
