// What all pictures share: symbols and their numbers, and the marks of a tensor. Pure: sizes in, strings of SVG out.

/** The number that an axis, a product of symbols such as "num_layers*num_directions", stands for. */
export function numberOf(axis, sizes) {
  return axis.split("*").reduce((product, symbol) => product * sizes[symbol], 1);
}

/** The one symbol whose colour an axis wears. */
export function colourOf(axis) {
  const symbols = axis.split("*");
  if (symbols.includes("num_layers")) return "num_layers";
  if (symbols.includes("hidden_size") || symbols.includes("proj_size")) return "hidden_size";
  return symbols[0];
}

/** An axis as people read it: factors of 1 are left out, num_directions and num_gates are said as numbers. */
export function nameOf(axis, sizes) {
  if (axis === "num_layers*num_directions") return "num_layers × num_directions";
  return axis
    .split("*")
    .map((symbol) => (symbol === "num_directions" || symbol === "num_gates" ? sizes[symbol] : symbol))
    .filter((factor) => factor !== 1)
    .join(" × ");
}

/** An axis with its number: `seq_len 8`, and where it is a product, `num_layers × num_directions = 4`. */
export function saidOf(axis, sizes) {
  const [name, value] = [nameOf(axis, sizes), numberOf(axis, sizes)];
  return name.includes("×") ? `${name} = ${value}` : `${name} ${value}`;
}

/** The pixels of one cell: `most` while they fit into `room`, then less, but never below `least`. */
export function unitOf(count, room, most, least) {
  return Math.max(least, Math.min(most, room / count));
}

const GAP = 2; // cells left blank in the middle of an axis that is elided

/**
 * How an axis of `count` cells is drawn in `room` pixels: whole, or with its middle left out.
 * An axis of several `parts`, such as two directions, is elided within each.
 */
export function extentOf(count, unit, room, parts = 1) {
  const each = count / parts;
  const fits = Math.max(1 + GAP, Math.floor(room / parts / unit + 1e-9));
  const elided = each > fits;
  const length = (elided ? fits : each) * unit;
  const from = Math.ceil((fits - GAP) / 2) * unit;
  const gap = [from, from + GAP * unit];
  const lines = [];
  for (let at = unit; at < length - 1e-9; at += unit) if (!elided || at <= gap[0] || at >= gap[1]) lines.push(at);
  const starts = Array.from({ length: parts }, (_, part) => part * length);
  return {
    elided,
    length: parts * length,
    lines: starts.flatMap((start) => lines.map((at) => start + at)),
    gaps: elided ? starts.map((start) => gap.map((at) => start + at)) : [],
    seams: starts.slice(1),
  };
}

const DEEP = [0.8, -0.6]; // where "back into the page" points, a unit vector

/** A number to a tenth of a pixel, as it stands in markup. */
export const n = (number) => Math.round(number * 10) / 10;
const at = (x, y) => `${n(x)} ${n(y)}`;

/**
 * A tensor's block. Time runs to the right, features up, batch back into the page.
 * `x`, `y` is the lower left corner of its front; each of `time`, `features`, `batch` an extent.
 */
export function block({ x, y, time, features, batch, colour }) {
  const [w, h] = [time.length, features.length];
  const [dx, dy] = [batch.length * DEEP[0], batch.length * DEEP[1]];
  const top = y - h;
  const front = `M${at(x, y)}H${n(x + w)}V${n(top)}H${n(x)}Z`;
  const roof = `M${at(x, top)}l${at(dx, dy)}h${n(w)}l${at(-dx, -dy)}Z`;
  const side = `M${at(x + w, y)}l${at(dx, dy)}v${n(-h)}l${at(-dx, -dy)}Z`;
  const up = (f) => `M${at(x, y - f)}h${n(w)}l${at(dx, dy)}`;
  const grid = [
    ...time.lines.map((t) => `M${at(x + t, y)}V${n(top)}l${at(dx, dy)}`),
    ...features.lines.map(up),
    ...batch.lines.map((b) => `M${at(x + b * DEEP[0], top + b * DEEP[1])}h${n(w)}v${n(h)}`),
  ];
  return (
    `<g class="block" data-symbol="${colour}"><path class="roof" d="${roof}"/><path class="side" d="${side}"/>` +
    `<path class="front" d="${front}"/><path class="grid" d="${grid.join("")}"/>${gaps(x, y, time, features)}` +
    `<path class="edge" d="${front}${roof}${side}"/><path class="seam" d="${features.seams.map(up).join("")}"/></g>`
  );
}

