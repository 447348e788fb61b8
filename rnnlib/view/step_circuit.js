// The drawn circuit of a cell, in which the values of one step flow. Pure: values in, strings of SVG out.
import { colourAt } from "./heat_map.js";
import { arrow, text } from "./marks.js";

export const CIRCUIT = { width: 760, height: 424 };
const CELL = 11; // a value's square in a strip
const SHOWN = 9; // a longer strip shows those around the chosen unit

/** Which values of a long strip are shown: a window of SHOWN around the chosen one. */
export function windowOf(count, chosen, shown = SHOWN) {
  const from = Math.max(0, Math.min(count - shown, chosen - Math.floor(shown / 2)));
  return [from, Math.min(count, from + shown)];
}

const css = ([r, g, b, alpha]) => `rgb(${r} ${g} ${b} / ${Math.round((100 * alpha) / 255)}%)`;

/** A vector as a row of coloured squares, centred at x; the chosen unit is outlined. */
export function strip(x, y, { values, range, name }, unit) {
  const [from, to] = windowOf(values.length, unit);
  const left = x - ((to - from) * CELL) / 2;
  let marks = "";
  for (let i = from; i < to; i++) {
    const fill = css(colourAt(values[i], range));
    marks += `<rect class="value" x="${left + (i - from) * CELL}" y="${y}" width="${CELL - 1}" height="12" style="fill: ${fill}"/>`;
  }
  if (unit >= from && unit < to) {
    marks += `<rect class="chosen" x="${left + (unit - from) * CELL - 1}" y="${y - 1}" width="${CELL + 1}" height="14" rx="2"/>`;
  }
  if (from > 0) marks += text(left - 4, y + 11, "…", "end", 'class="quiet"');
  if (to < values.length) marks += text(left + (to - from) * CELL + 4, y + 11, "…", "start", 'class="quiet"');
  const said = values[unit] === undefined ? "" : ` ${values[unit].toFixed(4)} at unit ${unit}`;
  return `<g class="strip" data-part="${name}" role="img" aria-label="${name}${said}">${marks}</g>`;
}

const wire = (d, kind = "") => (kind.startsWith("end") ? arrow(d, `wire ${kind}`) : `<path class="wire ${kind}" d="${d}"/>`);
const op = (x, y, sign) => `<circle class="op" cx="${x}" cy="${y}" r="14"/>${text(x, y + 6, sign, "middle", 'class="sign"')}`;

/** A gate: its box, and its values below. */
function gate(x, y, name, squash, parts, unit) {
  return (
    `<g class="gate" data-part="${name}" tabindex="0" role="img" aria-label="gate ${name}, ${squash}">` +
    `<rect class="box" x="${x - 38}" y="${y - 21}" width="76" height="42" rx="8"/>` +
    `<text x="${x}" y="${y + 5}" text-anchor="middle"><tspan class="name">${name}</tspan> <tspan class="quiet">${squash}</tspan></text></g>` +
    (parts[name] ? strip(x, y + 30, parts[name], unit) : "")
  );
}

/** A state or the input, by its name with its values beside it. */
function port(x, y, name, label, parts, unit, colour) {
  const shown = parts[name] ? strip(x, y + 10, parts[name], unit) : "";
  return text(x, y, label, "middle", `class="port" data-symbol="${colour}"`) + shown;
}

const sub = (name, index) => `${name}<tspan class="sub" dy="5">${index}</tspan>`;

/** x and h of the step before, and the bus that leads them to every gate at `ups`. */
function sources(ups, parts, unit, right = Math.max(...ups)) {
  return (
    port(62, 356, "h before", sub("h", parts.before), parts, unit, "hidden_size") +
    port(196, 396, "x", sub("x", "t"), parts, -1, "input_size") +
    wire(`M${Math.min(118, ...ups)} 350H${right}`, "state") +
    wire("M172 392H150q-22 0 -22 -22V350", "input") +
    ups.map((x) => wire(`M${x} 350V316`, "end")).join("")
  );
}

/** The LSTM: what to forget, what to write, what to show. */
function lstm(parts, unit) {
  return (
    port(62, 66, "c before", sub("c", parts.before), parts, unit, "hidden_size") +
    port(700, 66, "c", sub("c", "t"), parts, unit, "hidden_size") +
    port(700, 150, "h", sub("h", "t"), parts, unit, "hidden_size") +
    wire("M118 70H172", "end state") + wire("M202 70H342", "end state") + wire("M372 70H640", "end state") +
    wire("M560 70V122", "end state") +
    `<rect class="box" x="530" y="124" width="60" height="32" rx="8"/>${text(560, 145, "tanh", "middle", 'class="quiet"')}` +
    wire("M590 140H612", "") + op(628, 140, "×") + wire("M643 140H662", "end state") +
    op(188, 70, "×") + op(357, 70, "+") + op(357, 150, "×") +
    wire("M188 246V86", "end") + wire("M357 135V86", "end") +
    wire("M296 246V166q0 -16 16 -16H341", "end") + wire("M418 246V166q0 -16 -16 -16H373", "end") +
    wire("M628 246V156", "end") +
    gate(188, 268, "f", "σ", parts, unit) + gate(296, 268, "i", "σ", parts, unit) +
    gate(418, 268, "g", "tanh", parts, unit) + gate(628, 268, "o", "σ", parts, unit) +
    sources([188, 296, 418, 628], parts, unit)
  );
}

/** torch's GRU: r scales what the state says, after its matrix product; z keeps the old state. */
function gru(parts, unit) {
  return (
    port(700, 66, "h", sub("h", "t"), parts, unit, "hidden_size") +
    wire("M40 350V86q0 -16 16 -16H312", "end state") + wire("M344 70H524", "end state") + wire("M554 70H640", "end state") +
    op(328, 70, "×") + op(539, 70, "+") + op(539, 150, "×") + op(212, 196, "×") +
    text(558, 126, "(1 − z)", "start", 'class="quiet"') +
    wire("M539 135V86", "end") +
    wire("M328 246V86", "end") + wire("M328 190q0 -40 16 -40H523", "end") +
    wire("M618 246V166q0 -16 -16 -16H555", "end") +
    wire("M96 246V212q0 -16 16 -16H196", "end") +
    `<g data-part="difference">${wire("M212 350V212", "end marked")}${text(204, 232, "W_hn h + b_hn", "end", 'class="quiet"')}</g>` +
    wire("M228 196H580q16 0 16 16V245", "end") +
    text(346, 188, "r ∗ (W_hn h + b_hn)", "start", 'class="quiet marked"') +
    gate(96, 268, "r", "σ", parts, unit) + gate(328, 268, "z", "σ", parts, unit) + gate(618, 268, "n", "tanh", parts, unit) +
    sources([96, 328, 618], parts, unit, 618)
  );
}

/** The plain RNN: one sum, one squash. */
function rnn(parts, unit, squash) {
  return (
    port(620, 150, "h", sub("h", "t"), parts, unit, "hidden_size") +
    gate(330, 268, "h", squash, {}, unit) +
    wire("M330 246V170q0 -16 16 -16H560", "end state") +
    sources([330], parts, unit)
  );
}

/** The circuit of a family, with the values of one step in it. */
export function circuit(family, parts, unit, squash = "tanh") {
  const drawn = { LSTM: lstm, GRU: gru, RNN: rnn }[family](parts, unit, squash);
  return `<svg viewBox="0 0 ${CIRCUIT.width} ${CIRCUIT.height}" role="group" aria-label="the circuit of ${family}">${drawn}</svg>`;
}
