// What all pictures share: symbols and their numbers, and the marks of a tensor. Pure: sizes in, strings of SVG out.

/** The number that an axis, a product of symbols such as "num_layers*num_directions", stands for. */
export function valueOf(axis, sizes) {
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

/** The pixels of one cell: `most` while they fit into `room`, then less, but never below `least`. */
export function unitOf(count, room, most, least) {
  return Math.max(least, Math.min(most, room / count));
}

const GAP = 2; // cells left blank in the middle of an axis that is elided

/** How an axis of `count` cells is drawn in `room` pixels: whole, or with its middle left out. */
export function extentOf(count, unit, room) {
  const fits = Math.max(1 + GAP, Math.floor(room / unit + 1e-9));
  const elided = count > fits;
  const shown = elided ? fits : count;
  const from = Math.ceil((shown - GAP) / 2);
  return { count, unit, shown, elided, length: shown * unit, gap: elided ? [from * unit, (from + GAP) * unit] : null };
}

/** Where the lines between cells go; none inside the gap of an elided axis. */
export function linesOf(extent) {
  const all = Array.from({ length: extent.shown - 1 }, (_, i) => (i + 1) * extent.unit);
  return extent.gap ? all.filter((at) => at <= extent.gap[0] || at >= extent.gap[1]) : all;
}

const DEEP = [0.8, -0.6]; // where "back into the page" points, a unit vector

const n = (number) => Math.round(number * 10) / 10;
const at = (x, y) => `${n(x)} ${n(y)}`;

/**
 * A tensor's block. Time runs to the right, features up, batch back into the page.
 * `x`, `y` is the lower left corner of its front; each of `time`, `features`, `batch` an extent.
 */
export function block({ x, y, time, features, batch, colour, halves = 1 }) {
  const [w, h] = [time.length, features.length];
  const [dx, dy] = [batch.length * DEEP[0], batch.length * DEEP[1]];
  const top = y - h;
  const front = `M${at(x, y)}H${n(x + w)}V${n(top)}H${n(x)}Z`;
  const roof = `M${at(x, top)}l${at(dx, dy)}h${n(w)}l${at(-dx, -dy)}Z`;
  const side = `M${at(x + w, y)}l${at(dx, dy)}v${n(-h)}l${at(-dx, -dy)}Z`;
  let grid = "";
  for (const t of linesOf(time)) grid += `M${at(x + t, y)}V${n(top)}l${at(dx, dy)}`;
  for (const f of linesOf(features)) grid += `M${at(x, y - f)}H${n(x + w)}l${at(dx, dy)}`;
  for (const b of linesOf(batch)) {
    const [bx, by] = [b * DEEP[0], b * DEEP[1]];
    grid += `M${at(x + bx, top + by)}h${n(w)}v${n(h)}`;
  }
  let seam = "";
  for (let half = 1; half < halves; half++) seam += `M${at(x, y - (h * half) / halves)}h${n(w)}l${at(dx, dy)}`;
  return (
    `<g class="block" data-symbol="${colour}"><path class="roof" d="${roof}"/><path class="side" d="${side}"/>` +
    `<path class="front" d="${front}"/><path class="grid" d="${grid}"/>${gaps(x, y, time, features)}` +
    `<path class="edge" d="${front}${roof}${side}"/><path class="seam" d="${seam}"/></g>`
  );
}

/** The places where cells are left out: a band in the ground's colour with three dots. */
function gaps(x, y, time, features) {
  let marks = "";
  if (time.gap) {
    const [from, to] = time.gap;
    marks += `<path class="gap" d="M${at(x + from, y)}V${n(y - features.length)}H${n(x + to)}V${n(y)}Z"/>`;
    marks += dots(x + (from + to) / 2, y - features.length / 2, 1, 0);
  }
  if (features.gap) {
    const [from, to] = features.gap;
    marks += `<path class="gap" d="M${at(x, y - from)}H${n(x + time.length)}V${n(y - to)}H${n(x)}Z"/>`;
    marks += dots(x + time.length / 2, y - (from + to) / 2, 0, 1);
  }
  return marks;
}

/** Three dots: something is left out here. */
export function dots(x, y, across, down) {
  return [-5, 0, 5].map((d) => `<circle class="dot" cx="${n(x + d * across)}" cy="${n(y + d * down)}" r="1.6"/>`).join("");
}

/** One axis of a tensor, to be pointed at: what it draws, its symbol, and a sentence for ears and for the caption. */
export function axisMark(tensor, axis, sizes, inner) {
  const place = tensor.axes.indexOf(axis);
  const said = `${tensor.name}, axis ${place}: ${nameOf(axis, sizes)} ${valueOf(axis, sizes)}, ${tensor.why[place]}`;
  return (
    `<g class="axis" tabindex="0" role="img" data-symbol="${colourOf(axis)}" data-axis="${axis}"` +
    ` aria-label="${said}">${inner}</g>`
  );
}

/** The labelled rulers of a block: time below it, features up its left, batch along the edge that goes back. */
export function rulers(tensor, { x, y, time, features, batch }, axes, sizes) {
  const [dx, dy] = [batch.length * DEEP[0], batch.length * DEEP[1]];
  const said = (axis) => `${nameOf(axis, sizes)} ${valueOf(axis, sizes)}`;
  let marks = "";
  if (axes.time) {
    const line = `<path class="ruler" d="M${at(x, y + 10)}h${n(time.length)}"/>`;
    marks += axisMark(tensor, axes.time, sizes, line + text(x + time.length / 2, y + 30, said(axes.time), "middle"));
  }
  if (axes.batch) {
    const line = `<path class="ruler" d="M${at(x - 5, y - features.length - 7)}l${at(dx, dy)}"/>`;
    const words = text(x + dx + 2, y - features.length + dy - 8, said(axes.batch));
    marks += axisMark(tensor, axes.batch, sizes, line + words);
  }
  if (axes.features) {
    const line = `<path class="ruler" d="M${at(x - 11, y)}v${n(-features.length)}"/>`;
    const words = text(x - 19, y, said(axes.features), "start", `transform="rotate(-90 ${at(x - 19, y)})"`);
    marks += axisMark(tensor, axes.features, sizes, line + words);
  }
  return marks;
}

export function text(x, y, words, anchor = "start", more = "") {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" ${more}>${words}</text>`;
}

/** A shape as code, `(8, 3, 32)`, every number in the colour of its axis. */
export function shapeText(axes, sizes, tag) {
  const numbers = axes.map((axis) => `<${tag} data-symbol="${colourOf(axis)}" class="size">${valueOf(axis, sizes)}</${tag}>`);
  return `(${numbers.join(", ")}${axes.length === 1 ? "," : ""})`;
}
