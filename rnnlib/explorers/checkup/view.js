// A checkup's report on screen: the questions in a row, what is wrong, the pictures of it, and the finding chosen.
import { changes, choice, el, holdHeight, keepKeys, listen, renderOf } from "../shared/controls.js";
import { comeIntoSight, lineOf } from "../shared/frame.js";
import { gridFigure } from "./figures.js";
import { layersFigure } from "./layers.js";
import { answerOf, diagnosisOf, findingOf } from "./told.js";

const MARKS = { true: "✓", false: "✗", null: "–" };
const ALWAYS = ["batch", "every_step"]; // whose grids are always there
const SMALL = 0.68; // how large the pictures of a chosen finding are beside those
const INVITES = "Choose a question, or point at, tap or Tab to a picture.";

/** The questions as radio buttons, each with its answer. */
function questions(model, findings) {
  const row = choice(
    model,
    "chosen",
    findings.map(({ name }) => name),
  );
  for (const [at, label] of [...row.whole.children].entries()) {
    const finding = findings[at];
    label.dataset.holds = String(finding.holds);
    label.querySelector("input").setAttribute("aria-label", `${finding.name}: ${answerOf(finding)}`);
    label.querySelector("span").prepend(el("i", { "aria-hidden": "true" }, MARKS[finding.holds]));
  }
  row.whole.setAttribute("aria-label", "questions");
  return row;
}

/** The pictures that are always there, of what there is, by question. */
function picturesOf({ layers, findings }, point) {
  const grids = findings
    .filter(({ name, evidence }) => ALWAYS.includes(name) && evidence.grids)
    .map(({ name, evidence }) => [name, gridFigure(evidence.grids[0], point)]);
  return { ...(layers.length ? { layers: layersFigure(layers) } : {}), ...Object.fromEntries(grids) };
}

function build(model, host) {
  const report = model.get("found");
  const line = lineOf();
  const point = (words) => line.set("pointed", words);
  const row = questions(model, report.findings);
  const { layers, ...grids } = picturesOf(report, point);
  const told = el("div", { class: "finding", role: "status" });
  const more = el("div", { class: "more" });
  const picture = el(
    "div",
    { class: "rnnlib-diagram" },
    el("div", { class: "words" }, ...(layers ? [layers] : []), told),
    el("div", { class: "pictures" }, ...Object.values(grids), more),
  );
  const held = holdHeight(picture);
  const root = el(
    "div",
    { class: "rnnlib checkup", role: "region", "aria-label": report.head },
    el("div", { class: "question" }, el("p", {}, el("b", {}, report.head)), el("p", { class: "cost" }, report.cost)),
    ...report.notes.map((note) => el("p", { class: "note" }, note)),
    row.whole,
    diagnosisOf(report),
    line.whole,
    picture,
    ...(report.part ? [el("p", { class: "part" }, report.part)] : []),
  );
  const choose = () => {
    const chosen = model.get("chosen");
    const finding = report.findings.find(({ name }) => name === chosen);
    for (const [name, figure] of Object.entries({ layers, ...grids }))
      figure?.classList.toggle("chosen", name === chosen);
    const others = ALWAYS.includes(chosen) ? [] : (finding.evidence.grids ?? []);
    more.replaceChildren(...others.map((grid) => gridFigure(grid, point, SMALL)));
    told.replaceChildren(...findingOf(finding));
    told.dataset.holds = String(finding.holds);
    picture.dataset.sizes = JSON.stringify({ chosen });
  };
  const tell = () => line.set("problem", model.get("problem"));
  const deaf = listen(model, { ...changes(["chosen"], choose), ...changes(["problem"], tell) });
  line.set("resting", INVITES);
  keepKeys(root);
  host.replaceChildren(root);
  comeIntoSight(root);
  choose();
  tell();
  return () => {
    deaf();
    row.stop();
    held.stop();
  };
}

export default { render: renderOf(build, ["found"]) };
