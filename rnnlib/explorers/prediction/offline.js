// What a prediction card replies on a page with no kernel: the same as card.py, from what each question recorded.
import { fill, NoAnswer, readChoice, readIndex, readShape } from "./answer.js";
import { Raised, readSlice, samePlaces, taken } from "./slice.js";

// Of each kind of question: how an answer is read, as text that is the same for the same answer, and which slip it is, as
// [its short name, its sentence]; none is right.
const KINDS = {
  shape: {
    read: (answer, { problems }) => readShape(answer, problems).join(),
    slip: (shape, { right, rules, by_rules }) => {
      if (shape === right.join()) return undefined;
      return shape === rules.right.join() ? by_rules : shapeSlip(shape.split(",").map(BigInt), rules);
    },
  },
  row: {
    read: (answer, { name, problems }) => String(readIndex(answer, name, problems)),
    slip: (answer, { right, count, wrong, outside }) => {
      const row = answer < 0 ? Number(answer) + count : Number(answer);
      return row === right ? undefined : (wrong[row] ?? outside);
    },
  },
  slice: {
    read: (answer, { problems }) => readSlice(answer, problems),
    slip: sliceSlip,
  },
  choice: {
    read: (answer, { right, wrong, problems }) => readChoice(answer, [right, ...Object.keys(wrong)], problems),
    slip: (choice, { wrong }) => wrong[choice],
  },
};

/** The misconception behind a wrong shape, as misconceptions.py finds it. */
function shapeSlip(sizes, { right, known, off, packed, same_count, axes }) {
  const wrong = sizes.length === right.length ? right.flatMap((size, i) => (BigInt(size) === sizes[i] ? [] : [i])) : [];
  if (known[sizes]) return known[sizes];
  if (wrong.length === 1) return off[wrong];
  const [rows, width] = sizes;
  const isPacked = sizes.length === 2 && packed.told && width === BigInt(packed.width);
  if (isPacked && rows >= packed.least && rows <= packed.most) return packed.told;
  const product = (numbers) => numbers.reduce((a, b) => a * BigInt(b), 1n);
  if (product(sizes) === product(right)) return same_count;
  return wrong.length ? off[wrong] : [axes[0], fill(axes[1], { given: sizes.length })];
}

function sliceSlip(code, { right, shape, wrong, other_shape, other_numbers, raises }) {
  const sizes = ({ axes }) => axes.map(({ size }) => size);
  try {
    const [given, wanted] = [taken(code, shape), taken(right, shape)];
    if (samePlaces(given, wanted)) return undefined;
    const known = wrong.find(([other]) => samePlaces(given, taken(other, shape)));
    if (known) return known[1];
    const long = (part) => String(sizes(part).filter((size) => size !== 1));
    const said = `(${sizes(given).join(", ")}${given.axes.length === 1 ? "," : ""})`;
    return long(given) === long(wanted) ? other_numbers : [other_shape[0], fill(other_shape[1], { shape: said })];
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    return [raises[0], fill(raises[1], { code, error: error.message })];
  }
}

/** What is to be said to an answer: whether it is `right`, the `slip` by its short name, and its sentence; or a `problem`. */
export function replyOf(recorded, answer) {
  if (recorded.problem) return recorded;
  const kind = KINDS[recorded.kind];
  try {
    const read = kind.read(String(answer ?? ""), recorded);
    const [slip, said] = kind.slip(read, recorded) ?? [""];
    return { read, right: !slip, slip, said };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { problem: error.message };
  }
}

/** A card with no kernel: called with a message as the kernel would hear it, it gives back the message that would come. */
export function offlineCard(recorded) {
  const slips = new Set();
  let open = false;
  return ({ answer, show, id }) => {
    const { read, right, said, problem } = show ? { problem: recorded.problem } : replyOf(recorded, answer);
    if (problem) return { problem, id };
    if (right === false) slips.add(read);
    open ||= show || right || slips.size > 1;
    return { ...(open && recorded.shown), ...(!show && { right }), ...(right === false && { said }), id };
  };
}
