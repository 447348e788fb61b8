// A tensor as a block with its three axes: to scale until it no longer fits, then elided. Pure: sizes in, strings of SVG out.
import { dots, esc, n, point, text } from "./svg.js";
import { colourOf, saidOf } from "./symbols.js";

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
  const seen = elided ? fits : each;
  const head = Math.ceil((fits - GAP) / 2);
  const indexOf = (k) => (!elided || k < head ? k : k < head + GAP ? null : each - (seen - k));
  const cells = starts.flatMap((_, part) =>
    Array.from({ length: seen }, (_, k) => (indexOf(k) === null ? null : part * each + indexOf(k))),
  );
  return {
    elided,
    cells, // the index of each cell that is drawn; null where some are left out
    length: parts * length,
    lines: starts.flatMap((start) => lines.map((at) => start + at)),
    gaps: elided ? starts.map((start) => gap.map((at) => start + at)) : [],
    seams: starts.slice(1),
  };
}

const DEEP = [0.8, -0.6]; // where "back into the page" points, a unit vector

/**
 * A tensor's block. Time runs to the right, features up, batch back into the page.
 * `x`, `y` is the lower left corner of its front; each of `time`, `features`, `batch` an extent.
 */
export function block({ x, y, time, features, batch, colour }) {
  const [w, h] = [time.length, features.length];
  const [dx, dy] = [batch.length * DEEP[0], batch.length * DEEP[1]];
  const top = y - h;
  const front = `M${point(x, y)}H${n(x + w)}V${n(top)}H${n(x)}Z`;
  const roof = `M${point(x, top)}l${point(dx, dy)}h${n(w)}l${point(-dx, -dy)}Z`;
  const side = `M${point(x + w, y)}l${point(dx, dy)}v${n(-h)}l${point(-dx, -dy)}Z`;
  const up = (f) => `M${point(x, y - f)}h${n(w)}l${point(dx, dy)}`;
  const grid = [
    ...time.lines.map((t) => `M${point(x + t, y)}V${n(top)}l${point(dx, dy)}`),
    ...features.lines.map(up),
    ...batch.lines.map((b) => `M${point(x + b * DEEP[0], top + b * DEEP[1])}h${n(w)}v${n(h)}`),
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
      `<path class="gap" d="M${point(x + from, y)}v${n(-features.length)}H${n(x + to)}v${n(features.length)}Z"/>` +
      dots(x + middle(from, to), y - features.length / 2, 1, 0),
  );
  const up = features.gaps.map(
    ([from, to]) =>
      `<path class="gap" d="M${point(x, y - from)}h${n(time.length)}V${n(y - to)}h${n(-time.length)}Z"/>` +
      dots(x + time.length / 2, y - middle(from, to), 0, 1),
  );
  return [...across, ...up].join("");
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
    const line = `<path class="ruler" d="M${point(x, y + 7)}h${n(time.length)}"/>`;
    marks += axisMark(
      tensor,
      axes.time,
      sizes,
      line + text(x + time.length / 2, y + 22, saidOf(axes.time, sizes), "middle"),
    );
  }
  if (axes.batch) {
    const line = `<path class="ruler" d="M${point(x - 5, y - features.length - 7)}l${point(dx, dy)}"/>`;
    const words = text(x + dx + 1, y - features.length + dy - 7, saidOf(axes.batch, sizes));
    marks += axisMark(tensor, axes.batch, sizes, line + words);
  }
  if (axes.features) {
    const line = `<path class="ruler" d="M${point(x - 8, y)}v${n(-features.length)}"/>`;
    const words = text(x - 14, y, saidOf(axes.features, sizes), "start", `transform="rotate(-90 ${point(x - 14, y)})"`);
    marks += axisMark(tensor, axes.features, sizes, line + words);
  }
  return marks;
}
