// The drawn circuits of the cells, in which the values of one step flow. Pure: values in, strings of SVG out.
import { text } from "../shared/svg.js";
import {
  box,
  CIRCUIT,
  comesIn,
  GATES_Y,
  gate,
  gateBox,
  goesOut,
  input,
  joint,
  label,
  number,
  op,
  R,
  RIGHT,
  strip,
  upon,
  widthOf,
  wire,
} from "./circuit_parts.js";

const [STATE, INNER] = [72, 146]; // the line along which a state is kept, and where the new enters it
const [BUS_H, BUS_X] = [324, 342]; // what leads h and x to every gate
const OUT = RIGHT - 8; // where the lines of states end

/** The line that leads x from the foot at `from` to every gate at `ups`. */
function xBus(from, ups) {
  const ends = [from, ...ups.map((x) => x + 12)];
  const branch = (x) =>
    wire(`M${x} ${BUS_X - 8}v-20`, "halo") +
    wire(`M${x} ${BUS_X}V${GATES_Y.end}`, "end input") +
    joint(x, BUS_X, "input");
  return (
    wire(`M${from} 364V${BUS_X}`, "input") +
    wire(`M${Math.min(...ends)} ${BUS_X}H${Math.max(...ends)}`, "input") +
    ups.map((x) => branch(x + 12)).join("")
  );
}

/** The line that leads h to every place of `ends`, begun by `start`. */
function hBus(start, ends) {
  const last = Math.max(...ends.map(([x]) => x));
  const branch = ([x, y]) => wire(`M${x} ${BUS_H}V${y}`, "end state") + joint(x, BUS_H, "state");
  return wire(`${start}H${last}`, "state") + ends.map(branch).join("");
}

/** The LSTM: what to forget, what to write, what to show. */
function lstm(parts, unit, { projected }) {
  const [f, i, g, o, sum, tanh] = [84, 218, 352, 486, 285, 419];
  const gates = [f, i, g, o];
  const leaves = projected ? 592 : o + R;
  const narrow = projected ? wire(`M${o + R} ${INNER}H532`, "end state") + box(562, INNER, 60, "W_hr") : "";
  return (
    comesIn(14, parts["c before"], "c", parts.before, unit) +
    goesOut(14, parts.c, "c", unit) +
    goesOut(190, parts.h, "h", unit, [624, 183]) +
    wire(`M24 36V${STATE - 14}q0 14 14 14H${f - R}`, "end state") +
    wire(`M${f + R} ${STATE}H${sum - R}`, "end state") +
    wire(`M${sum + R} ${STATE}H${OUT - 14}q14 0 14 -14V36`, "end state") +
    wire(`M${tanh} ${STATE}V${INNER - 20}`, "end state") +
    joint(tanh, STATE, "state") +
    box(tanh, INNER, 64, "tanh") +
    wire(`M${tanh + 32} ${INNER}H${o - R}`, "end state") +
    narrow +
    wire(`M${leaves} ${INNER}H${OUT - 14}q14 0 14 14V190`, "end state") +
    wire(`M${f} ${GATES_Y.strip}V${STATE + R}`, "end") +
    wire(`M${o} ${GATES_Y.strip}V${INNER + R}`, "end") +
    wire(`M${i} ${GATES_Y.strip}V${INNER + 16}q0 -16 16 -16H${sum - R}`, "end") +
    wire(`M${g} ${GATES_Y.strip}V${INNER + 16}q0 -16 -16 -16H${sum + R}`, "end") +
    wire(`M${sum} ${INNER - R}V${STATE + R}`, "end") +
    op(f, STATE, "×") +
    op(sum, STATE, "+") +
    op(sum, INNER, "×") +
    op(o, INNER, "×") +
    gate(f, "f", "σ", parts, unit) +
    gate(i, "i", "σ", parts, unit) +
    gate(g, "g", "tanh", parts, unit) +
    gate(o, "o", "σ", parts, unit) +
    comesIn(364, parts["h before"], "h", parts.before, unit) +
    input(400, parts.x) +
    hBus(
      `M24 364V${BUS_H + 14}q0 -14 14 -14`,
      gates.map((x) => [x - 12, GATES_Y.end]),
    ) +
    xBus(400, gates)
  );
}

/** Where the reset gate multiplies: in torch what the matrix made of h, in the paper h itself, before the matrix. */
const RESET = {
  torch: { times: 414, matrix: 338, said: "r · (W_hn h + b_hn)" },
  paper: { times: 312, matrix: 400, said: "W_hn (r · h) + b_hn" },
};

