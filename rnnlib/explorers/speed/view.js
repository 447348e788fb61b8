// The speed lab on screen: what is compared, what the learner predicts, and the points as they are measured.
import { changes, el, listen, renderOf } from "../shared/controls.js";
import { csvPanel } from "../shared/csv_panel.js";
import { frame } from "../shared/frame.js";
import { duration } from "../shared/numbers.js";
import { refusalSaid, refusals } from "./chart.js";
import { chart, recordedPanel } from "./picture.js";
import { invitationTo, predictionSaid } from "./prediction.js";
import { chartOf, otherSaid, SETTINGS, SIZES } from "./settings.js";
import { controlsOf, legend, marked, measureBar } from "./strips.js";
import { resultTable } from "./table.js";

const INVITATION = "Drag the lines to predict, then press Measure.";
const RECORDED = "Drag the lines to predict; Measure shows what was recorded.";

/** The whole lab in `host`; gives back what takes it away. */
function build(model, host) {
  const get = (name) => model.get(name);
  const say = (words) => framed.say(words);
  const controls = controlsOf(model, say);
  const bar = measureBar(model);
  const chips = legend(model, get("controls").includes("compare"));
  const csv = csvPanel(model, "rnnlib_speed.csv", "Every result will stand here as it comes.");
  const recorded = get("recorded").rows && recordedPanel(get("recorded"));
  const table = el("div", { class: "results", tabindex: 0, role: "region", "aria-label": "everything measured" });
  const about = el("p", { class: "about" });
  const picture = el("div", { class: "rnnlib-diagram" });
  const found = el("ul", { class: "findings rnnlib-numbers" });
  const part = (name) => controls[name]?.whole;
  const along = ["axis", "values"].map(part).filter(Boolean);
  const framed = frame(model, {
    name: "speed",
    label: "Speed lab",
    strips: [
      [
        part("kind"),
        along.length && el("span", { class: "along" }, ...along),
        ...["backward", "device", ...SIZES].map(part),
      ],
      [...bar.parts, chips.whole],
    ],
    picture: el("div", { class: "picture" }, picture, about),
    says: [found],
    folds: { Table: table, "CSV to copy": csv.whole, ...(recorded && { "Recorded on a GPU": recorded.whole }) },
  });
  const { root, line } = framed;
  root.addEventListener("state", () => bar.mind(root.dataset.state));
  framed.facts.textContent = get("about");

  const predictions = Object.fromEntries(SIZES.map((axis) => [axis, {}])); // the lines that were moved, by setup
  const predicted = {
    lines: () => predictions[get("axis")],
    take: (setup, moved) => {
      predicted.lines()[setup] = moved;
      tell();
    },
  };
  const shown = () => {
    const { rows, of } = chartOf(get);
    const [axis, compare, values] = [get("axis"), get("compare"), get("values")];
    return { axis, compare, values, lines: predicted.lines(), rows: of === "chosen" ? rows : [] };
  };
  const drawing = chart(model, picture, line, predicted);

  /** The sentences: of each setup what was predicted, or what there is to predict; then what was found. */
  const tell = () => {
    const now = shown();
    const { found: sentences = [], cannot = [], about: words } = get("answer");
    const { of } = chartOf(get);
    const own = now.compare.map(
      (setup) => predictionSaid(setup, now) || (of === "chosen" ? "" : invitationTo(setup, now)),
    );
    const items = now.compare.map((setup, i) => marked(setup, own[i])).filter((_, i) => own[i]);
    const measured = of === "chosen" ? sentences.map((words) => el("li", { class: "fades" }, words)) : [];
    found.replaceChildren(...items, ...measured);
    const count = now.compare.length;
    found.style.setProperty("--lines", Math.min(2 * count, count + 2)); // those that come when it is measured
    found.dataset.sizes = JSON.stringify(get("answer").asked ?? {});
    root.dataset.chart = of;
    about.classList.toggle("fades", of !== "other"); // until the kernel has answered
    about.textContent = of === "other" ? `the grey points: ${words}` : words;
    const refused = refusals(cannot).map((one) => refusalSaid(one, now.axis, now.compare));
    const more = refused.length > 1 ? ` So it is with ${refused.length - 1} more.` : "";
    root.toggleAttribute("data-refused", refused.length > 0);
    const other = of === "other" ? otherSaid(get) : "";
    line.set("changed", refused.length ? refused[0] + more : other);
    const invites = get("page") ? RECORDED : INVITATION;
    line.set("resting", of === "chosen" ? "Point at a mark to read its time and its spread." : invites);
  };
  const list = () => table.replaceChildren(resultTable(get("rows"), duration));
  const redraw = () => {
    for (const name of SIZES) if (controls[name]) controls[name].whole.hidden = name === get("axis"); // `values` say it
    framed.check();
    controls.values?.mind();
    bar.mind(root.dataset.state);
    tell();
    drawing.draw();
    framed.relight();
  };
  const redrawn = [...SETTINGS, "values", "compare", "answer", "progress", "rows"];
  const deaf = listen(model, changes(redrawn, redraw));
  const stopList = listen(model, { "change:rows": list });
  host.replaceChildren(root);
  for (const part of [list, redraw]) part();
  return () => {
    for (const stop of [deaf, stopList]) stop();
    for (const part of [...Object.values(controls), bar, chips, csv, drawing, framed, recorded]) part?.stop();
  };
}

export default { render: renderOf(build, ["controls", "show", "question", "solution", "devices"]) };
