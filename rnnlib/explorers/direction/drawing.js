// The unrolled layer: time to the right, layers upwards, each direction a row of cells. Pure: places in, strings of SVG out.
import { dots, text } from "../shared/svg.js";
import { cellAt, r } from "./layout.js";
import { directionsOf, ground, path, rect, rowAt, WAY } from "./network.js";
import { partOf, stepsRun } from "./who_reads.js";

/** A box's diagonal lines: a pad. Drawn one by one, as what is referred to vanishes with the tab that holds it. */
function hatch(x, y, width, height) {
  const lines = [];
  for (let from = 5 - height; from < width; from += 6) {
    const [start, end] = [Math.max(0, from), Math.min(width, from + height)];
    lines.push(`M${r(x + start)} ${r(y + height - (start - from))}L${r(x + end)} ${r(y + height - (end - from))}`);
  }
  return path("hatch", lines.join(""));
}

/** The inputs: lit as far as the number looked at has read them, hatched where they are pads, their steps below. */
export function inputs(state, at, item, lights) {
  const { y, height } = at.input;
  const each = [1, 2, 5, 10].find((step) => step * at.pitch >= 8 + 7 * String(state.sizes.seq_len - 1).length) ?? 20;
  const first = at.steps.includes(null) ? at.steps.indexOf(null) : at.steps.length; // from there steps are numbered from the end
  const one = (time) => {
    const [x, light] = [at.x(time) - at.wide / 2, lights[time] ?? 0];
    const lit = light ? rect("light", x, y, at.wide, height, 3, `style="opacity: ${light.toFixed(3)}"`) : "";
    const pad = time >= state.lengths[item] ? hatch(x, y, at.wide, height) : "";
    const place = at.steps.indexOf(time);
    const step =
      (place < first ? place : at.steps.length - 1 - place) % each
        ? ""
        : text(at.x(time), y + height + 15, time, "middle", 'class="step"');
    return `<g class="input${light ? " read" : ""}" data-step="${time}">${rect("box", x, y, at.wide, height, 3)}${lit}${pad}${step}</g>`;
  };
  const gap = (step, i) =>
    step === null
      ? text(at.gapAt(i), y + 11, at.steps[i + 1] - at.steps[i - 1] - 1, "middle", 'class="name"') +
        text(at.gapAt(i), y + 23, "more", "middle", 'class="name"')
      : "";
  return at.drawn.map(one).join("") + at.steps.map(gap).join("");
}

/** How long each sequence of the batch is: a bar of its own steps, a thin line over its pads; the chosen one is strong. */
function sequences(state, at, item) {
  const until = (length) => {
    const last = at.drawn.filter((time) => time < length).at(-1);
    const next = at.drawn.find((time) => time > last) ?? last + 1;
    const into = next > last + 1 ? (length - last - 1) / (next - last - 1) : 0; // the gap of those left out, two steps wide
    return at.x(last) + at.pitch * (0.5 + 2 * into);
  };
  const from = at.x(0) - at.pitch / 2;
  return at.items
    .map((one, i) => {
      const y = at.itemAt(i);
      if (one === null) return dots(at.gutter / 2, y, 1, 0);
      const [end, all] = [until(state.lengths[one]), until(state.sizes.seq_len)];
      return (
        `<g class="sequence${one === item ? " chosen" : ""}" data-item="${one}">` +
        text(at.gutter - 6, y + 4, at.narrow ? one : `sequence ${one}`, "end") +
        rect("own", from + 1, y - 3, end - from - 2, 6, 2) +
        (end < all ? path("over", `M${r(end + 1)} ${y}H${r(all - 1)}`) : "") +
        "</g>"
      );
    })
    .join("");
}

/** A thing to choose: its box, its key, and its name for ears; the Tab key stops at one of them, chosen or not. */
function choosable(key, part, said, [stop, chosen], inner) {
  return (
    `<g class="place${chosen ? " chosen" : ""}" data-key="${key}" data-part="${part}" role="button"` +
    ` aria-pressed="${chosen}" tabindex="${stop ? 0 : -1}" aria-label="${said}">${inner}</g>`
  );
}

/** The halves of every output[t], the backward one above, as output's features run upwards. */
function halves(state, at, place, chosen) {
  const { sizes } = state;
  const run = stepsRun(state, place.item);
  const last = sizes.num_directions - 1;
  const one = (time, direction) => {
    const [x, y] = [at.x(time) - at.wide / 2, at.output.y + (last - direction) * at.output.half];
    const box = rect(`half${time < run ? "" : " zeros"}`, x, y, at.wide, at.output.half, 3);
    const half = last ? `, ${WAY[direction]} half` : "";
    const here = place.part === "output" && place.time === time && place.direction === direction;
    const part = partOf({ part: "output", time, direction }, sizes);
    return choosable(`output ${time} ${direction}`, part, `output at step ${time}${half}`, [here, here && chosen], box);
  };
  return at.drawn.flatMap((time) => directionsOf(sizes).map((direction) => one(time, direction)));
}

