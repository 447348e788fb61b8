// The score: time's slider, and under it every gate and state on the same axis, the chosen step a line through all.
import { el } from "../shared/controls.js";
import { cellAfter, cellAt, paint } from "../shared/heat_map.js";
import { printed } from "./equations.js";
import { arrayOf, calledOf, partsOf, rangeFor, scaleSaid, stepsShown, unitsShown } from "./parts.js";
import { historyOf, vectorAt } from "./values.js";

const LINED = 60; // more steps have no lines between them

/** How far a learner has come: `reached` until now, and now at `time`; the backward direction comes from the end. */
export function reachedAt(reached, { time, direction }) {
  if (reached === null) return time;
  return direction ? Math.min(reached, time) : Math.max(reached, time);
}

/** The steps that come later than now but were seen, and those not seen yet, each from its first to before its end. */
export function stillToCome({ time, direction }, reached, cols) {
  if (direction) return { later: [reached, time], unseen: [0, reached] };
  return { later: [time + 1, reached + 1], unseen: [reached + 1, cols] };
}

/** How high a part's rows stand, in em: fewer parts have more room, and many units some more. */
export function heightOf(parts, units) {
  const room = parts > 5 ? 22 : parts > 3 ? 31 : 42;
  return Math.max(room, Math.min(28, 2.1 * units)) / 14;
}

/** A cell in words: `f[2] at step 7 = 0.8839 (colours: 0 … 1)`, and of what time has not reached that it has not. */
export function cellSaid(part, { array, place, unseen, said }, [unit, step]) {
  if (unit === null || unit >= array.dims[4]) return `${part}: some units are left out here.`;
  const where = `${part}[${unit}] at step ${step}`;
  if (step >= unseen[0] && step < unseen[1]) return `${where}: not yet.`;
  return `${where} = ${printed(vectorAt(array, { ...place, time: step })[unit])} (colours: ${said})`;
}

/** What the colours mean; `show` says which units are shown where there are too many. */
export function keyOf() {
  const bar = el("canvas", { "aria-hidden": "true" });
  paint(bar, { rows: 1, cols: 101, values: Array.from({ length: 101 }, (_, i) => (i - 50) / 50), range: 1 });
  const elided = el("span", {});
  const show = (words) => {
    elided.textContent = words;
  };
  return {
    whole: el(
      "span",
      { class: "key" },
      elided,
      "each row on its own scale:",
      el("span", {}, "below 0"),
      bar,
      "above 0",
    ),
    show,
  };
}

/** Which units the score shows, where it cannot show all. */
export function shownOf(count, chosen) {
  const units = unitsShown(count, chosen).filter((unit) => unit !== null);
  return units.length < count ? `units ${units[0]} to ${units.at(-1)} of ${count} · ` : "";
}

/** Which cell a pointer is over, as unit and step. */
function pointedAt(event, canvas, { units, steps }) {
  const [row, col] = cellAt(event, canvas, { rows: units.length, cols: steps.length });
  return [units[row], steps[col]];
}

