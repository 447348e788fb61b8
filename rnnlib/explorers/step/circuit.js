// The circuits of the cells, laid out for a width, in which the values of one unit flow at one step. Pure: values in, SVG out.
import { box, buses, gate, gateBox, joint, label, leaving, number, op, R, wire } from "./circuit_parts.js";
import { arrayOf, beforeOf } from "./parts.js";
import { scaleOf, termsAt, vectorAt } from "./values.js";

// The rows, from the top: names, the line along which a state is kept, where the new enters it, a bend above the gates,
// the gates' values, the gates, and what leads h and x to them.
const ROWS = {
  label: 17,
  state: 44,
  inner: 102,
  bend: 124,
  chip: 147,
  gate: 178,
  foot: 194,
  h: 212,
  x: 229,
  tall: 240,
};
const LOW = { label: 14, state: 38, inner: 78, bend: 96, chip: 113, gate: 141, foot: 157, h: 170, x: 183, tall: 192 };
const EDGE = 6;

const evenly = (from, to, count) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** The input comes in at the left: its number where it is one. */
const input = (at, { x, inputs }) =>
  label(EDGE, at.x + 5, "x", "t", {
    symbol: "input_size",
    ...(inputs === 1 ? { value: x.value, range: x.range } : {}),
  });

/** The LSTM: what to forget, what to write, what to show. */
function lstm(values, at, width) {
  const { gates, before, now, projected } = values.at;
  const range = values.ranges;
  const roomy = width >= 410;
  const single = values.inputs === 1 && (roomy || !projected); // the number of x stands at the left
  const xs = evenly(roomy ? 118 : single ? 82 : 66, width - 56 - (projected ? 20 : 0), 4);
  const [f, i, g, o] = xs;
  const wide = Math.min(84, i - f - 8);
  const [sum, tanh, end] = [(i + g) / 2, g + (o - g) * 0.45, width - EDGE];
  const old = (name) => ({ value: before[name], range: range[name] });
  return (
    label(EDGE, at.label, "c", values.before, old("c")) +
    wire(`M${EDGE} ${at.state}H${f - R}`, "end state") +
    wire(`M${f + R} ${at.state}H${sum - R}`, "end state") +
    wire(`M${sum + R} ${at.state}H${end}`, "end state") +
    label(end, at.label, "c", "t", { anchor: "end" }) +
    wire(`M${tanh} ${at.state}V${at.inner - 16}`, "end state") +
    joint(tanh, at.state, "state") +
    box("h", tanh, at.inner, 34, "tanh") +
    wire(`M${tanh + 17} ${at.inner}H${o - R}`, "end state") +
    (projected
      ? wire(`M${o + R} ${at.inner}H${end - 38}`, "end state") + box("h", end - 19, at.inner, 38, "W_hr")
      : wire(`M${o + R} ${at.inner}H${end}`, "end state")) +
    number(
      projected ? end - 42 : end,
      at.inner - (projected ? 19 : R + 3),
      gates.o.value * Math.tanh(now.c),
      projected ? "middle" : "end",
    ) +
    label(end, at.inner + (projected ? 30 : 17), "h", "t", { anchor: "end" }) +
    wire(`M${f} ${at.chip}V${at.state + R}`, "end") +
    wire(`M${o} ${at.chip}V${at.inner + R}`, "end") +
    wire(`M${i} ${at.chip}V${at.inner + 12}q0 -12 12 -12H${sum - R}`, "end") +
    wire(`M${g} ${at.chip}V${at.inner + 12}q0 -12 -12 -12H${sum + R}`, "end") +
    wire(`M${sum} ${at.inner - R}V${at.state + R}`, "end") +
    op("c", f, at.state, "×") +
    number(f + R + 3, at.state - 8, gates.f.value * before.c) +
    op("c", sum, at.state, "+") +
    number(sum + R + 3, at.state - 8, now.c) +
    op("c", sum, at.inner, "×") +
    number(sum + 6, at.inner - 22, gates.i.value * gates.g.value) +
    op("h", o, at.inner, "×") +
    number(tanh, at.inner + 30, Math.tanh(now.c), "middle") +
    xs.map((x, k) => gate(x, at, wide, "figo"[k], k === 2 ? "tanh" : "σ", gates["figo"[k]].value)).join("") +
    label(EDGE, at.h + 3, "h", values.before, roomy ? old("h") : {}) +
    input(at, single ? values : { ...values, inputs: 0 }) +
    buses(at, {
      hFrom: `M${roomy && before.h !== undefined ? f - 17 : 48} ${at.h}`,
      hTo: xs.map((x) => [x - 9, at.foot]),
      xFrom: single ? 86 : 30,
      xTo: xs.map((x) => x + 9),
    })
  );
}

