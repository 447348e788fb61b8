// A part's whole history as a heat map: units up, time to the right, filled as far as time has gone.
import { el } from "../shared/controls.js";
import { heatFigure } from "../shared/heat_figure.js";
import { paint } from "../shared/heat_map.js";
import { printed } from "./equations.js";

const FINE = 40; // more rows or columns have no lines between them

/** What is known of a cell: its number, or that time has not come there yet. */
export function knownOf({ rows, cols, values, from, until }, [row, col]) {
  if (row >= rows) return "–"; // of fewer rows than units: an h that a projection made narrower
  return col >= from && col <= until ? printed(values[row * cols + col]) : "not yet";
}

/**
 * The figure of `part`. `show(map)` fills it with `{rows, cols, values, range, said, from, until, cell}`, the cell
 * being the place looked at; `go(row, col)` hears a click or an arrow key.
 */
export function historyFigure(part, kind, axis, go) {
  const scale = el("span", { class: "scale" });
  const told = (map, cell) => [el("b", {}, knownOf(map, cell)), ` ${part}[${cell[0]}], t ${cell[1]}`];
  const caption = [el("b", {}, part), ` ${kind}`, scale];
  const { whole, frame, show } = heatFigure({ caption, told, resting: (map) => told(map, map.cell), go });
  whole.dataset.part = part;
  frame.append(el("div", { class: "lines" }), el("div", { class: "future" }));

  const showHistory = (map) => {
    const { rows, cols, from, until, said, picked } = map;
    const [row, col] = map.cell;
    const [begin, end] = from > 0 ? [0, from] : [until + 1, cols];
    scale.textContent = said;
    for (const [name, number] of Object.entries({ rows, cols, row, col, begin, end }))
      frame.style.setProperty(`--${name}`, number);
    frame.classList.toggle("lined", rows <= FINE && cols <= FINE);
    frame.classList.toggle("picked", picked && rows > 1 && row < rows);
    const label = `${part} ${kind}: ${rows} by ${cols} values, ${said}; arrow keys choose ${axis} and step`;
    show({ ...map, label });
  };
  return { whole, show: showHistory };
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