/** One part's row. `go(unit, step)` hears a click or an arrow key, `point(words)` what is pointed at, "" after. */
function stripOf(part, go, point) {
  const canvas = el("canvas", { tabindex: 0, role: "img" });
  const lines = el("i", { class: "lines" });
  const [unit, cell] = [el("i", { class: "unit" }), el("i", { class: "cell" })];
  const value = el("span", { class: "value" });
  const name = el("span", { class: "name" }, el("b", {}, part), el("span", {}, calledOf(part)));
  const strip = el("div", { class: "strip-of" }, canvas, lines, unit, cell);
  const whole = el("div", { class: "row fades", "data-part": part }, name, strip, value);
  let [now, painted] = [null, ""];
  const tell = (at) => point(cellSaid(part, now, at));
  const rest = () => point("");
  canvas.addEventListener("pointermove", (event) => tell(pointedAt(event, canvas, now)));
  canvas.addEventListener("pointerleave", rest);
  canvas.addEventListener("focus", () => tell(now.cell));
  canvas.addEventListener("blur", rest);
  canvas.addEventListener("click", (event) => {
    const [chosen, step] = pointedAt(event, canvas, now);
    go(chosen ?? now.cell[0], step);
    tell([chosen ?? now.cell[0], step]);
  });
  canvas.addEventListener("keydown", (event) => {
    const { dims } = now.array;
    const next = cellAfter(event.key, now.cell, { rows: dims[4], cols: dims[2] });
    if (!next) return;
    event.preventDefault();
    go(...next);
    tell(now.cell);
  });

  /** Paint what is seen of it; what changes with a step alone is moved, not painted. */
  const paintSeen = () => {
    const { array, place, unseen, units, steps, range } = now;
    const key = [place.layer, place.direction, place.item, unseen, units.join(".")].join();
    if (key === painted) return;
    painted = key;
    const seen = steps.map((step) => step < unseen[0] || step >= unseen[1]);
    const [from, until] = [seen.indexOf(true), seen.lastIndexOf(true)];
    paint(canvas, { ...historyOf(array, place, units, steps), range, from, until });
  };

  const show = (shown) => {
    now = shown;
    const { array, units, steps, said, picked } = now;
    const [chosen, step] = now.cell;
    const [rows, cols, row] = [units.length, array.dims[2], units.indexOf(chosen)];
    for (const [key, number] of Object.entries({ rows, cols, row, col: step }))
      strip.style.setProperty(`--${key}`, number);
    lines.hidden = rows > 8 || steps.length > LINED;
    for (const mark of [unit, cell]) mark.hidden = !picked || rows < 2 || row < 0;
    value.textContent = picked ? printed(vectorAt(array, { ...now.place, time: step })[chosen] ?? NaN) : "";
    if (picked && row < 0) value.textContent = "–"; // of fewer rows than units: an h that a projection made narrower
    const size = `${array.dims[4]} by ${cols} values`;
    const keys = `arrow keys choose ${part === "x" ? "feature" : "unit"} and step`;
    canvas.setAttribute("aria-label", `${part}, ${calledOf(part)}: ${size}, ${said}; ${keys}`);
    paintSeen();
  };
  return { whole, show };
}

/** The score of what was traced, under its time bar. `go(part, unit, step)` and `point(words)` as for a part's row. */
export function scoreOf(traced, bar, { go, point }) {
  const strips = partsOf(traced).map((part) => [part, stripOf(part, (...cell) => go(part, ...cell), point)]);
  const [later, unseen, line] = ["later", "unseen", "now"].map((name) => el("i", { class: name }));
  const over = el("div", { class: "over" }, unseen, later, line);
  const rows = el("div", { class: "staves" }, ...strips.map(([, { whole }]) => whole), over);
  const whole = el("div", { class: "score", role: "group", "aria-label": "every gate and state" }, bar, rows);

  const show = (arrays, place, reached, feature) => {
    const cols = traced.sizes.seq_len;
    const steps = stepsShown(cols);
    const toCome = stillToCome(place, reached, cols);
    for (const [mark, [from, until]] of [
      [later, toCome.later],
      [unseen, toCome.unseen],
      [line, [place.time, place.time + 1]],
    ]) {
      mark.style.left = `${(100 * from) / cols}%`;
      mark.style.width = `${(100 * Math.max(0, until - from)) / cols}%`;
    }
    whole.style.setProperty("--cols", cols);
    whole.style.setProperty("--tall", `${heightOf(strips.length, traced.sizes.hidden_size)}em`);
    for (const [part, { show }] of strips) {
      const array = arrays[arrayOf(part, place)];
      const range = rangeFor(part, array, traced);
      const chosen = part === "x" ? Math.min(feature, array.dims[4] - 1) : place.unit;
      const units = unitsShown(array.dims[4], chosen);
      const picked = part !== "x" || array.dims[4] === 1;
      const said = scaleSaid(part, range, traced);
      show({ array, place, units, steps, range, said, picked, cell: [chosen, place.time], unseen: toCome.unseen });
    }
  };
  return { whole, show };
}
