// What a checkup says in words: the causes with what to write, and the one finding that was chosen.
import { el } from "../shared/controls.js";
import { copyButton } from "../shared/copyable_snippet.js";
import { chips } from "./layers.js";

const ANSWERS = { true: "yes", false: "no", null: "not decided" };
const NOTHING = "No question was answered with no.";

/** How a question was answered, in a word. */
export const answerOf = ({ holds }) => ANSWERS[holds];

/** A link to the lesson, with its section or by its number alone; of none, nothing. */
function lessonOf(lesson, whole) {
  if (!lesson) return [];
  const link = { href: encodeURI(lesson.href), target: "_blank", rel: "noopener", title: lesson.said };
  return [el("a", { class: "lesson", ...link }, `Lesson ${whole ? lesson.said : lesson.said.split("_")[0]}`)];
}

function causeOf({ sentence, write, is_code, lesson }) {
  const said = el("div", { class: "cause" }, el("p", {}, sentence), ...lessonOf(lesson, false));
  if (!is_code) return el("li", {}, said, el("p", { class: "do" }, write));
  const code = el("code", {}, write);
  const copied = el(
    "div",
    { class: "write" },
    el("pre", {}, code),
    copyButton(code, () => write),
  );
  return el("li", {}, said, copied);
}

/** What is wrong, the likeliest first, and what to write instead. */
export function diagnosisOf({ causes, unsure }) {
  if (!causes.length) return el("p", { class: "diagnosis right" }, NOTHING);
  const heading = unsure
    ? [el("p", { class: "unsure" }, "The evidence leaves more than one cause, the likeliest first:")]
    : [];
  return el("div", { class: "diagnosis" }, ...heading, el(causes.length > 1 ? "ol" : "ul", {}, ...causes.map(causeOf)));
}

/** What was seen, in words and shapes. */
function evidenceOf({ shapes = [], more }) {
  const shape = ({ name, shape, axes }) => el("p", {}, el("code", {}, name), " ", chips(shape, axes));
  return [...shapes.map(shape), ...(more ? [el("p", {}, more)] : [])];
}

/** One finding: what was asked and answered, what was seen, and what to do. */
export function findingOf(finding) {
  const { name, asks, sentence, cure, lesson, evidence } = finding;
  return [
    el("h3", {}, el("code", {}, name), ` ${asks} `, el("b", { class: "answer" }, answerOf(finding))),
    el("p", {}, sentence),
    ...evidenceOf(evidence),
    ...(cure ? [el("p", { class: "cure" }, cure)] : []),
    ...lessonOf(lesson, true),
  ];
}
