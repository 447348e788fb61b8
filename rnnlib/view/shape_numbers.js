// What the live layer answered: its shapes with a tick each, its checks in words, its values as colour.
import { el, listen } from "./controls.js";
import { heatFigure } from "./heat_figure.js";
import { colourOf } from "./marks.js";
import { duration, floatsOf } from "./numbers.js";

const LATE = 1500; // milliseconds after which a kernel that has not answered is said to be silent
const TICK = { true: "✓", false: "✗" };

/** Whether the answer on screen belongs to the sizes now chosen: live, waiting, stale, failed or refused. */
export function standing(answer, wanted, { connected, late, problem }) {
  if (!connected || late) return "stale"; // until the kernel speaks again, whatever the sliders say
  const current = Object.entries(wanted).every(([name, value]) => answer.sizes?.[name] === value);
  if (!current && problem) return "failed";
  if (!current) return "waiting";
  return answer.refused ? "refused" : "live";
}

/** The words that go with a standing. */
export function standingSaid(standing, answer) {
  if (standing === "refused") return answer.refused;
  if (standing === "failed") return "Not live: these numbers belong to the last sizes that worked.";
  if (standing === "stale") return "Not live: the kernel does not answer. If a cell is still running, wait for it; after a restart, run the cells from the top again.";
  return "";
}

/** One row: a tensor's name, its real shape with each number in its axis' colour, and whether it is as drawn. */
function row({ name, shape, axes, agrees }) {
  const sized = (axis, i) => el("span", { class: "size", "data-symbol": colourOf(axis) }, String(shape[i]));
  const numbers = axes.flatMap((axis, i) => (i ? [", ", sized(axis, i)] : [sized(axis, i)]));
  const mark = el("span", { class: agrees ? "right" : "wrong", role: "img", "aria-label": agrees ? "agrees" : "differs" }, TICK[agrees]);
  return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, "(", ...numbers, ")"), el("td", {}, mark));
}

function check({ sentence, holds, why }) {
  const mark = el("span", { class: holds ? "right" : "wrong", role: "img", "aria-label": holds ? "true" : "not true" }, TICK[holds]);
  return el("li", {}, mark, el("span", {}, why ? `${sentence}: ${why}` : sentence));
}

function heatMap({ name, index, note, ...map }) {
  const figure = heatFigure({ name, index });
  figure.show({ ...map, values: floatsOf(map.values) }, note);
  return figure.whole;
}

/** What can be said of an answer in one line: where it ran, how long, how many parameters. */
function factsOf({ device, seconds, parameters }) {
  const time = seconds === undefined ? "not run" : duration(seconds);
  return [device, time, `${parameters.toLocaleString("en")} parameters`].join("  ·  ");
}

/** Everything that the live layer answered. */
function answered({ rows = [], checks = [], maps = [], source = "" }) {
  return [
    el("table", {}, el("tbody", {}, ...rows.map(row))),
    el("div", { class: "maps" }, ...maps.map(heatMap)),
    el("p", { class: "source" }, source),
    el("ul", { class: "checks" }, ...checks.map(check)),
  ];
}

/** The panel of the live layer's answer. `chosen` gives the sizes now chosen, to which an answer may not belong. */
export function livePanel(model, chosen) {
  const facts = el("div", { class: "facts" });
  const notice = el("p", { class: "notice", role: "status" });
  const panel = el("div", { class: "panel" });
  const title = el("div", { class: "live" }, el("h3", {}, "The live layer says"), facts);
  const whole = el("section", { class: "rnnlib-numbers", "aria-label": "The live layer says" }, title, notice, panel);
  const link = { connected: true, late: false, timer: 0 };

  const showStanding = () => {
    const answer = model.get("numbers");
    const now = standing(answer, chosen(), { ...link, problem: model.get("problem") });
    whole.dataset.state = now;
    notice.textContent = standingSaid(now, answer);
    if (now === "waiting") link.timer ||= setTimeout(() => lose({ late: true }), LATE);
    else stopWaiting();
  };
  const stopWaiting = () => {
    clearTimeout(link.timer);
    link.timer = 0;
  };
  const lose = (how) => {
    Object.assign(link, how);
    showStanding();
  };
  const revive = () => {
    stopWaiting();
    lose({ connected: true, late: false });
  };
  const show = () => {
    const answer = model.get("numbers");
    if (!answer.sizes) return showStanding(); // there is no answer yet
    panel.replaceChildren(...answered(answer));
    facts.textContent = factsOf(answer);
    whole.dataset.sizes = JSON.stringify(answer.sizes);
    revive();
  };
  // ipywidgets says so when the kernel restarts or dies; of a kernel that is shut down, only its silence tells.
  const deaf = listen(model, {
    "change:numbers": show,
    "change:problem": revive,
    comm_live_update: () => lose({ connected: false }),
  });
  show();
  const stop = () => {
    stopWaiting();
    deaf();
  };
  return { whole, showStanding, stop };
}
