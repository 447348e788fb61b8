// A room's answers on the wall: a bar for each slip, the commonest misconception first, each with its sentence.
import { changes, el, listen } from "../shared/controls.js";

/** "1 answer", "50 answers". */
export function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** How long each bar is, as a share of the longest, which is as long as there is room. */
export function lengthsOf(rows) {
  const most = Math.max(...rows.map(({ number }) => number));
  return rows.map(({ number }) => `${(100 * number) / most}%`);
}

function bar({ slip, number, said, typed }, length) {
  const kind = { right: "right", "no answer": "none" }[slip] ?? "slip";
  return el(
    "li",
    { "data-kind": kind },
    el("b", { class: "number" }, String(number)),
    el(
      "div",
      {},
      el("p", {}, el("b", { class: "name" }, slip), " ", el("code", {}, typed)),
      el("i", { class: "bar", style: `width: ${length}`, "aria-hidden": "true" }),
      ...(said ? [el("p", { class: "said" }, said)] : []),
    ),
  );
}

function render({ model, el: host }) {
  const root = el("div", { class: "rnnlib tally", role: "region", "aria-label": "A tally of answers" });
  const draw = () => {
    const [rows, problems] = [model.get("rows"), model.get("problems")];
    const [question, ...call] = model.get("card").split("\n");
    const total = rows.reduce((sum, { number }) => sum + number, 0);
    const lengths = lengthsOf(rows);
    const fold = el(
      "details",
      {},
      el("summary", {}, `Not counted, or not whole: ${problems.length}`),
      el("ul", {}, ...problems.map((problem) => el("li", {}, problem))),
    );
    root.replaceChildren(
      el("div", { class: "question" }, el("p", {}, el("b", {}, question)), el("p", {}, counted(total, "answer"))),
      ...(call.length ? [el("p", { class: "call" }, el("code", {}, call.join(" ").trim()))] : []),
      el("ol", { class: "rnnlib-diagram" }, ...rows.map((row, at) => bar(row, lengths[at]))),
      ...(problems.length ? [fold] : []),
    );
  };
  draw();
  host.append(root);
  return listen(model, changes(["rows", "problems"], draw));
}

export default { render };
