// A heat map to look at and to read: its name, its colours, and a line that says the value pointed at.
import { el } from "./controls.js";
import { cellAfter, cellAt, paint, rangeOf } from "./heat_map.js";

const said = (value) => (value === undefined ? "" : value.toFixed(4));

/**
 * A figure named `name`; `show(map, note)` fills it with `{rows, cols, values, until}`.
 * `index` says how a cell of row r and column c is indexed; `pick(row, col)` hears a click or Enter.
 */
export function heatFigure({ name, index, pick }) {
  const canvas = el("canvas", { tabindex: 0, role: "img" });
  const line = el("span", { class: "value" });
  const frame = el("div", { class: "frame" }, canvas);
  const whole = el("figure", { class: "map" }, el("figcaption", {}, name), frame, line);
  let map = { rows: 1, cols: 1, values: [0] };
  let [cell, resting] = [[0, 0], ""];

  const tell = () => {
    whole.classList.add("read");
    const where = index.replace(/\br\b(?!\[)/, cell[0]).replace(/\bc\b(?!\[)/, cell[1]);
    line.textContent = `${where} = ${said(map.values[cell[0] * map.cols + cell[1]])}`;
  };
  const rest = () => {
    whole.classList.remove("read");
    line.textContent = resting;
  };
  canvas.addEventListener("pointermove", (event) => {
    cell = cellAt(event, canvas, map);
    tell();
  });
  canvas.addEventListener("pointerleave", rest);
  canvas.addEventListener("focus", () => {
    line.setAttribute("aria-live", "polite");
    tell();
  });
  canvas.addEventListener("blur", () => {
    line.removeAttribute("aria-live");
    rest();
  });
  if (pick) canvas.addEventListener("click", (event) => pick(...cellAt(event, canvas, map)));
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && pick) pick(...cell);
    const next = cellAfter(event.key, cell, map);
    if (!next) return;
    event.preventDefault();
    cell = next;
    tell();
  });

  const show = (shown, note = "") => {
    map = shown;
    cell = [Math.min(cell[0], map.rows - 1), Math.min(cell[1], map.cols - 1)];
    const range = map.range ?? rangeOf(map.values);
    resting = `±${range.toFixed(2)} ${note}`;
    const about = `${name}, ${map.rows} by ${map.cols} values from ${-range.toFixed(2)} to ${range.toFixed(2)}; arrow keys read them`;
    canvas.setAttribute("aria-label", about);
    paint(canvas, map);
    rest();
  };
  return { whole, frame, show };
}
