// A grid on the page: its title, its legend, and a mark that follows the pointer or the arrow keys.
import { el } from "../shared/controls.js";
import { cellSaid, drawn, isTight, layoutOf, legendOf, markOf, placeAfter, placeAt, wordsOf } from "./grid.js";

const UNITS = 14; // units of a drawing are pixels where the type is so large

function legend(grid) {
  const entries = legendOf(grid).map(({ kind, word }) => el("li", {}, el("i", { class: `swatch ${kind}` }), word));
  return el("ul", { class: "legend", "aria-hidden": "true" }, ...entries);
}

/** The figure of a grid. `point(words)` hears what is said of the cell that is pointed at, "" after; `scale` is its size. */
export function gridFigure(grid, point, scale = 1) {
  const at = layoutOf(grid, scale);
  const picture = el("div", {
    class: isTight(at) ? "grid tight" : "grid",
    role: "img",
    tabindex: 0,
    "aria-label": wordsOf(grid),
  });
  picture.innerHTML = `<svg viewBox="0 0 ${at.width} ${at.height}" aria-hidden="true">${drawn(grid, at)}</svg>`;
  const mark = picture.querySelector(".mark");
  let place = [0, 0];

  const rest = () => {
    picture.classList.remove("pointed");
    point("");
  };
  const tell = (now) => {
    place = now;
    picture.classList.add("pointed");
    for (const [name, value] of Object.entries(markOf(place, at))) mark.setAttribute(name, value);
    point(cellSaid(grid, place));
  };
  const under = (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const [x, y] = [(event.clientX - left) / width, (event.clientY - top) / height];
    tell(placeAt(x * at.width, y * at.height, at));
  };
  const heard = {
    pointermove: under,
    click: under, // a finger that taps leaves at once
    pointerleave: rest,
    focus: () => tell(place),
    blur: rest,
    keydown: (event) => {
      const next = placeAfter(event.key, place, at);
      if (!next) return;
      event.preventDefault();
      tell(next);
    },
  };
  for (const [name, listener] of Object.entries(heard)) picture.addEventListener(name, listener);
  return el("figure", { style: `--wide: ${at.width / UNITS}em` }, el("h3", {}, grid.title), picture, legend(grid));
}
