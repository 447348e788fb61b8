// A step's equations with its numbers in them, all with the same digits. Pure: terms in, lines of words out.

const DIGITS = 4; // of every number
const OFF = 2; // in the last digit: so far a result may be from what the printed terms give; large terms need more digits
const MOST = 9; // of a term

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
export const SQUASH = { σ: sigmoid, tanh: Math.tanh, relu: (a) => Math.max(0, a) };

/** A number as it is printed: fixed digits, a true minus, no minus before zero. */
export function printed(value, digits = DIGITS) {
  if (!Number.isFinite(value)) return String(value).replace("-", "−").replace("Infinity", "∞");
  const words = value.toFixed(digits).replace(/^-(0\.0*)$/, "$1");
  return words.replace("-", "−");
}

/** The value of what is printed. */
export function readBack(words) {
  return Number(words.replace("−", "-").replace("∞", "Infinity"));
}

/** Terms and result as printed, and the sign between: = where the printed terms give the printed result, else ≈. */
export function filledIn(terms, compute, result) {
  for (let digits = DIGITS; ; digits++) {
    const words = terms.map((term) => printed(term, digits));
    const [again, wanted] = [printed(compute(...words.map(readBack))), printed(result)];
    const near = again === wanted || Math.abs(readBack(again) - readBack(wanted)) < (OFF + 0.5) * 10 ** -DIGITS;
    if (near || digits === MOST) return { words, sign: again === wanted ? "=" : "≈", result: wanted };
  }
}

/** A sum as people write it: `0.21 − 0.08 + 1.90`. */
export function sum(words) {
  return words
    .map((word, i) => (i === 0 ? word : word.startsWith("−") ? ` − ${word.slice(1)}` : ` + ${word}`))
    .join("");
}

const factor = (word) => (word.startsWith("−") ? `(${word})` : word);

// A rule marks what comes from the step before with {before}, and with [ ] what is worth marking.

/** One gate's line: `σ(W x + W h + b)`. */
function gateLine(name, squash, { x, h, bias, value }) {
  const apply = SQUASH[squash];
  const { words, ...end } = filledIn([x, h, bias], (a, b, c) => apply(a + b + c), value);
  const rule = `${name} = ${squash}(W_i${name} x + W_h${name} h{before} + b_${name})`;
  return { part: name, rule, squash, terms: words, filled: `${squash}(${sum(words)})`, ...end };
}

function lstmLines({ gates, before, now, projected }) {
  const { i, f, g, o } = gates;
  const { words: c, ...cEnd } = filledIn([f.value, before.c, i.value, g.value], (a, b, d, e) => a * b + d * e, now.c);
  const { words: h, ...hEnd } = filledIn([o.value, now.c], (a, b) => a * Math.tanh(b), o.value * Math.tanh(now.c));
  const [shown, last] = projected
    ? ["o · tanh(c)", "h = W_hr (o · tanh(c)), a sum over all units"]
    : ["h = o · tanh(c)"];
  const written = `${c[0]}·${factor(c[1])} + ${c[2]}·${factor(c[3])}`;
  return [
    gateLine("i", "σ", i),
    gateLine("f", "σ", f),
    gateLine("g", "tanh", g),
    gateLine("o", "σ", o),
    { part: "c", rule: "c = f · c{before} + i · g", filled: written, ...cEnd },
    { part: "h", rule: shown, filled: `${h[0]}·tanh(${h[1]})`, ...hEnd },
    ...(last ? [{ part: "h", rule: last, filled: "", result: "" }] : []),
  ];
}

/** The new h of a GRU, from z, n and the h before. */
function mixed(z, n, old, now) {
  const { words, ...end } = filledIn([z, n, old], (a, b, c) => (1 - a) * b + a * c, now);
  const filled = `(1 − ${words[0]})·${factor(words[1])} + ${words[0]}·${factor(words[2])}`;
  return { part: "h", rule: "h = (1 − z) · n + z · h{before}", filled, ...end };
}

function gruLines({ gates, before, now }) {
  const { r, z, n } = gates;
  const { words, ...end } = filledIn([n.x, r.value, n.h], (a, b, c) => Math.tanh(a + b * c), n.value);
  return [
    gateLine("r", "σ", r),
    gateLine("z", "σ", z),
    {
      part: "n",
      rule: "n = tanh(W_in x + b_in + [r · (W_hn h{before} + b_hn)])",
      filled: `tanh(${words[0]} + ${words[1]}·${factor(words[2])})`,
      ...end,
    },
    mixed(z.value, n.value, before.h, now.h),
  ];
}

/** What the GRU's inventors wrote where torch computes something else, with the same weights, z and h before. */
export function paperLines({ gates, before, paper }) {
  const { words, ...end } = filledIn([gates.n.x, paper.fromH], (a, b) => Math.tanh(a + b), paper.n);
  return [
    {
      part: "n",
      rule: "n = tanh(W_in x + b_in + [W_hn (r · h{before}) + b_hn])",
      filled: `tanh(${sum(words)})`,
      ...end,
    },
    mixed(gates.z.value, paper.n, before.h, paper.h),
  ];
}

function rnnLines({ gates, now, squash }) {
  const line = gateLine("h", squash, { ...gates.h, value: now.h });
  return [{ ...line, rule: `h = ${squash}(W_ih x + W_hh h{before} + b)` }];
}

/** The equations of one unit at one step: the rule, the same with numbers, and the result. */
export function equationsOf(family, at) {
  return { LSTM: lstmLines, GRU: gruLines, RNN: rnnLines }[family](at);
}
