// The unrolled layer: time to the right, layers upwards, each direction a row of cells. Pure: places in, strings of SVG out.
import { dots, text } from "../shared/svg.js";
import { CHIP, cellAt, INPUT, LEFT, OUTPUT, RIGHT, r, UNROLLED } from "./layout.js";
import { stepsRun, wayTo } from "./who_reads.js";

const within = (span, time) => span !== null && span[0] <= time && time <= span[1];
const disc = ([x, y], radius) =>
  `M${r(x - radius)} ${y}a${r(radius)} ${r(radius)} 0 1 0 ${r(2 * radius)} 0a${r(radius)} ${r(radius)} 0 1 0 ${r(-2 * radius)} 0Z`;

/** The lines into and out of every cell of `spans`, and the cells; a step's input is read where `reads` holds it. */
function network(at, sizes, { spans, reads }, ends) {
  const wires = [];
  const cells = [];
  const tips = [];
  for (const layer of at.drawnLayers) {
    for (let direction = 0; direction < sizes.num_directions; direction++) {
      const span = spans[layer][direction];
      const own = at.drawn.filter((time) => within(span, time));
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
        tips.push(
          `M${r(middle - tip / 2)} ${r(y - Math.abs(tip))}l${r(tip)} ${r(Math.abs(tip))}l${r(-tip)} ${r(Math.abs(tip))}`,
        );
      });
    }
    if (at.spread && layer) {
      const read = at.drawn.filter((time) => within(reads[layer], time));
      wires.push(...read.map((time) => `M${r(at.x(time) - at.spread)} ${r(at.below(layer))}h${r(2 * at.spread)}`));
    }
  }
  return { wires: [...wires, ...ends].join(""), cells: cells.join(""), tips: tips.join("") };
}

/** The line from a cell up to its half of output. */
function toHalf(at, sizes, time, direction) {
  const [x, y] = cellAt(at, { layer: sizes.num_layers - 1, direction, time });
  return `M${x} ${r(y - at.radius)}V${OUTPUT.y + OUTPUT.height}`;
}

/** Where a row of h_n stands: the forward one at the end of its cells, the backward one above them, as it ends on the left. */
export function chipAt(at, { layer, direction }) {
  const y = cellAt(at, { layer, direction, time: at.drawn[0] })[1];
  return direction ? y - at.row * 0.46 - 2 : y;
}

/** The line from the last cell of a direction to its row of h_n. */
function toRow(at, layer, direction, run) {
  const first = at.drawn[0];
  const last = at.drawn.filter((time) => time < run).at(-1);
  const [x, y] = cellAt(at, { layer, direction, time: direction ? first : last });
  if (!direction) return `M${r(x + at.radius)} ${y}H${CHIP}`;
  const lane = r(chipAt(at, { layer, direction }));
  const turn = Math.min(8, (y - lane) / 2);
  const edge = r(cellAt(at, { layer, direction: 0, time: first })[0] - at.radius - 3);
  return `M${r(x - at.radius)} ${y}H${r(edge + turn)}q${-turn} 0 ${-turn} ${-turn}V${r(lane + turn)}q0 ${-turn} ${turn} ${-turn}H${CHIP}`;
}

const path = (kind, d) => (d ? `<path class="${kind}" d="${d}"/>` : "");
const drawnNetwork = ({ wires, cells, tips }) => path("wire", wires) + path("cell", cells) + path("tip", tips);

/** Everything that is there, unlit: layers, cells and lines of all steps that are run. */
export function ground(state, at, item) {
  const { sizes } = state;
  const run = stepsRun(state, item);
  const spans = Array.from({ length: sizes.num_layers }, () => Array(sizes.num_directions).fill([0, run - 1]));
  const reads = Array(sizes.num_layers).fill([0, run - 1]);
  const directions = [0, 1].slice(0, sizes.num_directions);
  const halves = directions.flatMap((direction) =>
    at.drawn.filter((time) => time < run).map((time) => toHalf(at, sizes, time, direction)),
  );
  const rows = at.drawnLayers.flatMap((layer) => directions.map((direction) => toRow(at, layer, direction, run)));
  const boxes = at.drawnLayers.map(
    (layer) =>
      `<rect class="layer" x="12" y="${r(at.middle(layer) - at.box / 2 - 8)}" width="${RIGHT - 4}" height="${r(at.box + 16)}" rx="10"/>`,
  );
  const small = at.row < 18 ? "name small" : "name";
  const names = at.drawnLayers.flatMap((layer) =>
    directions.map((direction) =>
      text(
        22,
        cellAt(at, { layer, direction, time: at.drawn[0] })[1] + 5,
        `layer ${layer} ${["→", "←"][direction]}`,
        "start",
        `class="${small}"`,
      ),
    ),
  );
  const gap = (before, after) => {
    const [x, y] = [(LEFT + RIGHT) / 2, (at.middle(before) + at.middle(after)) / 2];
    return dots(x, y, 0, 1) + text(x + 14, y + 5, `${after - before - 1} more layers`, "start", 'class="name"');
  };
  const gaps = at.layers.map((layer, i) => (layer === null ? gap(at.layers[i - 1], at.layers[i + 1]) : ""));
  return (
    boxes.join("") +
    drawnNetwork(network(at, sizes, { spans, reads }, [...halves, ...rows])) +
    names.join("") +
    gaps.join("")
  );
}

/** The way to a place, lit: every cell and line from which it can be reached. */
export function wayLit(state, at, place) {
  const { sizes } = state;
  const run = stepsRun(state, place.item);
  const way = wayTo(place, sizes, run);
  if (!way.cell) return "";
  const ends =
    place.part === "h_n"
      ? [toRow(at, place.layer, place.direction, run)]
      : [toHalf(at, sizes, place.time, place.direction)];
  return drawnNetwork(network(at, sizes, way, ends));
}

