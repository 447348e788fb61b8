// A slice of output, read and taken on a page with no kernel as slice_question.py reads it and torch takes it.
import { isLong, problemsOf } from "./answer.js";

const NUMBER = "-?(?:0+|[1-9][0-9]{0,14})";
const PART = `(?:\\.\\.\\.|${NUMBER}|(?:${NUMBER})?:(?:${NUMBER})?(?::(?:${NUMBER})?)?)`;
const ONE_DOTS = "(?![^\\]]*\\.\\.\\.[^\\]]*\\.\\.\\.)";
const SLICE = new RegExp(`^output(?:\\[${ONE_DOTS}${PART}(?:,${PART})*\\])*$`);

/** A slice of output as code, made of whole numbers, colons and `...` alone. */
export function readSlice(answer, problems) {
  const problem = problemsOf(problems, answer);
  if (isLong(answer)) problem("long");
  const plain = answer.normalize("NFKC").replaceAll("−", "-").replaceAll("…", "...");
  const text = plain.replace(/^["'“”‘’` \n]+|["'“”‘’` \n]+$/g, "");
  if (!text) problem("nothing");
  const whole = text.startsWith("output") ? text : text[0] === "[" ? `output${text}` : `output[${text}]`;
  const tight = whole.replace(/\s*([[\],:.-])\s*/g, "$1").replaceAll(",]", "]");
  return SLICE.test(tight) ? tight.replaceAll(",", ", ") : problem("other");
}

/** The parts of each pair of brackets: `{ at }`, `{ start, stop, step }` of a part of an axis, or `{ dots }`. */
function indicesOf(code) {
  return [...code.matchAll(/\[(.*?)\]/g)].map(([, inside]) => inside.split(", ").map(partOf));
}

function partOf(text) {
  if (text === "...") return { dots: true };
  if (!text.includes(":")) return { at: Number(text) };
  const [start, stop, step] = text.split(":").map((number) => (number ? Number(number) : undefined));
  return { start, stop, step };
}

/** What a slice takes of an output of this shape: its axes, each with its size and its stride, and where it begins. */
export function taken(code, shape) {
  let axes = shape.map((size, i) => ({ size, stride: shape.slice(i + 1).reduce((a, b) => a * b, 1) }));
  let begin = 0;
  for (const parts of indicesOf(code)) {
    const given = parts.filter(({ dots }) => !dots).length;
    if (!axes.length && parts.length === 1 && given) ofNumber(parts[0]);
    if (given > axes.length) raise("IndexError", `too many indices for tensor of dimension ${axes.length}`);
    const left = [];
    let place = 0;
    for (const [at, part] of parts.entries()) {
      const skipped = part.dots ? axes.length - given : 0;
      left.push(...axes.slice(place, place + skipped));
      place += skipped;
      if (part.dots) continue;
      const { first, axis } = part.at === undefined ? rangeOf(part, axes[place]) : placeOf(part.at, axes[place], at);
      begin += first;
      left.push(...axis);
      place += 1;
    }
    axes = [...left, ...axes.slice(place)];
  }
  return { axes, begin };
}

/** One place of an axis: the axis is gone. What torch calls its dimension is its place among the indices. */
function placeOf(at, { size, stride }, dimension) {
  if (at >= -size && at < size) return { first: stride * (at < 0 ? at + size : at), axis: [] };
  return raise("IndexError", `index ${at} is out of bounds for dimension ${dimension} with size ${size}`);
}

function rangeOf({ start = 0, stop, step = 1 }, { size, stride }) {
  if (step <= 0) raise("ValueError", step ? "step must be greater than zero" : "slice step cannot be zero");
  const [from, to] = [within(start, size), within(stop ?? size, size)];
  return { first: stride * from, axis: [{ size: Math.max(0, Math.ceil((to - from) / step)), stride: stride * step }] };
}

const within = (at, size) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);

/** The same places in the same order, but for axes of 1. */
export function samePlaces(a, b) {
  const told = ({ axes, begin }) => JSON.stringify([begin, axes.filter(({ size }) => size !== 1)]);
  return told(a) === told(b);
}

/** What torch raises at an index, as torch says it. */
export class Raised extends Error {}

/** An index of what is one number by now. */
function ofNumber({ at, ...range }) {
  if (at === undefined) {
    rangeOf(range, { size: 0, stride: 0 });
    raise("IndexError", "slice() cannot be applied to a 0-dim tensor");
  }
  if (at) raise("IndexError", `index ${at} is out of bounds for dimension 0 with size 0`);
  const mend = "Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number";
  raise("IndexError", `invalid index of a 0-dim tensor. ${mend}`);
}

function raise(name, words) {
  throw new Raised(`${name}: ${words}`);
}