/** The reset gate's way into n: the one place where torch's GRU and the paper's differ. */
function reset(at, places, n, half, marked) {
  const { times, matrix } = places;
  const y = at.gate;
  const ends = [
    [times, R],
    [matrix, 24],
  ].sort(([a], [b]) => a - b);
  const kind = marked ? "marked" : "";
  return (
    `<g ${marked ? 'data-part="difference"' : ""}>` +
    op("n", times, y, "×", kind) +
    box("n", matrix, y, 48, "W_hn h\n+ b_hn", kind) +
    wire(`M${ends[0][0] + ends[0][1]} ${y}H${ends[1][0] - ends[1][1]}`, `end ${kind}`) +
    wire(`M${ends[1][0] + ends[1][1]} ${y}H${n - half}`, `end ${kind}`) +
    "</g>"
  );
}

/** The GRU: r scales what the old state says to n; z keeps the old state. */
function gru(values, at, width, { form, marked }) {
  const { gates, before, now } = values.at;
  const roomy = width >= 410;
  const half = roomy ? 36 : 27;
  const single = roomy && values.inputs === 1; // the number of x stands at the left, before r
  const [r, new_, end] = [single ? 86 : half + 20, width - 58, width - EDGE];
  const z = r + 2 * half + Math.max(10, (width - 420) * 0.12);
  const [near, far] = [0.36, 0.72].map((share) => z + half + (new_ - z - 2 * half) * share);
  const places = form === "paper" ? { times: near - 12, matrix: far - 8 } : { matrix: near, times: far + 6 };
  const told = form === "paper" ? [places.times, at.gate + R] : [places.matrix, at.foot];
  const less = z + (new_ - z) * 0.4;
  const range = values.ranges.h;
  return (
    label(EDGE, at.label, "h", values.before, { value: before.h, range }) +
    wire(`M${EDGE} ${at.state}H${z - R}`, "end state") +
    joint(14, at.state, "state") +
    wire(`M${z + R} ${at.state}H${new_ - R}`, "end state") +
    wire(`M${new_ + R} ${at.state}H${end}`, "end state") +
    label(end, at.label, "h", "t", { value: now.h, range, anchor: "end" }) +
    wire(`M${z} ${at.chip}V${at.state + R}`, "end") +
    joint(z, at.inner) +
    wire(`M${z} ${at.inner}H${less - 19}`, "end") +
    box("h", less, at.inner, 38, "1 −") +
    wire(`M${less + 19} ${at.inner}H${new_ - R}`, "end") +
    number((less + 19 + new_ - R) / 2 - 2, at.inner - 6, 1 - gates.z.value, "middle") +
    wire(`M${new_} ${at.chip}V${at.inner + R}`, "end") +
    wire(`M${new_} ${at.inner - R}V${at.state + R}`, "end") +
    wire(`M${z - 8} ${at.bend}h16`, "halo") +
    wire(`M${r} ${at.chip}V${at.bend + 10}q0 -10 10 -10H${places.times - 10}q10 0 10 10V${at.gate - R}`, "end") +
    op("h", z, at.state, "×") +
    number(z + R + 3, at.state - 8, gates.z.value * before.h) +
    op("h", new_, at.state, "+") +
    op("h", new_, at.inner, "×") +
    number(new_ + 6, at.inner - R - 5, (1 - gates.z.value) * gates.n.value) +
    reset(at, places, new_, half, marked) +
    gate(r, at, 2 * half, "r", "σ", gates.r.value) +
    gate(z, at, 2 * half, "z", "σ", gates.z.value) +
    gate(new_, at, 2 * half, "n", "tanh", gates.n.value) +
    input(at, single ? values : { ...values, inputs: 0 }) +
    buses(at, {
      hFrom: `M14 ${at.state}V${at.h - 10}q0 10 10 10`,
      hTo: [[r - 9, at.foot], [z - 9, at.foot], told],
      xFrom: single ? 86 : 30,
      xTo: [r + 9, z + 9, new_],
    })
  );
}

