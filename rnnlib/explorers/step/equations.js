// A step's equations with its numbers in them. Pure: terms are printed with as many digits as their result needs.

const DIGITS = 4; // of every result
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

/**
 * Terms and result as printed: the terms with the fewest digits from which the printed result comes out again.
 * Where float32's own rounding stands between them, the result is what the terms give.
 */
export function filledIn(terms, compute, result) {
  for (let digits = DIGITS; digits <= MOST; digits++) {
    const words = terms.map((term) => printed(term, digits));
    const again = printed(compute(...words.map(readBack)));
    if (again === printed(result) || digits === MOST) return [words, again];
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
  const [words, result] = filledIn([x, h, bias], (a, b, c) => apply(a + b + c), value);
  return {
    part: name,
    rule: `${name} = ${squash}(W_i${name} x + W_h${name} h{before} + b_${name})`,
    filled: `${squash}(${sum(words)})`,
    result,
  };
}

function lstmLines({ gates, before, now, projected }) {
  const { i, f, g, o } = gates;
  const shown = o.value * Math.tanh(now.c);
  const [c, cResult] = filledIn([f.value, before.c, i.value, g.value], (a, b, d, e) => a * b + d * e, now.c);
  const [h, hResult] = filledIn([o.value, now.c], (a, b) => a * Math.tanh(b), shown);
  const lines = [
    gateLine("i", "σ", i),
    gateLine("f", "σ", f),
    gateLine("g", "tanh", g),
    gateLine("o", "σ", o),
    {
      part: "c",
      rule: "c = f · c{before} + i · g",
      filled: `${c[0]} · ${factor(c[1])} + ${c[2]} · ${factor(c[3])}`,
      result: cResult,
    },
    {
      part: "h",
      rule: projected ? "o · tanh(c)" : "h = o · tanh(c)",
      filled: `${h[0]} · tanh(${h[1]})`,
      result: hResult,
    },
  ];
  if (projected) lines.push({ part: "h", rule: "h = W_hr (o · tanh(c))", filled: "a sum over all units", result: "" });
  return lines;
}

/** The new h of a GRU, from z, n and the h before. */
function mixed(z, n, old, now) {
  const [words, result] = filledIn([z, n, old], (a, b, c) => (1 - a) * b + a * c, now);
  return [`(1 − ${words[0]}) · ${factor(words[1])} + ${words[0]} · ${factor(words[2])}`, result];
}

function gruLines({ gates, before, now }) {
  const { r, z, n } = gates;
  const [inner, nResult] = filledIn([n.x, r.value, n.h], (a, b, c) => Math.tanh(a + b * c), n.value);
  const [filled, result] = mixed(z.value, n.value, before.h, now.h);
  return [
    gateLine("r", "σ", r),
    gateLine("z", "σ", z),
    {
      part: "n",
      rule: "n = tanh(W_in x + b_in + [r · (W_hn h{before} + b_hn)])",
      filled: `tanh(${inner[0]} + ${inner[1]} · ${factor(inner[2])})`,
      result: nResult,
    },
    { part: "h", rule: "h = (1 − z) · n + z · h{before}", filled, result },
  ];
}

/** What the GRU's inventors wrote where torch computes something else, with the same weights, z and h before. */
export function paperLines({ gates, before, paper }) {
  const { z, n } = gates;
  const [inner, nResult] = filledIn([n.x, paper.fromH], (a, b) => Math.tanh(a + b), paper.n);
  const [filled, result] = mixed(z.value, paper.n, before.h, paper.h);
  return [
    {
      part: "n",
      rule: "n = tanh(W_in x + b_in + [W_hn (r · h{before}) + b_hn])",
      filled: `tanh(${sum(inner)})`,
      result: nResult,
    },
    { part: "h", rule: "h = (1 − z) · n + z · h{before}", filled, result },
  ];
}

function rnnLines({ gates, now, squash }) {
  const line = gateLine("h", squash, { ...gates.h, value: now.h });
  return [{ ...line, rule: `h = ${squash}(W_ih x + W_hh h{before} + b)` }];
}

/** The equations of one unit at one step: the rule, the same with numbers, and the result that they give. */
export function equationsOf(family, at) {
  return { LSTM: lstmLines, GRU: gruLines, RNN: rnnLines }[family](at);
}
