// The drawings of padding and packing: rows of steps, the staircase, and where one step stands in each. Pure.
import { dots, n, text } from "../shared/svg.js";

export const PANEL = { width: 560, left: 40, right: 552, top: 26, rows: 192 };
export const HEIGHT = { batch: 226, packed: 318 };
const STRIP = { top: 274, high: 20 }; // of `data`, in the packed panel
const TALLEST = 40; // pixels of a row, while they fit
const WIDEST = 24; // pixels of a step
const SHOWN = { whole: 12, first: 8, last: 3 }; // rows: all of up to 12, else the first 8 and the last 3

/** The longest first. Among equals torch may order otherwise than this: its own word counts, once it is there. */
const sorted = (lengths) => lengths.map((_, item) => item).sort((a, b) => lengths[b] - lengths[a] || a - b);

/** What packing makes of lengths: who comes first, how many each step has, where each step begins in `data`. */
export function packed(lengths, order = sorted(lengths)) {
  const ends = order.map((item) => lengths[item]).reverse(); // the shortest first
  const batchSizes = [];
  for (let gone = 0; gone < ends.length; gone++)
    while (batchSizes.length < ends[gone]) batchSizes.push(ends.length - gone);
  let total = 0;
  const starts = [];
  for (const size of batchSizes) {
    starts.push(total);
    total += size;
  }
  return { order, batchSizes, starts, total, longest: batchSizes.length };
}

/** Which of `count` rows are drawn; null stands for those left out. */
export function rowsOf(count) {
  const all = Array.from({ length: count }, (_, row) => row);
  return count <= SHOWN.whole ? all : [...all.slice(0, SHOWN.first), null, ...all.slice(count - SHOWN.last)];
}

/** How large a step is drawn: the same in every panel, so that eyes can go from one to the other. */
export function measure(count, columns) {
  const wide = Math.min(WIDEST, (PANEL.right - PANEL.left) / columns);
  return { wide, high: Math.min(TALLEST, PANEL.rows / rowsOf(count).length), columns };
}

/** Where step `time` of the sequence in row `row` is drawn, or null where it is left out. */
export function cellOf({ row, time }, count, { wide, high }) {
  const line = rowsOf(count).indexOf(row);
  return line < 0 ? null : { x: PANEL.left + time * wide, y: PANEL.top + line * high, width: wide, height: high - 2 };
}

/** Which row and step lie under a point of a panel, or null. */
export function stepAt(x, y, count, { wide, high, columns }) {
  const row = rowsOf(count)[Math.floor((y - PANEL.top) / high)];
  const time = Math.floor((x - PANEL.left) / wide);
  return row === null || row === undefined || time < 0 || time >= columns ? null : { row, time };
}

/** How wide one of `total` rows of `data` is drawn. */
const stripWide = (total) => Math.min(WIDEST, (PANEL.right - PANEL.left) / total);

/** Which sequence and step of `data` lie under a point of the packed panel, or null. */
export function stripAt(x, y, { order, starts, total }) {
  const index = Math.floor((x - PANEL.left) / stripWide(total));
  if (y < STRIP.top || y > STRIP.top + STRIP.high || index < 0 || index >= total) return null;
  const time = starts.findLastIndex((start) => start <= index);
  return { item: order[index - starts[time]], time };
}

/** A sequence's shade, by which the eye follows it through sorting and packing. */
export const shadeOf = (item, count) => (0.2 + (0.7 * (item + 1)) / count).toFixed(2);

/** Every how many steps a number has room, where a step is so many pixels wide. */
const eachOf = (wide) => [1, 5, 10, 50, 100, 500, 1000, 5000, 10000, 50000].find((step) => step * wide >= 22);

/** The numbers of the steps above their columns: every one, every fifth, … as room allows. */
function stepNumbers(columns, wide) {
  const each = eachOf(wide) ?? columns;
  const numbers = [];
  for (let time = 0; time < columns; time += each)
    numbers.push(text(PANEL.left + (time + 0.5) * wide, PANEL.top - 8, time, "middle", 'class="small"'));
  return numbers.join("");
}

/** The ends of a row's cells, in the ground's colour, while cells are wide enough to tell apart. */
function cuts(x, y, cells, wide, high) {
  if (wide < 5) return "";
  const lines = Array.from(
    { length: Math.max(0, cells - 1) },
    (_, i) => `M${n(x + (i + 1) * wide)} ${n(y)}v${n(high)}`,
  );
  return `<path class="cut" d="${lines.join("")}"/>`;
}

