// The packing explorer on screen: four pictures of the same batch, one step followed through them, and what the layer says.
import { changes, el, keepKeys, listen, renderOf } from "../shared/controls.js";
import { snippetPanel } from "../shared/snippet.js";
import { answerPanel, mistakePanel } from "./answer.js";
import { controlsOf, mostOf, setLengths } from "./controls.js";
import { measure } from "./grid.js";
import { snippetOf } from "./snippet.js";
import { STAGES, stagePanel, stateOf, told } from "./stage.js";

const HEAD = ["kind", "num_layers", "bidirectional", "batch_first", "stages"];
const REDRAWN = [
  "kind",
  "num_layers",
  "bidirectional",
  "batch_first",
  "lengths",
  "padding_value",
  "total_length",
  "draw",
  "stages",
  "mistake",
];

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const say = (sentence) => {
    problem.textContent = sentence;
  };
  const tell = () => say(model.get("problem"));
  const controls = controlsOf(model, say);
  const caption = el("p", { class: "caption", role: "status" });
  const snippet = snippetPanel();
  const answer = answerPanel(model);
  const wrong = model.get("controls").includes("mistake") ? mistakePanel(model) : null;
  let [place, now] = [{ item: 0, time: 0 }, stateOf(model)];

  const follow = ({ item, time }) => {
    place = {
      item: Math.max(0, Math.min(item, now.lengths.length - 1)),
      time: Math.max(0, Math.min(time, now.total - 1)),
    };
    for (const panel of panels) if (!panel.whole.hidden) panel.show(place, now);
    caption.textContent = told(place, now);
    answer.show(place);
  };
  const drag = (item, steps) => {
    const length = Math.max(1, Math.min(steps, mostOf(model.get("most"), item)));
    if (length === now.lengths[item]) return;
    setLengths(
      model,
      now.lengths.map((old, at) => (at === item ? length : old)),
    );
    model.save_changes();
  };
  const pulled = controls.lengths ? drag : null;
  const panels = STAGES.map((stage) =>
    stagePanel(stage, { state: () => now, follow, drag: pulled, place: () => place }),
  );
  const diagram = el(
    "div",
    { class: "rnnlib-diagram", role: "group", "aria-label": "the batch at each stage" },
    ...panels.map((panel) => panel.whole),
  );
  const stage = el("div", { class: "stage" }, diagram, caption);

  const draw = () => {
    now = stateOf(model);
    const size = measure(now.lengths.length, now.total);
    for (const panel of panels) {
      panel.whole.hidden = !model.get("stages").includes(panel.stage);
      if (!panel.whole.hidden) panel.draw(now, size);
    }
    stage.hidden = !model.get("stages").length;
    diagram.dataset.sizes = JSON.stringify({
      batch: now.lengths.length,
      total_length: now.total,
      lengths: now.lengths,
    });
    for (const name of ["batch", "total_length"]) controls[name]?.refresh();
    snippet.show(snippetOf(now), now.sizes);
    tell();
    follow(place);
    answer.showStatus();
  };
  const settle = () => {
    if (String(stateOf(model).pack.order) !== String(now.pack.order)) draw(); // torch sorted equals in its own way
  };
  const deaf = listen(model, { ...changes(REDRAWN, draw), "change:problem": tell, "change:answer": settle });
  const parts = (names) => names.filter((name) => controls[name]).map((name) => controls[name].whole);
  const aside = parts(Object.keys(controls).filter((name) => !HEAD.includes(name)));
  const question = model.get("question")
    ? [el("p", { class: "question" }, el("b", {}, "Find out: "), model.get("question"))]
    : [];
  const root = el(
    "div",
    { class: "rnnlib packing", role: "region", "aria-label": "Packing explorer" },
    el("div", { class: "head" }, ...parts(HEAD)),
    problem,
    el("div", { class: "aside" }, ...aside),
    stage,
    el("div", { class: "foot" }, answer.whole, snippet.whole),
    ...(wrong ? [wrong.whole] : []),
    ...question,
  );
  keepKeys(root);
  host.replaceChildren(root);
  draw();
  return () => {
    deaf();
    for (const part of [...Object.values(controls), answer, ...(wrong ? [wrong] : [])]) part.stop();
  };
}

export default { render: renderOf(build, ["controls", "question", "mistakes", "most"]) };