/** A box's diagonal lines: a pad. Drawn one by one, as what is referred to vanishes with the tab that holds it. */
function hatch(x, y, width, height) {
  const lines = [];
  for (let from = 5 - height; from < width; from += 6) {
    const [start, end] = [Math.max(0, from), Math.min(width, from + height)];
    lines.push(`M${r(x + start)} ${r(y + height - (start - from))}L${r(x + end)} ${r(y + height - (end - from))}`);
  }
  return path("hatch", lines.join(""));
}

/** The inputs: lit as far as the chosen number has read them, hatched where they are pads, with their numbers below. */
export function inputs(state, at, item, lights) {
  const width = Math.min(34, at.pitch * 0.76);
  const each = [1, 2, 5, 10].find((step) => step * at.pitch >= 22) ?? 10;
  const one = (time) => {
    const [x, pad, light] = [at.x(time) - width / 2, time >= state.lengths[item], lights[time] ?? 0];
    const box = (kind, more = "") =>
      `<rect class="${kind}" x="${r(x)}" y="${INPUT.y}" width="${r(width)}" height="${INPUT.height}" rx="3"${more}/>`;
    const lit = light ? box("light", ` style="opacity: ${light.toFixed(3)}"`) : "";
    const number =
      at.steps.indexOf(time) % each === 0
        ? text(at.x(time), INPUT.y + INPUT.height + 17, time, "middle", `class="step${light ? " read" : ""}"`)
        : "";
    return box(`input${light ? " read" : ""}`) + lit + (pad ? hatch(x, INPUT.y, width, INPUT.height) : "") + number;
  };
  const gap = (step, i) => {
    if (step !== null) return "";
    const [x, left] = [at.x(at.steps[i - 1]) + at.pitch, at.steps[i + 1] - at.steps[i - 1] - 1];
    return (
      dots(x, INPUT.y + INPUT.height / 2, 1, 0) +
      text(x, INPUT.y + INPUT.height + 32, `${left} more`, "middle", 'class="step"')
    );
  };
  return (
    text(22, INPUT.y + 19, "x", "start", 'class="port" data-symbol="input_size"') +
    at.drawn.map(one).join("") +
    at.steps.map(gap).join("")
  );
}

/** A thing to choose: its box, its key, and its name for ears. */
function choosable(key, said, chosen, inner) {
  return `<g class="place${chosen ? " chosen" : ""}" data-key="${key}" role="button" aria-pressed="${chosen}" tabindex="${chosen ? 0 : -1}" aria-label="${said}">${inner}</g>`;
}

/** The halves of every output[t], to be chosen. */
function halves(state, at, place) {
  const { sizes } = state;
  const run = stepsRun(state, place.item);
  const width = Math.min(34, at.pitch * (sizes.num_directions === 2 ? 0.42 : 0.76));
  const one = (time, direction) => {
    const x = cellAt(at, { layer: sizes.num_layers - 1, direction, time })[0] - width / 2;
    const chosen = place.part === "output" && place.time === time && place.direction === direction;
    const box = `<rect class="half${time < run ? "" : " zeros"}" x="${r(x)}" y="${OUTPUT.y}" width="${r(width)}" height="${OUTPUT.height}" rx="3"/>`;
    const hit = `<rect class="hit" x="${r(x - at.pitch * 0.04)}" y="${OUTPUT.y - 14}" width="${r(width + at.pitch * 0.08)}" height="${OUTPUT.height + 22}"/>`;
    const half = sizes.num_directions === 2 ? `, ${["forward", "backward"][direction]} half` : "";
    return choosable(`output ${time} ${direction}`, `output at step ${time}${half}`, chosen, hit + box);
  };
  return at.drawn.flatMap((time) => [0, 1].slice(0, sizes.num_directions).map((direction) => one(time, direction)));
}

/** The rows of h_n in torch's order, upwards: layer first, then direction. */
function rows(state, at, place) {
  const { num_directions } = state.sizes;
  const one = (layer, direction) => {
    const [row, y] = [layer * num_directions + direction, chipAt(at, { layer, direction })];
    const high = Math.min(24, at.row * (num_directions === 2 ? 1.2 : 1));
    const chosen = place.part === "h_n" && place.layer === layer && place.direction === direction;
    const box = `<rect class="row" x="${CHIP}" y="${r(y - high / 2)}" width="84" height="${r(high)}" rx="5"/>`;
    return choosable(
      `h_n ${layer} ${direction}`,
      `h_n[${row}], layer ${layer} ${["forward", "backward"][direction]}`,
      chosen,
      box + text(CHIP + 42, y + 5, `h_n[${row}]`, "middle", 'class="code"'),
    );
  };
  return at.drawnLayers.flatMap((layer) => [0, 1].slice(0, num_directions).map((direction) => one(layer, direction)));
}

/** All that can be chosen. */
export function places(state, at, place) {
  return (
    text(22, OUTPUT.y + 20, "output", "start", 'class="port" data-symbol="hidden_size"') +
    [...halves(state, at, place), ...rows(state, at, place)].join("")
  );
}

/** The whole picture; what is lit follows the pointer in the group of class `lit`, the inputs in that of class `inputs`. */
export function unrolled(state, at, place, lights) {
  return (
    `<svg viewBox="0 0 ${UNROLLED.width} ${UNROLLED.height}" role="group" aria-label="the layer unrolled: time to the right, layers upwards">` +
    `<g class="ground">${ground(state, at, place.item)}</g><g class="lit">${wayLit(state, at, place)}</g>` +
    `<g class="inputs">${inputs(state, at, place.item, lights)}</g><g class="places">${places(state, at, place)}</g></svg>`
  );
}
