// The training lab on screen: what is chosen, the run as it goes on or as it was recorded, and the runs before it.
import { changes, el, listen, renderOf } from "../shared/controls.js";
import { copyButton } from "../shared/copyable_snippet.js";
import { frame } from "../shared/frame.js";
import { valuesOf } from "../shared/state.js";
import { panels } from "./panels.js";
import { player } from "./player.js";
import { buttonBar, controlsOf } from "./strips.js";
import { invitation, LOOP, MODEL, otherSaid, SETTINGS, SIZES } from "./words.js";

const READING = "Point at a curve to read it; move the step slider to look back.";

/** All scores, as text to copy and as a file. */
function csvPanel(model) {
  const code = el("code");
  const copy = copyButton(code, () => model.get("csv"));
  const link = el("a", { download: "rnnlib_training.csv", href: "#" }, "Download as CSV");
  link.addEventListener("click", () => {
    link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(model.get("csv"))}`;
  });
  const text = el("pre", { tabindex: 0, role: "region", "aria-label": "CSV" }, code);
  const row = el("p", { class: "take" }, copy, link);
  const whole = el("div", {}, row, text);
  const show = () => {
    code.textContent = model.get("csv") || "Every epoch of every run will stand here.";
    row.hidden = !model.get("csv");
  };
  show();
  return { whole, stop: listen(model, { "change:csv": show }) };
}

/** The whole lab in `host`; gives back what takes it away. */
function build(model, host) {
  const get = (name) => model.get(name);
  const say = (words) => framed.say(words);
  const { made: controls, mind: mindControls } = controlsOf(model, say);
  const bar = buttonBar(model);
  const csv = csvPanel(model);
  const picture = el("div", { class: "rnnlib-diagram" });
  const found = el("ul", { class: "findings rnnlib-numbers" });
  const steps = player((step) => draw(step));
  const part = (name) => controls[name]?.whole;
  const framed = frame(model, {
    name: "training",
    label: "Training lab",
    strips: [
      ["task", "kind", ...SIZES].map(part),
      [...MODEL, ...LOOP, "device"].map(part),
      [part("epochs"), part("seed"), ...bar.parts, steps.whole],
    ],
    picture: el("div", { class: "picture fades" }, picture),
    says: [found],
    folds: { "CSV to copy": csv.whole },
  });
  const { root, line } = framed;
  const drawing = panels(model, picture, (words) => line.set("pointed", words));
  root.addEventListener("state", () => bar.mind(root.dataset.state));

  const draw = (step) => {
    drawing.draw(step);
    const { number = 0 } = get("run");
    picture.dataset.sizes = JSON.stringify({ ...valuesOf(model, SETTINGS), run: number, step });
    framed.relight();
  };
  let [shownRun, drawnAt] = [undefined, 0];
  const redraw = () => {
    drawnAt = 0;
    const { number, found: sentences = [] } = get("run");
    const { done = 0, of = 0 } = get("progress");
    const at = steps.grow(done, of, number !== shownRun);
    shownRun = number;
    mindControls();
    framed.check();
    bar.mind(root.dataset.state);
    const { asked = {}, cannot = "" } = get("answer");
    root.toggleAttribute("data-refused", Boolean(cannot));
    line.set("changed", cannot || otherSaid(get));
    line.set("resting", number ? `${get("progress").now} ${get("doing") ? "" : READING}` : invitation(get));
    found.replaceChildren(...sentences.map((words) => el("li", {}, words)));
    found.dataset.sizes = JSON.stringify(asked);
    draw(at);
  };
  const soon = () => {
    drawnAt ||= requestAnimationFrame(redraw); // what comes together is drawn once
  };
  const heard = ["run", "curves", "scores", "confusions", "frames", "now", "runs", "progress", "answer", "doing"];
  const deaf = listen(model, changes([...SETTINGS, ...heard], soon));
  host.replaceChildren(root);
  redraw();
  return () => {
    cancelAnimationFrame(drawnAt);
    deaf();
    for (const one of [...Object.values(controls), bar, csv, steps, drawing, framed]) one.stop();
  };
}

export default { render: renderOf(build, ["controls", "question", "solution", "devices"]) };
