// The layers, one box each, unrolled in time: the part of the picture between what goes in and what comes out.
import { arrow, dots, text } from "../shared/svg.js";

const TOP = 52; // where the highest box stands
const BETWEEN = 7;
const STEP = 24; // from one step to the next

/** Which layers are drawn, top first: all of up to three, else the last, a gap (null) and the first. */
export function layersOf(count) {
  return count <= 3 ? Array.from({ length: count }, (_, i) => count - 1 - i) : [count - 1, null, 0];
}

/** A box is lower where three stand above one another: the states under them keep their place. */
function heightOf({ num_directions, num_layers }, layer) {
  if (layer === null) return 16;
  return num_layers >= 3 ? 26 + 4 * (num_directions - 1) : 34 + 6 * (num_directions - 1);
}

/** From top to bottom, the boxes with their heights and places. */
function boxesOf(sizes) {
  let y = TOP;
  return layersOf(sizes.num_layers).map((layer) => {
    const box = { layer, y, height: heightOf(sizes, layer) };
    y += box.height + BETWEEN;
    return box;
  });
}

/** The layers in the room that `places` gives them. */
export function stack(state, sizes, { stack: { x, width } }) {
  const boxes = boxesOf(sizes);
  const drawn = boxes.map(({ layer, y, height }, place) => {
    const middle = x + width / 2;
    const up = place ? arrow(`M${middle} ${y - 1}v${2 - BETWEEN}`, "flow small") : "";
    if (layer === null) return up + dots(middle, y + height / 2, 0, 1);
    const name = state.cell ? "one step" : `layer ${layer}`;
    const steps = Math.max(2, Math.min(5, Math.floor((width - 94) / STEP)));
    return (
      `${up}<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>` +
      text(x + 10, y + height / 2 + 5, name, "start", 'class="layer" data-symbol="num_layers"') +
      unrolled(x + 90, y + height / 2, state.cell ? 1 : sizes.seq_len, steps, sizes.num_directions)
    );
  });
  const tall = boxes.at(-1).y + boxes.at(-1).height - TOP;
  const around = `<rect class="around" x="${x - 8}" y="${TOP - 8}" width="${width + 16}" height="${tall + 16}" rx="12"/>`;
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const said = state.cell
    ? "one step, one layer"
    : `${count(sizes.num_layers, "layer")} × ${count(sizes.num_directions, "direction")}`;
  return (
    text(x, 22, state.kind, "start", 'class="title"') +
    text(x, 40, said, "start", 'class="quiet"') +
    around +
    drawn.join("")
  );
}

/** The heights of the first and of the last layer's middle: where input goes in and output comes out. */
export function middlesOf(sizes) {
  const boxes = boxesOf(sizes);
  return [boxes.at(-1), boxes[0]].map(({ y, height }) => y + height / 2);
}

/** Where the layers end. */
export function bottomOf(sizes) {
  const last = boxesOf(sizes).at(-1);
  return last.y + last.height;
}

/** A layer's steps: circles joined by arrows, to the right and, for the second direction, to the left. */
function unrolled(x, middle, steps, most, directions) {
  const drawn = Math.min(steps, most);
  let marks = "";
  for (let direction = 0; direction < directions; direction++) {
    const y = directions === 2 ? middle + (direction ? -7.5 : 7.5) : middle; // backward above, as in output
    for (let i = 0; i < drawn; i++) {
      const left = steps > most && i === drawn - 2;
      marks += left ? dots(x + i * STEP, y, 1, 0) : `<circle class="step" cx="${x + i * STEP}" cy="${y}" r="4.5"/>`;
      if (i === 0) continue;
      const [from, to] = [x + (i - 1) * STEP + 7, x + i * STEP - 7];
      marks += direction ? arrow(`M${to} ${y}H${from}`, "carry") : arrow(`M${from} ${y}H${to}`, "carry");
    }
  }
  return marks;
}
