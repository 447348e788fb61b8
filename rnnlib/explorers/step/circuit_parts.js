// The marks that every circuit is drawn with: strips of values, gates, ports, boxes and wires. Pure: values in, SVG out.
import { colourAt } from "../shared/heat_map.js";
import { arrow, text } from "../shared/svg.js";
import { printed } from "./equations.js";

export const CIRCUIT = { width: 660, height: 400 };
export const [LEFT, RIGHT] = [16, 644]; // where strips of states begin and end
export const R = 15; // of an operation's circle
export const GATES_Y = { strip: 236, box: 264, middle: 284, end: 304 }; // from a gate's values down to where it is told
const TALL = 22; // of a strip
const SLOTS = 8; // a longer strip shows the values around the chosen unit
const ROOM = 96; // what a few values may fill
const HALF = 46; // of a gate's box
const CALLED = { i: "input", f: "forget", g: "cell", o: "output", r: "reset", z: "update", n: "new", h: "new state" };

/** Which values of a long strip are shown, so that with dots for what is left out they fill its slots. */
export function windowOf(count, chosen, slots = SLOTS) {
  if (count <= slots) return [0, count];
  if (chosen < slots - 2) return [0, slots - 1];
  if (chosen >= count - slots + 2) return [count - slots + 1, count];
  const from = chosen - Math.floor((slots - 2) / 2);
  return [from, from + slots - 2];
}

const cellOf = (shown) => Math.max(16, Math.min(24, ROOM / shown));

/** How wide the strip of `count` values is. */
export function widthOf(count, slots = SLOTS) {
  const shown = Math.min(count, slots);
  return shown * cellOf(shown);
}

const css = ([r, g, b, alpha]) => `rgb(${r} ${g} ${b} / ${Math.round((100 * alpha) / 255)}%)`;

/** A vector as a row of coloured cells from x to the right; the chosen unit is outlined. */
export function strip(x, y, { values, range, name }, unit, slots = SLOTS) {
  const [from, to] = windowOf(values.length, unit, slots);
  const wide = widthOf(values.length, slots);
  const cell = cellOf(Math.min(values.length, slots));
  const first = x + (from > 0 ? cell : 0);
  let marks = "";
  for (let i = from; i < to; i++) {
    const fill = css(colourAt(values[i], range));
    marks += `<rect class="value" x="${first + (i - from) * cell}" y="${y}" width="${cell}" height="${TALL}" style="fill: ${fill}"/>`;
  }
  marks += `<rect class="edge" x="${x}" y="${y}" width="${wide}" height="${TALL}" rx="2"/>`;
  if (from > 0) marks += text(x + cell / 2, y + 14, "…", "middle", 'class="quiet"');
  if (to < values.length) marks += text(x + wide - cell / 2, y + 14, "…", "middle", 'class="quiet"');
  if (unit >= from && unit < to) {
    marks += `<rect class="chosen" x="${first + (unit - from) * cell}" y="${y}" width="${cell}" height="${TALL}" rx="2"/>`;
  }
  const said = values[unit] === undefined ? "" : ` ${values[unit].toFixed(4)} at unit ${unit}`;
  return `<g class="strip" data-part="${name}" role="img" aria-label="${name}${said}">${marks}</g>`;
}

/** A number in the picture, to three digits: the equations have them all. */
export function number(x, y, value, anchor = "start") {
  return value === undefined ? "" : text(x, y, printed(value, 3), anchor, 'class="number"');
}

/** A line; one whose kind begins with "end" has a head where it ends. */
export const wire = (d, kind = "") =>
  kind.startsWith("end") ? arrow(d, `wire ${kind}`) : `<path class="wire ${kind}" d="${d}"/>`;
/** Where a line leaves another. */
export const joint = (x, y, kind) => `<circle class="joint ${kind}" cx="${x}" cy="${y}" r="3.4"/>`;
/** An operation, number by number. */
export const op = (x, y, sign, kind = "") =>
  `<circle class="op ${kind}" cx="${x}" cy="${y}" r="${R}"/>${text(x, y + 6, sign, "middle", 'class="sign"')}`;

/** A box that is no gate, such as a matrix product. */
export function box(x, y, wide, words, kind = "") {
  return `<rect class="box ${kind}" x="${x - wide / 2}" y="${y - 20}" width="${wide}" height="40" rx="8"/>${text(x, y + 4, words, "middle", 'class="words"')}`;
}

/** A gate's box around (x, y), which the keyboard reaches. */
export function gateBox(x, y, name, squash) {
  return (
    `<g class="gate" data-part="${name}" tabindex="0" role="img" aria-label="gate ${name}, ${squash}">` +
    `<rect class="box" x="${x - HALF}" y="${y - 20}" width="${2 * HALF}" height="40" rx="8"/>` +
    `<text x="${x}" y="${y - 2}" text-anchor="middle"><tspan class="name">${name}</tspan> <tspan class="quiet">${squash}</tspan></text>` +
    text(x, y + 13, CALLED[name], "middle", 'class="called"') +
    "</g>"
  );
}

/** Values that stand upon their box, and the chosen unit's as a number beside the line that leaves them. */
export function upon(x, part, unit) {
  const left = x - widthOf(part.values.length) / 2;
  return strip(left, GATES_Y.strip, part, unit) + number(x + 8, GATES_Y.strip - 9, part.values[unit]);
}

/** A gate with its values upon it. */
export function gate(x, name, squash, parts, unit) {
  return gateBox(x, GATES_Y.middle, name, squash) + upon(x, parts[name], unit);
}

/** A name with its index, and the chosen unit's number after it: `h`, `t−1`, `−0.548`. */
export function label(x, y, name, index, value, colour, anchor = "start") {
  const figure = value === undefined ? "" : `<tspan class="number" dx="8" dy="-5">${printed(value, 3)}</tspan>`;
  return text(
    x,
    y,
    `${name}<tspan class="sub" dy="5">${index}</tspan>${figure}`,
    anchor,
    `class="port" data-symbol="${colour}"`,
  );
}

/** A state that comes in at the left, its name after it. */
export function comesIn(y, part, name, index, unit) {
  const after = LEFT + widthOf(part.values.length) + 10;
  return strip(LEFT, y, part, unit) + label(after, y + 16, name, index, part.values[unit], "hidden_size");
}

/** A state that goes out at the right, its name before it. */
export function goesOut(y, part, name, unit, at = [RIGHT - widthOf(part.values.length) - 10, y + 16]) {
  return (
    strip(RIGHT - widthOf(part.values.length), y, part, unit) +
    label(...at, name, "t", part.values[unit], "hidden_size", "end")
  );
}

/** The input, around x at the foot of the picture. */
export function input(x, part) {
  const wide = widthOf(part.values.length, 12);
  const only = part.values.length === 1 ? part.values[0] : undefined;
  return strip(x - wide / 2, 364, part, -1, 12) + label(x + wide / 2 + 10, 380, "x", "t", only, "input_size");
}
