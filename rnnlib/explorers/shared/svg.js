// What every drawing is made of: text, arrows, dots. Pure: places in, strings of SVG out.

/** A number to a tenth of a pixel, as it stands in markup. */
export const n = (number) => Math.round(number * 10) / 10;
export const point = (x, y) => `${n(x)} ${n(y)}`;

/** Words at a place; `anchor` says which end of them, `more` what else the element carries. */
export function text(x, y, words, anchor = "start", more = "") {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" ${more}>${words}</text>`;
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
