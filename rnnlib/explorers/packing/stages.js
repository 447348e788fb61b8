// The picture of a batch at each stage: a row a sequence, a cell a step, and `data` below; drawn once, then arranged for each stage.
import { dots, n, text } from "../shared/svg.js";
import { boxesOf, CELLS, linesAt, rowsOf, SHOWN, shadeOf, stripX, TOP, topOf } from "./layout.js";
import { stripTitle, titleOf } from "./told.js";

/** Boxes side by side with a gap between, as a path; one bar where they are too narrow to be told apart. */
function cells(x, count, wide, high) {
  if (count <= 0) return "";
  if (wide < 4) return `M${n(x)} 0h${n(count * wide)}v${n(high)}h${n(-count * wide)}Z`;
  const gap = wide < 9 ? 1 : 2;
  const box = (i) => `M${n(x + i * wide)} 0h${n(wide - gap)}v${n(high)}h${n(gap - wide)}Z`;
  return Array.from({ length: count }, (_, i) => box(i)).join("");
}

/** The diagonals that mark pads, so that no one takes them for a colour of their own. */
function hatch(x, count, wide, high) {
  const step = wide < 4 ? 6 : wide;
  const run = Math.min(step, high) - (wide < 9 ? 1 : 2);
  const lines = Array.from({ length: Math.floor((count * wide) / step + 1e-6) }, (_, i) => {
    const from = x + i * step + (step - run) / 2 - (wide < 9 ? 0.5 : 1);
    return `M${n(from)} ${n(high / 2 + run / 2)}l${n(run)} ${n(-run)}`;
  });
  return lines.join("");
}

function padsOf(name, from, count, { left, wide, high }) {
  if (count <= 0) return "";
  const x = left + from * wide;
  return `<path class="pad ${name}" d="${cells(x, count, wide, high)}"/><path class="hatch ${name}" d="${hatch(x, count, wide, high)}"/>`;
}

/** A sequence: its name, its steps, its pads, those that total_length adds, and the grip at its end. */
function rowOf(item, { lengths, pack, total, pulls }, { left, wide, high, width, edge }) {
  const [own, name] = [lengths[item], width < 700 ? item : `sequence ${item}`];
  return (
    `<g class="row" data-item="${item}" data-part="sequence ${item}">${text(edge, high / 2 + 4.5, name, "start", 'class="who"')}` +
    `<path class="own" fill-opacity="${shadeOf(item, lengths.length)}" d="${cells(left, own, wide, high)}"/>` +
    padsOf("read", own, pack.longest - own, { left, wide, high }) +
    padsOf("beyond", pack.longest, total - pack.longest, { left, wide, high }) +
    (pulls
      ? `<rect class="grip" x="${n(left + own * wide - 2.5)}" y="1" width="4" height="${n(high - 2)}" rx="2"/>`
      : "") +
    "</g>"
  );
}

/** Every how many of `count` steps a number has room, where a step is so wide. */
function eachOf(count, wide) {
  const room = 8 + 7 * String(count).length;
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10000, 50000].find((step) => step * wide >= room) ?? count;
}

/** Every how manieth step's number, at the middle of its column. */
function stepNumbers({ pack, total }, { left, wide, edge, width }) {
  const each = eachOf(total, wide);
  const number = (time) =>
    text(left + (time + 0.5) * wide, TOP - 7, time, "middle", `class="time${time < pack.longest ? "" : " beyond"}"`);
  const numbers = Array.from({ length: Math.ceil(total / each) }, (_, i) => number(i * each));
  return (width < 700 ? "" : text(edge, TOP - 7, "step", "start", 'class="time"')) + numbers.join("");
}

/** Numbers along x, without those that would touch the one before or stand outside. */
function along(numbers, y, width, kind) {
  let free = 0;
  return numbers
    .map(([x, number, more = ""]) => {
      const half = 3.6 * String(number).length;
      if (x - half < free || x + half > width) return "";
      free = x + half + 2;
      return text(x, y, number, "middle", `class="${kind}" ${more}`);
    })
    .join("");
}

/** How many sequences each step has, below the rows: each number, or only those where it changes. */
function countsOf({ lengths, pack }, layout) {
  const { left, wide, width, edge } = layout;
  const y = topOf(rowsOf(lengths.length).length, layout) + 12;
  const told = pack.batchSizes.map((size, time) => [
    left + (time + 0.5) * wide,
    size,
    `data-part="batch_sizes[${time}]"`,
  ]);
  const few = told.filter(([, size], time) => size !== pack.batchSizes[time - 1]);
  const at = width < 700 ? [left + pack.longest * wide + 6, "start"] : [edge, "start"];
  const name = text(at[0], y, "batch_sizes", at[1], 'class="name"');
  return `<g class="counts" data-part="batch_sizes">${name}${along(wide < 13 ? few : told, y, width, "count")}</g>`;
}

/** The cells of `data`, each with the step that it is; where they are many, one bar. */
function dataCells({ lengths, pack }, layout) {
  const { high, wide } = layout.strip;
  const cell = (index, item, time) =>
    `<rect class="own" data-part="data[${index}]" data-item="${item}" data-time="${time}" data-index="${index}" width="${n(Math.max(0.8, wide - (wide < 4 ? 0 : 1)))}" height="${high}" fill-opacity="${shadeOf(item, lengths.length)}"/>`;
  if (pack.total > CELLS)
    return `<rect class="own many" x="${layout.strip.left}" y="${layout.strip.top}" width="${n(pack.total * wide)}" height="${high}" fill-opacity="0.5"/>`;
  return pack.batchSizes
    .flatMap((size, time) => pack.order.slice(0, size).map((item, rank) => cell(pack.starts[time] + rank, item, time)))
    .join("");
}