/** The plain RNN: what h says, what the bias adds, what x says; their sum, one squash. */
function rnn(values, at, width, { squash }) {
  const { gates, before, now } = values.at;
  const { h, x, bias } = gates.h;
  const [left, middle, right] = [width * 0.2, width * 0.47, width * 0.74];
  const [sum, end] = [at.inner + 4, width - EDGE];
  const source = (across, words, value) =>
    box("h", across, at.gate, 78, words) + leaving(across, at.chip, value, values.ranges.terms);
  return (
    wire(`M${left} ${at.h}V${at.foot}`, "end state") +
    label(left - 44, at.x + 4, "h", values.before, { value: before.h, range: values.ranges.h }) +
    wire(`M${right} ${at.h}V${at.foot}`, "end input") +
    label(right - (values.inputs === 1 ? 40 : 8), at.x + 4, "x", "t", {
      symbol: "input_size",
      ...(values.inputs === 1 ? values.x : {}),
    }) +
    wire(`M${left} ${at.chip}V${sum + 12}q0 -12 12 -12H${middle - R}`, "end") +
    wire(`M${middle} ${at.chip}V${sum + R}`, "end") +
    wire(`M${right} ${at.chip}V${sum + 12}q0 -12 -12 -12H${middle + R}`, "end") +
    source(left, "W_hh h", h) +
    source(middle, "b", bias) +
    source(right, "W_ih x", x) +
    wire(`M${middle} ${sum - R}V${at.state + 16}`, "end") +
    op("h", middle, sum, "+") +
    number(middle + 8, sum - 19, h + x + bias) +
    gateBox(middle, at.state, 84, "h", squash, "new state") +
    wire(`M${middle + 42} ${at.state}H${end}`, "end state") +
    label(end, at.state - 12, "h", "t", { value: now.h, range: values.ranges.h, anchor: "end" })
  );
}

/**
 * The circuit of a family in so much width, with `values` as `valuesAt` gives them. `form` is whose GRU; `marked`, that
 * it stands beside the other one.
 */
export function circuit(family, values, width, { squash = "tanh", form = "torch", marked = false } = {}) {
  const at = marked ? LOW : ROWS;
  const drawn = { LSTM: lstm, GRU: gru, RNN: rnn }[family](values, at, width, { squash, form, marked });
  const name = form === "paper" ? "the paper's GRU" : family;
  return `<svg viewBox="0 0 ${width} ${at.tall}" role="group" aria-label="the circuit of ${name}">${drawn}</svg>`;
}

/** What flows in the circuit at a place. */
export function valuesAt(arrays, traced, place) {
  const x = arrays[arrayOf("x", place)];
  const scale = (name) => scaleOf(arrays[name].numbers);
  const more = {
    LSTM: () => ({ c: scale("c") }),
    GRU: () => ({}),
    RNN: () => ({ terms: Math.max(scale("h from_x"), scale("h from_h")) }),
  };
  return {
    at: termsAt(arrays, traced, place),
    before: beforeOf(place),
    inputs: x.dims[4],
    x: { value: vectorAt(x, place)[0], range: scaleOf(x.numbers) },
    ranges: { h: scale("h"), ...more[traced.family]() },
  };
}

/** What flows in the paper's GRU, from the same x, h and weights. */
export function asInThePaper(values) {
  const { gates, paper } = values.at;
  const n = { ...gates.n, h: paper.fromH, value: paper.n };
  return { ...values, at: { ...values.at, gates: { ...gates, n }, now: { h: paper.h } } };
}
