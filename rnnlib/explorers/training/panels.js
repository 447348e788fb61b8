// The six panels on screen: three over the run's steps, two over one sequence's time steps, and what was taken for what.
import { el } from "../shared/controls.js";
import { fitted } from "../shared/frame.js";
import { cellAfter, cellAt, colourAt, paint } from "../shared/heat_map.js";
import { lightAxes, roving } from "../shared/lit_axes.js";
import { n, text } from "../shared/svg.js";
import { accuracyPanel, lossPanel, normPanel, roomOf } from "./curves.js";
import { confusionPanel, reachPanel } from "./maps.js";
import { confusionAt, everyReach, frameAt, pointsOfScore, reachAtFirst, recordOf } from "./record.js";
import { momentSaid, reachAtSaid, stateSaid, takenFor } from "./words.js";

const BETWEEN = 16; // between two panels
const SHADES = 20;
const WIDE = [760, 460]; // units from which on there are three columns, or two
const OVER_STEPS = ["loss", "accuracy", "norm"];
const TITLES = {
  loss: "loss",
  accuracy: "accuracy",
  norm: "gradient norm",
  reach: "reach",
  states: "states",
  confusion: "confusion",
};

/** How many columns there are in so much width, and how wide and high a panel is. */
export function gridIn(width) {
  const columns = width >= WIDE[0] ? 3 : width >= WIDE[1] ? 2 : 1;
  const each = Math.floor((width - BETWEEN * (columns - 1)) / columns);
  const height = columns === 1 ? 116 : Math.round(Math.min(180, Math.max(122, each * 0.47)));
  return { columns, each, heights: { over: height, below: columns === 1 ? 164 : height + 42 } };
}

