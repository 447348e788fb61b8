// The marks that every circuit is drawn with: gates, operations, wires and their numbers. Pure: values in, SVG out.
import { colourAt } from "../shared/heat_map.js";
import { arrow, n, text } from "../shared/svg.js";
import { printed } from "./equations.js";
import { calledOf } from "./parts.js";

export const R = 12; // of an operation's circle
const TALL = 32; // of a box
const CHIP = 10; // the square of a value's colour

const css = ([r, g, b, alpha]) => `rgb(${r} ${g} ${b} / ${Math.round((100 * alpha) / 255)}%)`;

/** A number beside a line; nothing where there is none, as of an h that a projection made narrower. */
export function number(x, y, value, anchor = "start") {
  return value === undefined ? "" : text(x, y, printed(value), anchor, 'class="number"');
}

/** A value's colour, as a square around (x, y). */
function chip(x, y, value, range) {
  const [left, top] = [n(x - CHIP / 2), n(y - CHIP / 2)];
  const fill = css(colourAt(value, range));
  return `<rect class="chip" x="${left}" y="${top}" width="${CHIP}" height="${CHIP}" style="fill: ${fill}"/>`;
}

/** A line; one whose kind begins with "end" has a head where it ends. */
export const wire = (d, kind = "") =>
  kind.startsWith("end") ? arrow(d, `wire ${kind}`) : `<path class="wire ${kind}" d="${d}"/>`;
/** Where a line leaves another. */
export const joint = (x, y, kind = "") => `<circle class="joint ${kind}" cx="${n(x)}" cy="${n(y)}" r="3"/>`;

/** What is pointed at together: an operation, a box or a gate, and the part whose equation it belongs to. */
const node = (part, inner) => `<g class="node" data-part="${part}">${inner}</g>`;

/** An operation, number by number. */
export function op(part, x, y, sign, kind = "") {
  const words = text(x, y + 5, sign, "middle", 'class="sign"');
  return node(part, `<circle class="op ${kind}" cx="${n(x)}" cy="${n(y)}" r="${R}"/>${words}`);
}

const outline = (x, y, wide, kind) =>
  `<rect class="box ${kind}" x="${n(x - wide / 2)}" y="${n(y - TALL / 2)}" width="${n(wide)}" height="${TALL}" rx="6"/>`;

/** A box that is no gate, such as a matrix product. */
export function box(part, x, y, wide, words, kind = "") {
  const lines = words.split("\n");
  const line = (line, i) => text(x, y + 4 + 13 * i - 6.5 * (lines.length - 1), line, "middle", 'class="words"');
  return node(part, outline(x, y, wide, kind) + lines.map(line).join(""));
}

/** A gate's box around (x, y), which the keyboard reaches. */
export function gateBox(x, y, wide, name, squash, called) {
  const said = `${name}, ${called}: ${squash}`;
  return (
    `<g class="gate node" data-part="${name}" tabindex="0" role="img" aria-label="${said}">${outline(x, y, wide, "")}` +
    `<text x="${n(x)}" y="${n(y - 1)}" text-anchor="middle"><tspan class="name">${name}</tspan> <tspan class="quiet">${squash}</tspan></text>` +
    text(x, y + 12, called.replace(" gate", ""), "middle", 'class="called"') +
    "</g>"
  );
}

/** A value that leaves its box upwards: its colour on the wire at (x, y), its number beside it. */
export const leaving = (x, y, value, range = 1) => chip(x, y, value, range) + number(x + 9, y + 4, value);

/** A gate in the rows `at`, and the value that leaves it. */
export function gate(x, at, wide, name, squash, value) {
  return gateBox(x, at.gate, wide, name, squash, calledOf(name)) + leaving(x, at.chip, value);
}

/** A name with its index, its colour and its number: `h`, `t−1`, `−0.5483`. */
export function label(x, y, name, index, { value, range, symbol = "hidden_size", anchor = "start" } = {}) {
  const wide = 11 + 7 * index.length;
  const known = value !== undefined;
  const left = anchor === "end" ? x - wide - (known ? 62 : 0) : x;
  const words = `${name}<tspan class="sub" dy="4">${index}</tspan>`;
  return (
    text(left, y, words, "start", `class="port" data-symbol="${symbol}"`) +
    (known ? chip(left + wide + 7, y - 4, value, range) + number(left + wide + 15, y, value) : "")
  );
}

/** The lines that lead h and x to the boxes at `ups`, h from `[x, y]`s of its own. */
export function buses(at, { hFrom, hTo, xFrom, xTo }) {
  const [last, most] = [Math.max(...hTo.map(([x]) => x)), Math.max(...xTo)];
  const toH = ([x, y]) => wire(`M${n(x)} ${at.h}V${y}`, "end state") + joint(x, at.h, "state");
  const toX = (x) =>
    wire(`M${n(x)} ${at.x - 5}V${at.h - 5}`, "halo") +
    wire(`M${n(x)} ${at.x}V${at.gate + TALL / 2}`, "end input") +
    joint(x, at.x, "input");
  return (
    wire(`${hFrom}H${n(last)}`, "state") +
    hTo.map(toH).join("") +
    wire(`M${n(xFrom)} ${at.x}H${n(most)}`, "input") +
    xTo.map(toX).join("")
  );
}