/** `data` and where each step begins in it; before packing an empty track. */
function stripOf(state, layout) {
  const { strip, width } = layout;
  const { starts, total } = state.pack;
  const each = eachOf(starts.length, (total * strip.wide) / starts.length);
  const begins = starts.map((start, time) => [stripX(start, layout), time]).filter(([, time]) => time % each === 0);
  const ticks = begins.map(([x]) => `M${n(x)} ${strip.top - 3}v${strip.high + 8}`);
  const steps = begins.map(([x, time]) => [x + 4 + 3.6 * String(time).length, time]);
  return (
    `<g class="strip" data-part="data">${text(strip.left, strip.top - 8, "", "start", 'class="name"')}` +
    `<rect class="track" x="${strip.left}" y="${strip.top}" width="${n(total * strip.wide)}" height="${strip.high}" rx="3"/>` +
    `<g class="cells">${dataCells(state, layout)}</g>` +
    `<g class="begins"><path class="tick" d="${ticks.join("")}"/>${along(steps, strip.top + strip.high + 14, width, "time")}</g></g>`
  );
}

/** The number and the bar of every sequence's state, to be filled with what the layer made. */
function offOf(item, { total }, { left, wide, width, edge, off, high, pitch }) {
  const x = width - edge - off;
  const from = left + total * wide + 6; // a line leads the eye there, past the room to pull a row
  const under = off < 100;
  const bar = under
    ? { x, y: Math.min(high - 3, high / 2 + 7), width: off, height: pitch > 24 ? 4 : 0 }
    : { x: x + 62, y: high / 2 - 4, width: off - 62, height: 8 };
  const rect = (name) =>
    `<rect class="${name}" x="${n(bar.x)}" y="${n(bar.y)}" width="${n(bar.width)}" height="${bar.height}" rx="2"/>`;
  return `<g class="row" data-item="${item}">${rect("ghost")}${rect("bar")}<path class="leader" d="M${n(from)} ${n(high / 2)}H${n(Math.max(from, x - 8))}"/>${text(x, high / 2 + (under && pitch > 24 ? 1.5 : 4.5), "", "start")}</g>`;
}

/** All sequences that are drawn at one stage or another. */
function drawnAt(stages, state) {
  const shown = stages.flatMap((stage) =>
    [...linesAt(stage, state)].filter(([, { shown }]) => shown).map(([item]) => item),
  );
  return [...new Set(shown)].sort((a, b) => a - b);
}

/** The whole picture, before a stage puts its rows in their places. */
export function drawnGrid(state, layout) {
  const { lengths, stages } = state;
  const { width, height, left, edge, off } = layout;
  const items = drawnAt(stages, state);
  const gap = topOf(SHOWN.first, layout) + layout.pitch / 2;
  const more =
    lengths.length > SHOWN.whole
      ? dots(left - 16, gap, 0, 0.8) +
        text(left, gap + 4, `${lengths.length - SHOWN.first - SHOWN.last} more sequences`)
      : "";
  const data = stages.includes("packed") ? countsOf(state, layout) + stripOf(state, layout) : "";
  return (
    `<svg viewBox="0 0 ${width} ${n(height)}" aria-hidden="true">${text(edge, 20, "", "start", 'class="title"')}` +
    stepNumbers(state, layout) +
    items.map((item) => rowOf(item, state, layout)).join("") +
    more +
    data +
    `<g class="rnnlib-numbers fades">${text(width - edge - off, TOP - 7, "", "start", 'class="head"')}` +
    `${items.map((item) => offOf(item, state, layout)).join("")}</g>` +
    '<rect class="mark column" rx="5"/><rect class="mark cell" rx="4"/><rect class="mark data" rx="3"/></svg>'
  );
}

const moveTo = (element, x, y) => {
  element.style.transform = `translate(${x}px, ${y}px)`;
};

/** Put every row, and every cell of `data`, where it stands at a stage. */
export function arrange(svg, stage, state, layout) {
  const lines = linesAt(stage, state);
  const topAt = ({ item }) => topOf(lines.get(Number(item)).line, layout);
  svg.dataset.stage = stage;
  for (const row of svg.querySelectorAll(".row")) {
    moveTo(row, 0, topAt(row.dataset));
    row.classList.toggle("away", !lines.get(Number(row.dataset.item)).shown);
  }
  for (const cell of svg.querySelectorAll("[data-index]")) {
    const { time, index } = cell.dataset;
    if (stage === "packed") moveTo(cell, stripX(index, layout), layout.strip.top);
    else moveTo(cell, layout.left + time * layout.wide, topAt(cell.dataset));
  }
  svg.querySelector(".title").innerHTML = titleOf(stage, state, layout.width);
  const strip = svg.querySelector(".strip .name");
  if (strip) strip.textContent = stripTitle(stage);
}

/** Outline the step that is followed: in the rows, in `data`, and its column. */
export function outline(svg, stage, place, state, layout) {
  const boxes = place ? boxesOf(stage, place, state, layout) : {};
  for (const name of ["cell", "data", "column"]) {
    const [mark, box] = [svg.querySelector(`.mark.${name}`), boxes[name]];
    mark.classList.toggle("away", !box);
    if (!box) continue;
    moveTo(mark, box.x - 1.5, box.y - 1.5);
    mark.setAttribute("width", Math.max(3, box.width) + 1.5);
    mark.setAttribute("height", box.height + 3);
  }
}