/** The places where cells are left out: a band in the ground's colour with three dots. */
function gaps(x, y, time, features) {
  const middle = (from, to) => (from + to) / 2;
  const across = time.gaps.map(
    ([from, to]) =>
      `<path class="gap" d="M${at(x + from, y)}v${n(-features.length)}H${n(x + to)}v${n(features.length)}Z"/>` +
      dots(x + middle(from, to), y - features.length / 2, 1, 0),
  );
  const up = features.gaps.map(
    ([from, to]) =>
      `<path class="gap" d="M${at(x, y - from)}h${n(time.length)}V${n(y - to)}h${n(-time.length)}Z"/>` +
      dots(x + time.length / 2, y - middle(from, to), 0, 1),
  );
  return [...across, ...up].join("");
}

/** Three dots: something is left out here. */
export function dots(x, y, across, down) {
  return [-5, 0, 5]
    .map((d) => `<circle class="dot" cx="${n(x + d * across)}" cy="${n(y + d * down)}" r="1.6"/>`)
    .join("");
}

/** Text as it may stand in markup. */
export function esc(words) {
  return words.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}

/** Where a path ends, and which way it goes there: `[x, y, dx, dy]`. It knows M, H, V, h, v and q. */
export function endOf(d) {
  let [x, y, dx, dy] = [0, 0, 0, 0];
  for (const [, command, words] of d.matchAll(/([MHVhvq])([^MHVhvq]*)/g)) {
    const [a, b, c, e] = words
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    const [fromX, fromY] = [x, y];
    if (command === "M") [x, y] = [a, b];
    if (command === "H") x = a;
    if (command === "V") y = a;
    if (command === "h") x += a;
    if (command === "v") y += a;
    if (command === "q") [x, y] = [x + c, y + e];
    [dx, dy] = [Math.sign(x - fromX), Math.sign(y - fromY)];
  }
  return [x, y, dx, dy];
}

/** A line with a head at its end. The head is drawn, not referred to: a marker vanishes with the tab that holds it. */
export function arrow(d, kind) {
  const [x, y, dx, dy] = endOf(d);
  const head = dx ? `M${x} ${y}l${-7 * dx} -4v8Z` : `M${x} ${y}l-4 ${-7 * dy}h8Z`;
  return `<path class="${kind}" d="${d}"/><path class="${kind} tip" d="${head}"/>`;
}

/** One axis of a tensor, to be pointed at: what it draws, its symbol, and a sentence for ears and for the caption. */
export function axisMark(tensor, axis, sizes, inner) {
  const place = tensor.axes.indexOf(axis);
  const said = `${tensor.name}, axis ${place}: ${saidOf(axis, sizes)}, ${tensor.why[place]}`;
  return (
    `<g class="axis" tabindex="-1" role="img" data-symbol="${colourOf(axis)}" data-key="${tensor.name} ${axis}"` +
    ` aria-label="${esc(said)}">${inner}</g>`
  );
}

/** The labelled rulers of a block: time below it, features up its left, batch along the edge that goes back. */
export function rulers(tensor, { x, y, time, features, batch }, axes, sizes) {
  const [dx, dy] = [batch.length * DEEP[0], batch.length * DEEP[1]];
  let marks = "";
  if (axes.time) {
    const line = `<path class="ruler" d="M${at(x, y + 10)}h${n(time.length)}"/>`;
    marks += axisMark(
      tensor,
      axes.time,
      sizes,
      line + text(x + time.length / 2, y + 30, saidOf(axes.time, sizes), "middle"),
    );
  }
  if (axes.batch) {
    const line = `<path class="ruler" d="M${at(x - 5, y - features.length - 7)}l${at(dx, dy)}"/>`;
    const words = text(x + dx + 2, y - features.length + dy - 8, saidOf(axes.batch, sizes));
    marks += axisMark(tensor, axes.batch, sizes, line + words);
  }
  if (axes.features) {
    const line = `<path class="ruler" d="M${at(x - 11, y)}v${n(-features.length)}"/>`;
    const words = text(x - 19, y, saidOf(axes.features, sizes), "start", `transform="rotate(-90 ${at(x - 19, y)})"`);
    marks += axisMark(tensor, axes.features, sizes, line + words);
  }
  return marks;
}

export function text(x, y, words, anchor = "start", more = "") {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" ${more}>${words}</text>`;
}

/** A shape as code, `(8, 3, 32)`, every number in the colour of its axis. */
export function shapeText(axes, sizes, tag) {
  const numbers = axes.map(
    (axis) => `<${tag} data-symbol="${colourOf(axis)}" class="size">${numberOf(axis, sizes)}</${tag}>`,
  );
  return `(${numbers.join(", ")}${axes.length === 1 ? "," : ""})`;
}