/** The rows of h_n, each at the end of its direction. */
function rows(state, at, place, chosen) {
  const { sizes } = state;
  const one = (layer, direction) => {
    const row = layer * sizes.num_directions + direction;
    const [x, y, wide, high] = rowAt(at, { layer, direction });
    const middle = [x + wide / 2, y + high / 2];
    const words = at.narrow
      ? text(middle[0], middle[1] - 2.5, "h_n", "middle", 'class="code"') +
        text(middle[0], middle[1] + 9.5, `[${row}]`, "middle", 'class="code"')
      : text(middle[0], middle[1] + 4, `h_n[${row}]`, "middle", 'class="code"');
    const said = `h_n[${row}], layer ${layer} ${WAY[direction]}`;
    const here = place.part === "h_n" && place.layer === layer && place.direction === direction;
    const inner = rect("row", x, y, wide, high, 5) + words;
    const part = partOf({ part: "h_n", layer, direction }, sizes);
    return choosable(`h_n ${layer} ${direction}`, part, said, [here, here && chosen], inner);
  };
  return at.drawnLayers.flatMap((layer) => directionsOf(sizes).map((direction) => one(layer, direction)));
}

/** Where else one may point: around the halves of output; at the cells, of the last layer their halves, of others their row of h_n. */
function hits(state, at, item) {
  const { sizes } = state;
  const [run, last] = [stepsRun(state, item), sizes.num_directions - 1];
  const keyed = (key) => (key ? ` data-key="${key}"` : "");
  const around = (direction, time) => {
    const y = at.output.y + (last - direction) * at.output.half - (direction === last ? 8 : 0);
    const more = keyed(`output ${time} ${direction}`);
    return rect("hit", at.x(time) - at.pitch / 2, y, at.pitch, at.output.half + 8, 0, more);
  };
  const cell = (layer, direction, time) => {
    const [x, y] = cellAt(at, { layer, direction, time });
    const ends = time === (direction ? 0 : run - 1);
    const key = layer === sizes.num_layers - 1 ? `output ${time} ${direction}` : ends && `h_n ${layer} ${direction}`;
    const said = key ? "" : `<title>in neither output nor h_n: layer ${layer + 1} alone reads it</title>`;
    const size = r(Math.min(at.pitch / 2, at.row / 2, 14));
    return `<circle class="hit" cx="${x}" cy="${y}" r="${size}"${keyed(key)}>${said}</circle>`;
  };
  const each = (times, one) => directionsOf(sizes).flatMap((direction) => times.map((time) => one(direction, time)));
  const own = at.drawn.filter((time) => time < run);
  const cells = at.drawnLayers.flatMap((layer) => each(own, (direction, time) => cell(layer, direction, time)));
  return [...each(at.drawn, around), ...cells].join("");
}

/** The names at the left of what goes in and comes out. */
function ports(at, sizes) {
  const { output, input, gutter, narrow } = at;
  const named = narrow ? text(6, 15, "output", "start", 'class="port" data-symbol="hidden_size"') : "";
  const middle = output.y + output.height / 2 + 5;
  const wide = narrow ? "" : text(7, middle, "output", "start", 'class="port" data-symbol="hidden_size"');
  const arrows =
    sizes.num_directions === 2
      ? ["←", "→"].map((arrow, i) =>
          text(gutter - 9, output.y + output.half * (i + 0.5) + 4, arrow, "middle", 'class="arrow"'),
        )
      : [];
  return (
    named +
    wide +
    arrows.join("") +
    text(narrow ? 19 : 33, input.y + 18, "x", "middle", 'class="port" data-symbol="input_size"')
  );
}

/**
 * The whole picture. What is lit follows what is looked at, in the groups of class `lit` and `inputs`; `place` is where
 * the Tab key stops, and it is chosen or not.
 */
export function unrolled(state, at, place, chosen) {
  return (
    `<svg viewBox="0 0 ${at.width} ${r(at.height)}" role="group" aria-label="the layer unrolled: time to the right, layers upwards">` +
    `<g class="ground">${ground(state, at, place.item)}</g><g class="lit"></g>${ports(at, state.sizes)}` +
    '<g class="inputs rnnlib-numbers fades" role="img" tabindex="0"></g>' +
    `${sequences(state, at, place.item)}<g class="hits">${hits(state, at, place.item)}</g>` +
    `<g class="places">${[...halves(state, at, place, chosen), ...rows(state, at, place, chosen)].join("")}</g></svg>`
  );
}
