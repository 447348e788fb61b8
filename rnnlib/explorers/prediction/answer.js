// What a learner types, read on a page with no kernel as answer.py and row_question.py read it.

const MOST_TEXT = 200;
const MOST_DIGITS = 18;
const LONGEST = 48;

/** Words with fields such as `{shown}`, filled. */
export function fill(words, fields) {
  return words.replace(/\{(\w+)\}/g, (field, name) => fields[name] ?? field);
}

/** The answer as a sentence repeats it. */
export function quoted(answer) {
  const beginning = [...answer].slice(0, MOST_TEXT).join("");
  const shown = [...`"${beginning.trim().split(/\s+/).join(" ")}"`];
  return shown.length <= LONGEST ? shown.join("") : `${shown.slice(0, LONGEST - 2).join("")}…"`;
}

/** What is no answer, in a sentence. */
export class NoAnswer extends Error {}

/** `problem(name, part)` raises the sentence of that name, to this answer. */
export const problemsOf = (problems, answer) => (name, part) => {
  throw new NoAnswer(fill(problems[name], { shown: quoted(answer), part }));
};

export const isLong = (answer) => [...answer].length > MOST_TEXT;

/** The sizes of a shape, as BigInts: "5x3x20" is [5n, 3n, 20n]. */
export function readShape(answer, problems) {
  const problem = problemsOf(problems, answer);
  if (isLong(answer)) problem("long");
  if (/[⁰¹²³⁴-⁹]/u.test(answer)) problem("power");
  const text = answer.normalize("NFKC").replaceAll("、", ",").trim().replace(/\.+$/, "");
  const bare = text.replace(/^["'“”‘’` ]+|["'“”‘’` ]+$/g, "");
  if (!bare) problem("nothing");
  const inside = bare.replace(/^(torch\.)?Size\s*\(/, "").replace(/^[()[\]{} ]+|[()[\]{} ]+$/g, "");
  const sizes = numbersIn(inside).map((part) => sizeOf(part.replace(/^\+(?=[0-9])/, ""), problem));
  if (!sizes.length) problem("axis");
  if (sizes.includes(0n)) problem("zero");
  return sizes;
}

function numbersIn(text) {
  if (!text) return [];
  if (/[,;]/.test(text)) return text.replace(/\s*[,;]$/, "").split(/\s*[,;]\s*/);
  if (/^\p{Nd}+(\s*[x×X]\s*\p{Nd}+)+$/u.test(text)) return text.split(/\s*[x×X]\s*/);
  return /^[\p{Nd}\s]+$/u.test(text) ? text.split(/\s+/) : [text];
}

function sizeOf(part, problem) {
  if (/^[0-9]+$/.test(part)) return part.length > MOST_DIGITS ? problem("large", part.slice(0, 6)) : BigInt(part);
  if (!part) problem("empty");
  if (/^[-−][0-9]+$/.test(part)) problem("negative", part);
  if (/^([0-9]+\.[0-9]*|\.[0-9]+)$/.test(part)) problem("fraction", part);
  if (/^[0-9\s]+([*+x×·][0-9\s]+)+$/.test(part)) problem("product", part);
  return problem(/[\p{L}\p{Nl}\p{No}_]/u.test(part) ? "word" : "other");
}

/** The index of a row: "h_n[-2]" is -2. */
export function readIndex(answer, tensor, problems) {
  const written = new RegExp(`^(?:${tensor})?\\s*\\[?\\s*([-−+]?\\s*[0-9]{1,18})\\s*\\]?\\s*\\.?$`);
  const found = answer.trim().match(written) ?? problemsOf(problems, answer)("index");
  return Number(found[1].replace("−", "-").replaceAll(/\s/g, ""));
}

/** One of the choices, however it is written. */
export function readChoice(answer, choices, problems) {
  const plain = (text) => text.trim().split(/\s+/).join(" ").replace(/\.+$/, "").toLowerCase();
  const choice = choices.find((one) => plain(one) === plain(answer));
  return choice ?? problemsOf(problems, answer)("none");
}
