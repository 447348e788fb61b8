// A grid of cells as a drawing: what an experiment showed of each sequence and step. Pure: places in, strings of SVG out.
import { esc, n, text } from "../shared/svg.js";

export const KINDS = {
  r: "right",
  w: "wrong",
  m: "missing",
  n: "noted",
  ".": "nothing",
  p: "pad",
  u: "unasked",
};
const WIDEST = { batch: 120, seq_len: 216 }; // all columns together
const HIGHEST = 100; // all rows
const [WIDE, HIGH] = [24, 20]; // one cell at most
const BARS = 26;
const GAP = 18; // between cells and bars
const EVERY = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** Where all of a grid stands, in units of which 14 are the type's height. */
export function layoutOf({ rows, columns, cells, bars }, scale = 1) {
  const [down, across] = [cells.length, cells[0].length];
  const wide = scale * Math.min(WIDE, WIDEST[columns.symbol] / across);
  const high = scale * Math.min(HIGH, HIGHEST / down);
  const named = rows.labels.some((label) => label !== "");
  const left = named ? 10 + 7.2 * Math.max(...rows.labels.map((label) => String(label).length)) : 2;
  const top = rows.name ? 16 : 2;
  const under = top + high * down + (bars ? GAP + BARS : 0);
  const width = Math.max(left + wide * across, left + 6.4 * columns.name.length, 6.4 * rows.name.length) + 4;
  return { down, across, wide, high, left, top, under, width, height: under + 32, bars: Boolean(bars) };
}

const boxOf = ([row, column], { left, top, wide, high, under, down }) => {
  const x = left + column * wide;
  return row === down ? [x, under - BARS, wide, BARS] : [x, top + row * high, wide, high];
};

/** Whether cells are so small that they stand edge to edge, without outlines. */
export const isTight = ({ wide, high }) => Math.min(wide, high) < 5;

/** The cell, `[row, column]`, at a place of the drawing; the bars are a row below all others. */
export function placeAt(x, y, at) {
  const { left, top, wide, high, down, across, bars } = at;
  const column = Math.max(0, Math.min(across - 1, Math.floor((x - left) / wide)));
  const row = Math.max(0, Math.floor((y - top) / high));
  return [Math.min(row, bars && y > top + high * down + GAP / 2 ? down : down - 1), column];
}

/** The cell that an arrow key leads to, or null for another key. */
export function placeAfter(key, [row, column], { down, across, bars }) {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  if (!step) return null;
  const within = (value, most) => Math.max(0, Math.min(most, value));
  return [within(row + step[0], bars ? down : down - 1), within(column + step[1], across - 1)];
}

/** What is said of a cell. */
export function cellSaid(grid, [row, column]) {
  const onBars = row === grid.cells.length;
  const says = onBars ? grid.bars.says : grid.kinds[grid.cells[row][column]].says;
  const value = onBars ? grid.bars.values[column] : grid.values?.[column];
  const words = { row: grid.rows.labels[row], column: grid.columns.labels[column], value };
  return says.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

/** The kinds that a grid has and has a word for, each with how many there are. */
export function legendOf({ cells, kinds }) {
  const all = cells.join("");
  return Object.entries(kinds)
    .map(([letter, { word }]) => ({ kind: KINDS[letter], word, count: all.split(letter).length - 1 }))
    .filter(({ word, count }) => word && count);
}

/** What a grid says to who does not see it. */
export function wordsOf(grid) {
  return `${grid.title}: ${legendOf(grid)
    .map(({ word, count }) => `${count} ${word}`)
    .join(", ")}`;
}

/** One path for all cells of a kind; of wrong ones a cross more, so that colour is not all that tells. */
function cellsOf(letter, { cells }, at) {
  const gap = isTight(at) ? 0 : 2;
  const boxes = cells.flatMap((line, row) =>
    [...line].flatMap((cell, column) => (cell === letter ? [boxOf([row, column], at)] : [])),
  );
  const [wide, high] = [n(at.wide - gap), n(at.high - gap)];
  const squares = boxes.map(([x, y]) => `M${n(x + gap / 2)} ${n(y + gap / 2)}h${wide}v${high}h${-wide}z`).join("");
  const [cx, cy, arm] = [at.wide / 2, at.high / 2, Math.min(at.wide, at.high) / 5];
  const crossed = letter === "w" && arm > 2;
  const crosses = boxes.map(([x, y]) =>
    [1, -1].map((way) => `M${n(x + cx - arm)} ${n(y + cy - way * arm)}l${n(2 * arm)} ${n(2 * way * arm)}`).join(""),
  );
  return `<path class="${KINDS[letter]}" d="${squares}"/>${crossed ? `<path class="cross" d="${crosses.join("")}"/>` : ""}`;
}

/** Which of many labels are written: as many as have room. */
const written = (labels, each, needed) => {
  const every = EVERY.find((count) => count * each >= needed) ?? labels.length;
  return labels.map((label, index) => [label, index]).filter(([, index]) => index % every === 0);
};

function labelsOf({ rows, columns }, at) {
  const digits = Math.max(...columns.labels.map((label) => String(label).length));
  const below = written(columns.labels, at.wide, 7 * digits + 5).map(([label, column]) =>
    text(at.left + (column + 0.5) * at.wide, at.under + 13, label, "middle"),
  );
  const beside = written(rows.labels, at.high, 13).map(([label, row]) =>
    text(at.left - 6, at.top + (row + 0.5) * at.high + 4, label, "end"),
  );
  return (
    `<g class="labels" data-symbol="${rows.symbol}">${beside.join("")}${text(0, 10, esc(rows.name), "start", 'class="name"')}</g>` +
    `<g class="labels" data-symbol="${columns.symbol}">${below.join("")}` +
    `${text(at.left, at.under + 27, esc(columns.name), "start", 'class="name"')}</g>`
  );
}

function barsOf({ bars }, at) {
  if (!bars) return "";
  const each = bars.shares.map((share, column) => {
    const [x, y, wide, high] = boxOf([at.down, column], at);
    const tall = share > 0 ? Math.max(1, share * high) : 0;
    return `M${n(x + wide / 8)} ${n(y + high)}v${n(-tall)}h${n(wide * 0.75)}v${n(tall)}z`;
  });
  const [x, y] = boxOf([at.down, 0], at);
  return (
    `<path class="base" d="M${n(x)} ${n(y + BARS)}h${n(at.wide * at.across)}"/><path class="bar" d="${each.join("")}"/>` +
    text(x, y - 4, esc(bars.name), "start", 'class="name"')
  );
}

/** The drawing. */
export function drawn(grid, at) {
  const kinds = Object.keys(KINDS).map((letter) => cellsOf(letter, grid, at));
  return `${kinds.join("")}${barsOf(grid, at)}${labelsOf(grid, at)}<rect class="mark" rx="2"/>`;
}

/** Where the mark of a cell stands: `x`, `y`, `width` and `height`. */
export function markOf(place, at) {
  const [x, y, width, height] = boxOf(place, at).map(n);
  return { x, y, width, height };
}
