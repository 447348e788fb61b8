// What the live layer answered: its shapes with a tick each, its checks in words, its values as colour.
import { el, listen } from "../shared/controls.js";
import { heatFigure } from "../shared/heat_figure.js";
import { rangeOf } from "../shared/heat_map.js";
import { duration, floatsOf } from "../shared/numbers.js";
import { liveStatus } from "../shared/status.js";
import { colourOf } from "../shared/symbols.js";

const TICK = { true: "✓", false: "✗" };

/** One row: a tensor's name, its real shape with each number in its axis' colour, and whether it is as drawn. */
function row({ name, shape, axes, agrees }) {
  const sized = (axis, i) => el("span", { class: "size", "data-symbol": colourOf(axis) }, String(shape[i]));
  const numbers = axes.flatMap((axis, i) => (i ? [", ", sized(axis, i)] : [sized(axis, i)]));
  const mark = el(
    "span",
    { class: agrees ? "right" : "wrong", role: "img", "aria-label": agrees ? "agrees" : "differs" },
    TICK[agrees],
  );
  return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, "(", ...numbers, ")"), el("td", {}, mark));
}

function check({ sentence, holds, why }) {
  const mark = el(
    "span",
    { class: holds ? "right" : "wrong", role: "img", "aria-label": holds ? "true" : "not true" },
    TICK[holds],
  );
  return el("li", {}, mark, el("span", {}, why ? `${sentence}: ${why}` : sentence));
}

/** A cell of a heat map and its value: `index` with its row r and column c put in, as in `output[3, 0, 1] = 0.2500`. */
export function cellTold({ index, values, cols }, [row, col]) {
  const where = index.replace(/\br\b(?!\[)/, row).replace(/\bc\b(?!\[)/, col);
  const value = values[row * cols + col];
  return `${where} = ${value === undefined ? "" : value.toFixed(4)}`;
}

function heatMap({ name, note = "", ...map }) {
  const values = floatsOf(map.values);
  const range = map.range ?? rangeOf(values);
  const figure = heatFigure({
    caption: [name],
    told: (shown, cell) => [cellTold(shown, cell)],
    resting: () => [`±${range.toFixed(2)} ${note}`],
  });
  const label = `${name}, ${map.rows} by ${map.cols} values from ${-range.toFixed(2)} to ${range.toFixed(2)}; arrow keys read them`;
  figure.show({ ...map, values, range, label });
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

/** The panel of the live layer's answer. */
export function livePanel(model) {
  const facts = el("div", { class: "facts" });
  const notice = el("p", { class: "notice", role: "status" });
  const panel = el("div", { class: "panel" });
  const title = el("div", { class: "live" }, el("h3", {}, "The live layer says"), facts);
  const whole = el("section", { class: "rnnlib-numbers", "aria-label": "The live layer says" }, title, notice, panel);
  const live = liveStatus(model, { whole, notice });

  const show = () => {
    const answer = model.get("answer");
    if (!answer.asked) return live.show(); // there is no answer yet
    panel.replaceChildren(...answered(answer));
    facts.textContent = factsOf(answer);
    whole.dataset.sizes = JSON.stringify(answer.asked);
    live.revive();
  };
  const deaf = listen(model, { "change:answer": show });
  show();
  const stop = () => {
    live.stop();
    deaf();
  };
  return { whole, showStatus: live.show, stop };
}