/** The reset gate's way into n: the one place where torch's GRU and the paper's differ. */
function reset(form, n) {
  const { times, matrix, said } = RESET[form];
  const [y, half] = [GATES_Y.middle, 44];
  const [first, second] = [
    [times, R],
    [matrix, half],
  ].sort(([a], [b]) => a - b);
  return (
    `<g data-part="difference">${text((times + matrix) / 2 - 20, 321, said, "start", 'class="words marked"')}` +
    op(times, y, "×", "marked") +
    box(matrix, y, 2 * half, "W_hn, b_hn", "marked") +
    wire(`M${first[0] + first[1]} ${y}H${second[0] - second[1]}`, "end marked") +
    wire(`M${second[0] + second[1]} ${y}H${n - 46}`, "end marked") +
    "</g>"
  );
}

/** The GRU: r scales what the old state says to n; z keeps the old state. */
function gru(parts, unit, { form = "torch" }) {
  const [r, z, n, less] = [104, 236, 508, 372];
  const { times, matrix } = RESET[form];
  const told = form === "torch" ? [matrix, GATES_Y.end] : [times, GATES_Y.middle + R];
  return (
    comesIn(14, parts["h before"], "h", parts.before, unit) +
    goesOut(14, parts.h, "h", unit) +
    hBus(`M24 36V${BUS_H - 14}q0 14 14 14`, [[r - 12, GATES_Y.end], [z - 12, GATES_Y.end], told]) +
    wire(`M24 ${STATE}H${z - R}`, "end state") +
    joint(24, STATE, "state") +
    wire(`M${z + R} ${STATE}H${n - R}`, "end state") +
    wire(`M${n + R} ${STATE}H${OUT - 14}q14 0 14 -14V36`, "end state") +
    wire(`M${z} ${GATES_Y.strip}V${STATE + R}`, "end") +
    joint(z, INNER, "") +
    wire(`M${z} ${INNER}H${less - 24}`, "end") +
    box(less, INNER, 48, "1 −") +
    wire(`M${less + 24} ${INNER}H${n - R}`, "end") +
    wire(`M${n} ${GATES_Y.strip}V${INNER + R}`, "end") +
    wire(`M${n} ${INNER - R}V${STATE + R}`, "end") +
    wire(`M${z - 10} 202h20`, "halo") +
    wire(`M${r} ${GATES_Y.strip}V216q0 -14 14 -14H${times - 14}q14 0 14 14V${GATES_Y.middle - R}`, "end") +
    op(z, STATE, "×") +
    op(n, STATE, "+") +
    op(n, INNER, "×") +
    reset(form, n) +
    gate(r, "r", "σ", parts, unit) +
    gate(z, "z", "σ", parts, unit) +
    gate(n, "n", "tanh", parts, unit) +
    input(350, parts.x) +
    xBus(350, [r, z, n])
  );
}

/** The plain RNN: what x says, what h says, their sum, one squash. */
function rnn(parts, unit, { squash }) {
  const [h, x, sum, top] = [150, 410, 280, 100];
  const old = parts["h before"];
  const [fromH, fromX] = [parts["h from_h"], parts["h from_x"]];
  const wide = widthOf(old.values.length);
  return (
    strip(h - wide / 2, 364, old, unit) +
    label(h + wide / 2 + 10, 380, "h", parts.before, old.values[unit], "hidden_size") +
    input(x, parts.x) +
    wire(`M${h} 364V${GATES_Y.end}`, "end state") +
    wire(`M${x} 364V${GATES_Y.end}`, "end input") +
    box(h, GATES_Y.middle, 124, "W_hh h + b_hh") +
    upon(h, fromH, unit) +
    box(x, GATES_Y.middle, 124, "W_ih x + b_ih") +
    upon(x, fromX, unit) +
    wire(`M${h} ${GATES_Y.strip}V190q0 -14 14 -14H${sum - R}`, "end") +
    wire(`M${x} ${GATES_Y.strip}V190q0 -14 -14 -14H${sum + R}`, "end") +
    op(sum, 176, "+") +
    wire(`M${sum} ${176 - R}V${top + 20}`, "end") +
    number(sum + 8, 145, fromH.values[unit] + fromX.values[unit]) +
    gateBox(sum, top, "h", squash) +
    wire(`M${sum + 46} ${top}H${OUT - 14}q14 0 14 14V152`, "end state") +
    goesOut(152, parts.h, "h", unit)
  );
}

/** The circuit of a family, with the values of one step in it. `form` is whose GRU: "torch" or "paper". */
export function circuit(family, parts, unit, how = {}) {
  const drawn = { LSTM: lstm, GRU: gru, RNN: rnn }[family](parts, unit, { squash: "tanh", ...how });
  const name = how.form === "paper" ? "the paper's GRU" : family;
  const top = family === "RNN" ? 64 : 0; // it needs less room
  return `<svg viewBox="0 ${top} ${CIRCUIT.width} ${CIRCUIT.height - top}" role="group" aria-label="the circuit of ${name}">${drawn}</svg>`;
}
