// A heat map to look at and to read: a caption, the colours, and a line that says the value pointed at.
import { el } from "./controls.js";
import { cellAfter, cellAt, paint } from "./heat_map.js";

/**
 * `show(map)` fills it with what `paint` takes, and `label`, its name for ears; `told(map, cell)` and `resting(map)` are
 * what the line says of a cell and of none. `go(row, col)`, where given, hears a click or an arrow key, and `map.cell`
 * is the place it chose; otherwise the arrow keys move a cell of the figure's own.
 */
export function heatFigure({ caption, told, resting, go }) {
  const canvas = el("canvas", { tabindex: 0, role: "img" });
  const line = el("span", { class: "value" });
  const frame = el("div", { class: "frame" }, canvas);
  const whole = el("figure", { class: "map" }, el("figcaption", {}, ...caption), frame, line);
  let [map, cell] = [null, [0, 0]];

  const tell = (at) => {
    whole.classList.add("read");
    line.replaceChildren(...told(map, at));
  };
  const rest = () => {
    whole.classList.remove("read");
    line.replaceChildren(...resting(map));
  };
  canvas.addEventListener("pointermove", (event) => tell(cellAt(event, canvas, map)));
  canvas.addEventListener("pointerleave", rest);
  canvas.addEventListener("focus", () => {
    line.setAttribute("aria-live", "polite");
    tell(cell);
  });
  canvas.addEventListener("blur", () => {
    line.removeAttribute("aria-live");
    rest();
  });
  canvas.addEventListener("click", (event) => go?.(...cellAt(event, canvas, map)));
  canvas.addEventListener("keydown", (event) => {
    const next = cellAfter(event.key, cell, map);
    if (!next) return;
    event.preventDefault();
    if (go) return go(...next);
    cell = next;
    tell(cell);
  });

  const show = (shown) => {
    map = shown;
    cell = map.cell ?? cell;
    canvas.setAttribute("aria-label", map.label);
    paint(canvas, map);
    rest();
  };
  return { whole, frame, show };
}
