// The layers in the middle of the picture, a box each, and the arrows into and out of them. Pure: sizes in, strings of SVG out.
import { arrow, dots, text } from "../shared/svg.js";

export const FLOOR = 292; // where the large blocks and the stack stand
export const LOW = 486; // where the states stand

/** Which layers are drawn, top first: all of up to three, else the last, a gap (null) and the first. */
export function layersOf(count) {
  return count <= 3 ? Array.from({ length: count }, (_, i) => count - 1 - i) : [count - 1, null, 0];
}

const BOX = { x: 320, width: 226, gap: 18 };
const boxHeight = ({ num_directions }) => (num_directions === 2 ? 50 : 42);

/** The layers, one box each, unrolled in time. */
export function stack(state, sizes) {
  const { num_layers: layers, num_directions: directions } = sizes;
  const height = boxHeight(sizes);
  const boxes = layersOf(layers)
    .reverse()
    .map((layer, slot) => {
      const y = FLOOR - (slot + 1) * height - slot * BOX.gap;
      const up = slot ? arrow(`M${BOX.x + BOX.width / 2} ${y + height + BOX.gap - 2}v${5 - BOX.gap}`, "flow") : "";
      if (layer === null) return up + dots(BOX.x + BOX.width / 2, y + height / 2, 0, 1);
      const name = state.cell ? "one step" : `layer ${layer}`;
      return (
        `${up}<rect class="box" x="${BOX.x}" y="${y}" width="${BOX.width}" height="${height}" rx="8"/>` +
        text(BOX.x + 16, y + height / 2 + 5, name, "start", 'class="layer" data-symbol="num_layers"') +
        unrolled(BOX.x + 108, y + height / 2, state.cell ? 1 : sizes.seq_len, directions)
      );
    });
  const tall = boxes.length * (height + BOX.gap) - BOX.gap + 16; // what states go into and come out of: all layers
  const around = `<rect class="around" x="${BOX.x - 8}" y="${FLOOR + 8 - tall}" width="${BOX.width + 16}" height="${tall}" rx="12"/>`;
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const subtitle = state.cell
    ? "one step, one layer, one direction"
    : `${count(layers, "layer")} × ${count(directions, "direction")}`;
  return `${text(BOX.x, 34, state.kind, "start", 'class="title"')}${text(BOX.x, 57, subtitle, "start", 'class="quiet"')}${around}${boxes.join("")}`;
}

/** A layer's steps: circles joined by arrows, to the right and, for the second direction, to the left. */
function unrolled(x, middle, steps, directions) {
  const drawn = Math.min(steps, 5);
  const pitch = 25;
  let marks = "";
  for (let direction = 0; direction < directions; direction++) {
    const y = directions === 2 ? middle + (direction ? -11 : 11) : middle; // backward above, as in output
    for (let i = 0; i < drawn; i++) {
      const left = steps > 5 && i === 3;
      marks += left ? dots(x + i * pitch, y, 1, 0) : `<circle class="step" cx="${x + i * pitch}" cy="${y}" r="5.5"/>`;
      if (i === 0) continue;
      const [from, to] = [x + (i - 1) * pitch + 7, x + i * pitch - 7];
      marks += direction ? arrow(`M${to} ${y}H${from}`, "carry") : arrow(`M${from} ${y}H${to}`, "carry");
    }
  }
  return marks;
}

/** Input into the first layer, output out of the last, states in from below and out below. */
export function arrows(state, sizes, { from, tall }) {
  const height = boxHeight(sizes);
  const middle = FLOOR - height / 2;
  const top = middle - (layersOf(sizes.num_layers).length - 1) * (height + BOX.gap);
  const right = BOX.x + BOX.width;
  const ins = arrow(`M${from + 12} ${middle}H${BOX.x - 4}`, "flow") + arrow(`M336 328V${FLOOR + 12}`, "flow");
  const into = FLOOR - top > tall ? FLOOR - tall / 2 : top;
  const out = arrow(elbow(right + 6, top, 614, into), "flow");
  if (state.cell) return ins + out;
  return `${ins}${out}${arrow(`M530 ${FLOOR + 10}v19q0 14 14 14h48`, "flow")}`;
}

/** A line to the right that steps up or down half way, with round corners. */
export function elbow(x, y, toX, toY) {
  const radius = Math.min(12, Math.abs(toY - y) / 2);
  const down = Math.sign(toY - y) * radius;
  const middle = (x + toX) / 2;
  return `M${x} ${y}H${middle - radius}q${radius} 0 ${radius} ${down}V${toY - down}q0 ${down} ${radius} ${down}H${toX}`;
}

/** A cell's new state is the next call's old one: the loop is the learner's own, and seq_len its length. */
export function loop(steps) {
  const calls = `${steps} call${steps === 1 ? "" : "s"}`;
  return (
    arrow(`M668 ${FLOOR + 16}v${LOW - FLOOR - 56}q0 14 -14 14H392`, "flow loop") +
    `<g class="axis" tabindex="-1" role="img" data-symbol="seq_len" data-key="loop" aria-label="seq_len ${steps}: a cell has no time axis; you call it once for each step">` +
    `${text(652, LOW - 38, `seq_len ${steps}: your loop, ${calls}`, "end")}</g>` +
    text(652, LOW - 2, "h_1 is the next call's h_0", "end", 'class="quiet"')
  );
}
