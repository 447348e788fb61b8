// The training lab on screen: what is chosen, the run as it goes on or as it was recorded, and the runs before it.
import { changes, el, listen, renderOf } from "../shared/controls.js";
import { csvPanel } from "../shared/csv_panel.js";
import { frame } from "../shared/frame.js";
import { valuesOf } from "../shared/state.js";
import { panels } from "./panels.js";
import { player } from "./player.js";
import { buttonBar, controlsOf } from "./strips.js";
import { invitation, LOOP, MODEL, otherSaid, SETTINGS, SIZES } from "./words.js";

const FEW = 4; // controls that have room in one strip
const READING = "Point at a curve to read it; move the step slider to look back.";
const PLAYING = "Step by step, as it went.";
const STOPPED = "Stopped: Play goes on, the slider goes anywhere.";

/** The whole lab in `host`; gives back what takes it away. */
function build(model, host) {
  const get = (name) => model.get(name);
  const say = (words) => framed.say(words);
  const { made: controls, mind: mindControls } = controlsOf(model, say);
  const bar = buttonBar(model);
  const csv = csvPanel(model, "rnnlib_training.csv", "Every epoch of every run will stand here.");
  const picture = el("div", { class: "rnnlib-diagram" });
  const found = el("ul", { class: "findings rnnlib-numbers" });
  const steps = player((step) => {
    draw(step);
    tell();
  });
  const part = (name) => controls[name]?.whole;
  const chosen = [
    ["task", "kind", ...SIZES],
    [...MODEL, ...LOOP, "device"],
  ].map((names) => names.map(part).filter(Boolean));
  const strips = chosen.flat().length > FEW ? chosen : [chosen.flat()];
  const framed = frame(model, {
    name: "training",
    label: "Training lab",
    strips: [...strips, [part("epochs"), part("seed"), ...bar.parts, steps.whole]],
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
  let watched; // the run that was seen to its end; on a page nothing that comes later is told before
  const tell = () => {
    const [{ number }, { now, done }] = [get("run"), get("progress")];
    if (steps.at() === done) watched = number;
    const waits = steps.playing() || (get("page") && watched !== number);
    root.toggleAttribute("data-waits", Boolean(number && waits));
    const told = waits ? (steps.playing() ? PLAYING : STOPPED) : `${now} ${get("doing") ? "" : READING}`;
    line.set("resting", number ? told : invitation(get));
  };
  let [shownRun, drawnAt, begun] = [undefined, 0, false];
  const redraw = () => {
    drawnAt = 0;
    const { number, found: sentences = [] } = get("run");
    const { done = 0, of = 0 } = get("progress");
    const anew = number !== shownRun;
    steps.grow(done, of, anew);
    if (anew && begun && get("page")) steps.play(); // what was recorded comes at once, and is watched all the same
    [shownRun, begun] = [number, true];
    mindControls();
    framed.check();
    bar.mind(root.dataset.state);
    const { asked = {}, cannot = "" } = get("answer");
    root.toggleAttribute("data-refused", Boolean(cannot));
    line.set("changed", cannot || otherSaid(get));
    found.replaceChildren(...sentences.map((words) => el("li", { class: "fades" }, words)));
    found.dataset.sizes = JSON.stringify(asked);
    draw(steps.at());
    tell();
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

export default { render: renderOf(build, ["controls", "show", "question", "solution", "devices"]) };
