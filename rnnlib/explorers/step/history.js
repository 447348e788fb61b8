// A part's whole history as a heat map: units up, time to the right, filled as far as time has gone.
import { el } from "../shared/controls.js";
import { cellAfter, cellAt, paint } from "../shared/heat_map.js";
import { printed } from "./equations.js";

const FINE = 40; // more rows or columns have no lines between them

/**
 * The figure of `part`. `show(map)` fills it with `{rows, cols, values, range, said, from, until, row, col}`, the cell
 * (row, col) being the place looked at; `go(row, col)` hears a click or an arrow key.
 */
export function historyFigure(part, kind, axis, go) {
  const canvas = el("canvas", { tabindex: 0, role: "img" });
  const [scale, value] = [el("span", { class: "scale" }), el("span", { class: "value" })];
  const frame = el("div", { class: "frame" }, canvas, el("div", { class: "lines" }), el("div", { class: "future" }));
  const caption = el("figcaption", {}, el("b", {}, part), ` ${kind}`, scale);
  const whole = el("figure", { class: "map", "data-part": part }, caption, frame, value);
  let map = null;

  const read = ([row, col]) => {
    const known = row < map.rows && col >= map.from && col <= map.until;
    const number = known ? printed(map.values[row * map.cols + col]) : row < map.rows ? "not yet" : "–";
    value.replaceChildren(el("b", {}, number), ` ${part}[${row}], t ${col}`);
  };
  const here = () => [map.row, map.col];
  canvas.addEventListener("pointermove", (event) => read(cellAt(event, canvas, map)));
  canvas.addEventListener("pointerleave", () => read(here()));
  canvas.addEventListener("focus", () => value.setAttribute("aria-live", "polite"));
  canvas.addEventListener("blur", () => value.removeAttribute("aria-live"));
  canvas.addEventListener("click", (event) => go(...cellAt(event, canvas, map)));
  canvas.addEventListener("keydown", (event) => {
    const next = cellAfter(event.key, here(), map);
    if (!next) return;
    event.preventDefault();
    go(...next);
  });

  const show = (shown) => {
    map = shown;
    scale.textContent = map.said;
    const about = `${part} ${kind}: ${map.rows} by ${map.cols} values, ${map.said}; arrow keys choose ${axis} and step`;
    canvas.setAttribute("aria-label", about);
    const set = (name, number) => frame.style.setProperty(name, number);
    for (const name of ["rows", "cols", "row", "col"]) set(`--${name}`, map[name]);
    const [begin, end] = map.from > 0 ? [0, map.from] : [map.until + 1, map.cols];
    set("--begin", begin);
    set("--end", end);
    frame.classList.toggle("lined", map.rows <= FINE && map.cols <= FINE);
    frame.classList.toggle("picked", map.picked && map.rows > 1 && map.row < map.rows);
    paint(canvas, map);
    read(here());
  };
  return { whole, show };
}

/** What the colours mean, as a bar of them. */
export function colourKey() {
  const bar = el("canvas", { width: 101, height: 1, "aria-hidden": "true" });
  paint(bar, { rows: 1, cols: 101, values: Array.from({ length: 101 }, (_, i) => (i - 50) / 50), range: 1 });
  const none = el("span", { class: "none" });
  return el(
    "div",
    { class: "key" },
    "below 0",
    bar,
    "above 0",
    none,
    "no number",
    el("span", { class: "axes" }, "units ↑ ", el("b", {}, "time →")),
  );
}
