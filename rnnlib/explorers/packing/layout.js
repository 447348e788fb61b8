// The layout: where every row and step stands when padded, sorted, packed and unpacked, and what is under a pointer. Pure.
import { n } from "../shared/svg.js";

export const SHOWN = { whole: 12, first: 8, last: 3 }; // rows: all of up to 12, else the first 8 and the last 3
const ROWS = 192; // units of height that rows have at most
const WIDEST = 40; // a step
export const TOP = 52; // where rows begin, below the title and the steps' numbers
export const CELLS = 600; // `data` of more steps is one bar

/** Which of `count` rows are drawn; null stands for those left out. */
export function rowsOf(count) {
  const all = Array.from({ length: count }, (_, row) => row);
  return count <= SHOWN.whole ? all : [...all.slice(0, SHOWN.first), null, ...all.slice(count - SHOWN.last)];
}

/** Where everything stands in so much width. */
export function layoutOf({ lengths, columns, most, pack, stages, tallest }, width) {
  const edge = width < 480 ? 12 : 18;
  const off = width < 480 ? 62 : width < 700 ? 112 : 156; // how far off each state is: number and bar
  const left = edge + (width < 700 ? 24 : 98);
  const wide = Math.min(WIDEST, (width - edge - off - 16 - left) / columns);
  const pitch = Math.min(tallest, ROWS / rowsOf(lengths.length).length);
  const below = TOP + Math.min(ROWS, tallest * Math.min(SHOWN.whole, Math.max(most, lengths.length)));
  const strip = { left: edge, top: below + 46, high: 22, wide: Math.min(WIDEST, (width - 2 * edge) / pack.total) };
  const high = pitch - (pitch > 20 ? 6 : 3);
  const height = stages.includes("packed") ? strip.top + 46 : below + 4;
  return { width, edge, off, left, wide, pitch, high, columns, strip, height };
}

/** Which sequence stands in which row at a stage. */
export const orderAt = (stage, { lengths, pack }) =>
  stage === "sorted" || stage === "packed" ? pack.order : lengths.map((_, item) => item);

/** Every sequence's line at a stage, from the top of the rows, and whether it is drawn there. */
export function linesAt(stage, state) {
  const order = orderAt(stage, state);
  const rows = rowsOf(order.length);
  const places = new Map(order.map((item) => [item, { line: rows.indexOf(null), shown: false }]));
  for (const [line, row] of rows.entries()) if (row !== null) places.set(order[row], { line, shown: true });
  return places;
}

/** The height of a line. */
export const topOf = (line, { pitch }) => TOP + line * pitch;

/** How many of a sequence's cells are there at a stage: its steps, and its pads where there are any. */
export function cellsAt(stage, item, { lengths, pack, total }) {
  if (stage === "packed") return lengths[item];
  return stage === "unpacked" ? total : pack.longest;
}

/** The sequence whose row is at a height, at a stage; undefined where there is none. */
function itemAt(y, stage, state, { pitch }) {
  const row = rowsOf(state.lengths.length)[Math.floor((y - TOP) / pitch)];
  return orderAt(stage, state)[row ?? -1];
}

/** The sequence and step under a point at a stage, in the rows or in `data`; null where there is none. */
export function placeUnder([x, y], stage, state, layout) {
  const { left, wide, strip } = layout;
  const { order, starts, total } = state.pack;
  if (stage === "packed" && y >= strip.top - 4 && y <= strip.top + strip.high + 4) {
    const index = Math.floor((x - strip.left) / strip.wide);
    const time = starts.findLastIndex((start) => start <= index);
    return index < 0 || index >= total ? null : { item: order[index - starts[time]], time };
  }
  const [item, time] = [itemAt(y, stage, state, layout), Math.floor((x - left) / wide)];
  return item === undefined || time < 0 || time >= cellsAt(stage, item, state) ? null : { item, time };
}

/** The sequence whose end is within reach of a point; null where none is. */
export function endUnder([x, y], reach, stage, state, layout) {
  const item = itemAt(y, stage, state, layout);
  return Math.abs(layout.left + state.lengths[item] * layout.wide - x) <= reach ? item : null;
}

/** Where a row of `data` is drawn. */
export const stripX = (index, { strip }) => strip.left + index * strip.wide;

/** Where a step is drawn at a stage: in the rows, in `data`, and the column that its batch size counts; null where not. */
export function boxesOf(stage, { item, time }, state, layout) {
  const { line, shown } = linesAt(stage, state).get(item);
  const { left, wide, high, strip } = layout;
  const { order, batchSizes, starts } = state.pack;
  const cell = { x: left + time * wide, y: topOf(line, layout), width: wide, height: high };
  const packs = stage === "packed" && time < state.lengths[item];
  const index = packs && starts[time] + order.indexOf(item);
  const counted = (row) => (row === null ? batchSizes[time] > SHOWN.first : row < batchSizes[time]);
  const lines = rowsOf(order.length).findLastIndex(counted) + 1;
  return {
    cell: shown && time < cellsAt(stage, item, state) ? cell : null,
    data: packs ? { x: stripX(index, layout), y: strip.top, width: strip.wide, height: strip.high } : null,
    column: packs ? { ...cell, y: TOP - 3, height: lines * layout.pitch + 18 } : null, // with the number below
  };
}

/** A sequence's shade, by which the eye follows it through sorting and packing. */

export const shadeOf = (item, count) => n(100 * (0.25 + (0.75 * (item + 1)) / count)) / 100;