/** Pads: hatched, so that no one takes them for a colour of their own. */
function hatched(x, y, cells, wide, high) {
  if (!cells) return "";
  const lines = [];
  for (let at = 4; at < cells * wide; at += 6)
    lines.push(`M${n(x + at)} ${n(y + high - 2)}l${n(Math.min(6, cells * wide - at))} ${n(4 - high)}`);
  return `<path class="pad" d="M${n(x)} ${n(y)}h${n(cells * wide)}v${n(high)}h${n(-cells * wide)}Z"/><path class="hatch" d="${lines.join("")}"/>`;
}

/** A batch, a row a sequence: `order` says which; its own steps in its shade, and up to `until` its pads. */
export function batchRows({ lengths, order, until }, size) {
  const { wide, high } = size;
  const row = (at, line) => {
    const y = PANEL.top + line * high;
    if (at === null)
      return (
        dots(PANEL.left - 16, y + high / 2, 0, 0.8) +
        text(
          PANEL.left,
          y + high / 2 + 5,
          `${order.length - SHOWN.first - SHOWN.last} more sequences`,
          "start",
          'class="small"',
        )
      );
    const [item, tall] = [order[at], high - 2];
    const own = lengths[item];
    return (
      text(PANEL.left - 12, y + tall / 2 + 5, item, "end", 'class="who"') +
      `<rect class="own" x="${PANEL.left}" y="${n(y)}" width="${n(own * wide)}" height="${n(tall)}" fill-opacity="${shadeOf(item, order.length)}"/>` +
      cuts(PANEL.left, y, own, wide, tall) +
      hatched(PANEL.left + own * wide, y, Math.max(0, until - own), wide, tall)
    );
  };
  return stepNumbers(until, wide) + rowsOf(order.length).map(row).join("");
}

/** Numbers at places along x, without those that would touch the one before or stand outside. */
function along(numbers, y, kind) {
  let free = -Infinity;
  const drawn = numbers.map(([x, number]) => {
    const half = 4.5 * String(number).length;
    if (x - half < free || x + half > PANEL.width) return "";
    free = x + half + 3;
    return text(x, y, number, "middle", kind);
  });
  return drawn.join("");
}

/** How many sequences each step has, below the staircase: each number, or only those where it changes. */
function sizesBelow(batchSizes, { wide }, y) {
  const told = batchSizes.map((size, time) => [PANEL.left + (time + 0.5) * wide, size, size !== batchSizes[time - 1]]);
  const numbers = along(wide < 16 ? told.filter(([, , changes]) => changes) : told, y, 'class="count"');
  return numbers + text(PANEL.left, y + 15, "batch_sizes: how many sequences have the step", "start", 'class="small"');
}

/** `data`: one step after the other, of every step all that have it; a mark and the step's number where one begins. */
export function dataStrip({ order, batchSizes, starts, total }) {
  const [{ top, high }, wide] = [STRIP, stripWide(total)];
  const at = (index) => PANEL.left + index * wide;
  const box = (index, count) => `M${n(at(index))} ${top}h${n(count * wide)}v${high}h${n(-count * wide)}Z`;
  const filled = (boxes, shade) => `<path class="own" d="${boxes.join("")}" fill-opacity="${shade}"/>`;
  const stepsOf = (rank) => starts.filter((_, time) => rank < batchSizes[time]).map((start) => box(start + rank, 1));
  const ofEach = () => order.map((item, rank) => filled(stepsOf(rank), shadeOf(item, order.length))).join("");
  const cells = total > 2000 ? filled([box(0, total)], 0.5) : ofEach();
  const each = eachOf((at(total) - at(0)) / starts.length);
  const marked = starts.map((start, time) => [at(start), time]).filter(([, time]) => time % each === 0);
  const begins = marked.map(([x]) => `M${n(x)} ${top - 3}v${high + 8}`);
  const steps = marked.map(([x, time]) => [x + 5 * String(time).length, time]);
  return (
    cells +
    cuts(PANEL.left, top, total, wide, high) +
    `<path class="end" d="${begins.join("")}"/>` +
    along(steps, top + high + 16, 'class="small"')
  );
}

/** Where the element at `index` of `data` is drawn. */
export function stripCell(index, total) {
  return { x: PANEL.left + index * stripWide(total), y: STRIP.top, width: stripWide(total), height: STRIP.high };
}

/** The packed batch: the sorted rows without pads, a staircase; the height of each step; and `data`. */
export function staircase(lengths, pack, size) {
  const below = PANEL.top + rowsOf(lengths.length).length * size.high + 14;
  return (
    batchRows({ lengths, order: pack.order, until: 0 }, size) +
    stepNumbers(pack.longest, size.wide) +
    sizesBelow(pack.batchSizes, size, below) +
    text(
      PANEL.left,
      STRIP.top - 8,
      `data, ${pack.total} row${pack.total === 1 ? "" : "s"}: all steps 0, then all steps 1, …`,
      "start",
      'class="small"',
    ) +
    dataStrip(pack)
  );
}
