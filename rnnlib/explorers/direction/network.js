// The unrolled layer: its cells and lines, unlit or lit on the way to a place. Pure: a state and a layout in, SVG out.
import { dots, text } from "../shared/svg.js";
import { cellAt, r } from "./layout.js";
import { stepsRun, wayTo } from "./who_reads.js";

export const WAY = ["forward", "backward"];
const within = (span, time) => span !== null && span[0] <= time && time <= span[1];
const disc = ([x, y], radius) =>
  `M${r(x - radius)} ${y}a${r(radius)} ${r(radius)} 0 1 0 ${r(2 * radius)} 0a${r(radius)} ${r(radius)} 0 1 0 ${r(-2 * radius)} 0Z`;
export const path = (kind, d) => (d ? `<path class="${kind}" d="${d}"/>` : "");
export const rect = (kind, x, y, width, height, radius, more = "") =>
  `<rect class="${kind}" x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="${radius}" ${more}/>`;

/** The lines into and out of every cell of `spans`, and the cells; a step's input is read where `reads` holds it. */
function network(at, sizes, { spans, reads }, ends) {
  const [wires, cells, tips] = [[...ends], [], []];
  for (const layer of at.drawnLayers) {
    for (let direction = 0; direction < sizes.num_directions; direction++) {
      const own = at.drawn.filter((time) => within(spans[layer][direction], time));
      own.forEach((time, i) => {
        const [x, y] = cellAt(at, { layer, direction, time });
        cells.push(disc([x, y], at.radius));
        if (within(reads[layer], time)) wires.push(`M${x} ${r(at.below(layer))}V${r(y + at.radius)}`);
        if (layer < sizes.num_layers - 1 && within(reads[layer + 1], time))
          wires.push(`M${x} ${r(y - at.radius)}V${r(at.above(layer))}`);
        if (i + 1 === own.length) return;
        const [next] = cellAt(at, { layer, direction, time: own[i + 1] });
        wires.push(`M${r(x + at.radius)} ${y}H${r(next - at.radius)}`);
        const [middle, tip] = [(x + next) / 2, Math.min(4, at.pitch * 0.12) * (direction ? -1 : 1)];
        const high = Math.abs(tip);
        tips.push(`M${r(middle - tip / 2)} ${r(y - high)}l${r(tip)} ${r(high)}l${r(-tip)} ${r(high)}`);
      });
    }
    if (at.spread && layer) {
      const read = at.drawn.filter((time) => within(reads[layer], time));
      wires.push(...read.map((time) => `M${r(at.x(time) - at.spread)} ${r(at.below(layer))}h${r(2 * at.spread)}`));
    }
  }
  return path("wire", wires.join("")) + path("cell", cells.join("")) + path("tip", tips.join(""));
}

/** The line from a cell up to its half of output. */
function toHalf(at, sizes, time, direction) {
  const [x, y] = cellAt(at, { layer: sizes.num_layers - 1, direction, time });
  return `M${x} ${r(y - at.radius)}V${at.output.y + at.output.height}`;
}

/** The box of a row of h_n, `[x, y, width, height]`: at the end of its direction, which is the left end of a backward one. */
export function rowAt(at, { layer, direction }) {
  const wide = at.narrow ? 28 : 56;
  const high = at.narrow ? 26 : Math.min(24, at.row + 6);
  const y = cellAt(at, { layer, direction, time: at.drawn[0] })[1] - (at.narrow ? 2 : 0);
  return [direction ? at.edge : at.width - at.edge - wide, y - high / 2, wide, high];
}

/** The line from the last cell of a direction to its row of h_n. */
function toRow(at, layer, direction, run) {
  const time = direction ? at.drawn[0] : at.drawn.filter((time) => time < run).at(-1);
  const [x, y] = cellAt(at, { layer, direction, time });
  const [left, , wide] = rowAt(at, { layer, direction });
  return direction ? `M${r(x - at.radius)} ${y}H${r(left + wide)}` : `M${r(x + at.radius)} ${y}H${r(left)}`;
}

export const directionsOf = ({ num_directions }) => [0, 1].slice(0, num_directions);

/** Everything that is there, unlit: layers, cells and lines of all steps that are run. */
export function ground(state, at, item) {
  const { sizes } = state;
  const run = stepsRun(state, item);
  const all = {
    spans: Array.from({ length: sizes.num_layers }, () => Array(sizes.num_directions).fill([0, run - 1])),
    reads: Array(sizes.num_layers).fill([0, run - 1]),
  };
  const directions = directionsOf(sizes);
  const halves = directions.flatMap((direction) =>
    at.drawn.filter((time) => time < run).map((time) => toHalf(at, sizes, time, direction)),
  );
  const rows = at.drawnLayers.flatMap((layer) => directions.map((direction) => toRow(at, layer, direction, run)));
  const boxes = at.drawnLayers.map((layer) =>
    rect("layer", at.edge - 4, at.middle(layer) - at.box / 2 - 3, at.width - 2 * at.edge + 8, at.box + 6, 8),
  );
  const names = at.drawnLayers.map((layer) => {
    const y = cellAt(at, { layer, direction: 0, time: at.drawn[0] })[1];
    return named(at, y, "layer", layer);
  });
  const gap = (layer, i) => {
    if (layer !== null) return "";
    const [before, after] = [at.layers[i - 1], at.layers[i + 1]];
    const [x, y] = [at.width / 2, (at.middle(before) + at.middle(after)) / 2];
    const count = after - before - 1;
    return (
      dots(x, y, 0, 1) + text(x + 14, y + 4, `${count} more layer${count === 1 ? "" : "s"}`, "start", 'class="name"')
    );
  };
  return boxes.join("") + network(at, sizes, all, [...halves, ...rows]) + names.join("") + at.layers.map(gap).join("");
}

/** A name at the left, as `layer 0`; in two lines where there is little room. */
export function named(at, y, word, number) {
  if (!at.narrow) return text(33, y + 4, `${word} ${number}`, "middle", 'class="name"');
  return text(19, y + 2, word, "middle", 'class="name"') + text(19, y + 13, number, "middle", 'class="name"');
}

/** The way to a place, lit: every cell and line from which it can be reached. */
export function wayLit(state, at, place) {
  const { sizes } = state;
  const run = stepsRun(state, place.item);
  const way = wayTo(place, sizes, run);
  if (!way.cell) return "";
  const end =
    place.part === "h_n"
      ? toRow(at, place.layer, place.direction, run)
      : toHalf(at, sizes, place.time, place.direction);
  return network(at, sizes, way, [end]);
}