/** The panels in `host`; `draw(step)` draws the run as it stood after a step. `point(words)` hears what is pointed at. */
export function panels(model, host, point) {
  const get = (name) => model.get(name);
  const made = Object.fromEntries(Object.keys(TITLES).map((name) => [name, panelOf(name)]));
  host.replaceChildren(...Object.values(made).map(({ whole }) => whole));
  const canvas = el("canvas", { tabindex: 0, role: "img" });
  const places = el("div", { class: "over" }, canvas);
  made.states.body.append(places);
  const redrawConfusion = roving(made.confusion.body, made.confusion.svg);
  const stopLighting = lightAxes(made.confusion.body, point);
  let [drawn, frame, rooms, cell] = [0, null, {}, [0, 0]];

  const draw = (step) => {
    drawn = step;
    if (!room.width()) return;
    const record = recordOf(get);
    const { columns, each, heights } = gridIn(room.width());
    host.style.setProperty("--columns", columns);
    const { classes = [], guess = 0, noun = "", settings = {} } = get("run");
    const top = { width: each, height: heights.over, step, points: pointsOfScore };
    const low = { width: each, height: heights.below };
    const put = (name, { markup, room: places }, height) => {
      made[name].show(markup, each, height);
      rooms[name] = places;
    };
    put("loss", lossPanel(record, { ...top, guess: Math.log(Math.max(2, classes.length)) }), heights.over);
    put("accuracy", accuracyPanel(record, { ...top, chance: guess }), heights.over);
    put("norm", normPanel(record, { ...top, max_norm: settings.max_norm ?? null }), heights.over);
    frame = classes.length ? frameAt(get, step) : null;
    const first = frame ? reachAtFirst(get) : null;
    put("reach", reachPanel({ ...low, now: frame?.reach, first, every: frame ? everyReach(get) : [] }), heights.below);
    made.reach.say("‖∂ output[-1] / ∂ x[t]‖");
    drawStates(low);
    const counts = classes.length ? confusionAt(get, step) : [];
    made.confusion.show("", each, heights.below);
    const markup = confusionPanel({ ...low, counts, classes, noun });
    if (markup !== made.confusion.svg.dataset.shown) redrawConfusion(markup);
    made.confusion.svg.dataset.shown = markup;
    made.confusion.say(counts.length ? `of ${counts.flat().reduce((a, b) => a + b, 0)} test sequences` : "");
    for (const name of OVER_STEPS) made[name].svg.setAttribute("aria-label", momentSaid(record, step) || TITLES[name]);
  };

  const drawStates = ({ width, height }) => {
    const { seq_len = 2, units = [] } = get("run");
    const places = roomOf(width, height, { steps: Math.max(1, seq_len - 1), least: 0, most: 1 });
    const { left, right, top, bottom } = places;
    rooms.states = places;
    const ends = units.length
      ? text(left - 5, bottom, units[0], "end") + text(left - 5, top + 9, units.at(-1), "end")
      : "";
    const bar = [1, 0, -1].map((value, i) => text(right + 24, top + 9 + (i * (bottom - top - 9)) / 2, value));
    made.states.show(
      `${ends}<rect class="empty" x="${left}" y="${top}" width="${n(right - left)}" height="${n(bottom - top)}"/>` +
        scaleOf(right + 10, top, bottom - top) +
        bar.join("") +
        text(left, bottom + 15, "0", "middle") +
        text((left + right) / 2, bottom + 15, "time step", "middle") +
        text(right, bottom + 15, seq_len - 1, "middle"),
      width,
      height,
    );
    const share = (value, of) => `${(100 * value) / of}%`;
    Object.assign(canvas.parentElement.style, {
      left: share(left, width),
      width: share(right - left, width),
      top: share(top, height),
      height: share(bottom - top, height),
    });
    canvas.parentElement.hidden = !frame;
    made.states.say(frame ? takenFor(get("run"), [...frame.chances]) : "");
    if (!frame) return;
    const values = new Float32Array(units.length * seq_len);
    for (let time = 0; time < seq_len; time++)
      units.forEach((_, row) => {
        values[row * seq_len + time] = frame.states[time * units.length + row];
      });
    paint(canvas, { rows: units.length, cols: seq_len, values, range: 1 });
    canvas.setAttribute(
      "aria-label",
      `states of a test sequence of ${takenFor(get("run"), [...frame.chances])}; arrow keys read them`,
    );
  };

  const size = () => ({ rows: get("run").units.length, cols: get("run").seq_len });
  const tellState = () => {
    const { units } = get("run");
    const [row, time] = cell;
    if (frame && units[row] !== undefined) point(stateSaid(units[row], time, frame.states[time * units.length + row]));
  };
  canvas.addEventListener("pointermove", (event) => {
    cell = cellAt(event, canvas, size());
    tellState();
  });
  canvas.addEventListener("keydown", (event) => {
    const next = cellAfter(event.key, cell, size());
    if (!next) return;
    event.preventDefault();
    cell = next;
    tellState();
  });
  canvas.addEventListener("focus", tellState);
  for (const name of ["blur", "pointerleave"]) canvas.addEventListener(name, () => point(""));

  /** Where a pointer is over a panel, in its own units. */
  const across = (svg, event) =>
    ((event.clientX - svg.getBoundingClientRect().left) * svg.viewBox.baseVal.width) / svg.clientWidth;
  const hear = (name, words) => {
    const { svg } = made[name];
    const tell = (event) => point(words(rooms[name].stepAt(across(svg, event))));
    svg.addEventListener("pointermove", tell);
    svg.addEventListener("click", tell);
    svg.addEventListener("pointerleave", () => point(""));
  };
  for (const name of OVER_STEPS)
    hear(name, (step) => {
      const record = recordOf(get);
      return momentSaid(record, Math.min(step, record.done));
    });
  hear("reach", (time) => (frame ? reachAtSaid(time, frame.reach, reachAtFirst(get)) : ""));

  const room = fitted(host, () => draw(drawn));
  const stop = () => {
    room.stop();
    stopLighting();
  };
  return { draw, frame: () => frame, stop };
}

/** The colours of the states, from 1 down to -1. */
function scaleOf(x, top, height) {
  const each = height / SHADES;
  const shade = (_, place) => {
    const [r, g, b, opacity] = colourAt(1 - (2 * place + 1) / SHADES, 1);
    return `<rect x="${x}" y="${n(top + place * each)}" width="8" height="${n(each + 0.1)}" fill="rgb(${r} ${g} ${b} / ${n((100 * opacity) / 255)}%)"/>`;
  };
  return Array.from({ length: SHADES }, shade).join("");
}

/** One panel: its name, a word on it, and its drawing. */
function panelOf(name) {
  const more = el("span", {});
  const body = el("div", { class: "body" });
  body.innerHTML = `<svg role="${name === "confusion" ? "group" : "img"}" aria-label="${TITLES[name]}"></svg>`;
  const svg = body.firstChild;
  const whole = el(
    "figure",
    { class: `panel ${name}`, "data-part": name },
    el("figcaption", {}, el("b", {}, TITLES[name]), more),
    body,
  );
  return {
    ...{ whole, body, svg },
    say: (words) => {
      more.textContent = words;
    },
    show: (markup, width, height) => {
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      if (markup) svg.innerHTML = markup;
    },
  };
}
