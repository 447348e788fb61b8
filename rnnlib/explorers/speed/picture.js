// The chart on screen: axes, predictions and their handles, points as they come, and a chart that was recorded.
import { el } from "../shared/controls.js";
import { fitted } from "../shared/frame.js";
import { lightAxes, roving } from "../shared/lit_axes.js";
import { valuesOf } from "../shared/state.js";
import { n } from "../shared/svg.js";
import { axesOf, crossesOf, markOf, namesOf, placesOf, pointsOf, timed } from "./chart.js";
import { between, grips, guessesOf, invitation, neutral, powerAt } from "./prediction.js";
import { belongs, chartOf, SETTINGS } from "./settings.js";

const LAYERS = ["axes", "guesses", "points fades", "doing", "names", "handles"];

/** The chart in `host`: points, predictions and their handles; `draw()` anew whenever anything changed. */
export function chart(model, host, line, predicted) {
  const get = (name) => model.get(name);
  host.innerHTML = `<svg role="group">${LAYERS.map((name) => `<g class="${name}"></g>`).join("")}</svg>`;
  const svg = host.firstChild;
  const [axes, guesses, points, doing, names, handles] = svg.children;
  const redrawPoints = roving(host, points);
  const stopLighting = lightAxes(host, (words) => line.set("pointed", words));
  const lines = predicted.lines;
  let [places, shown] = [null, ""];
  const lineFor = (setup) =>
    between(lines()[setup] ?? neutral(places.values, get("compare").indexOf(setup)), places.values);
  const handle = grips(host, handles, {
    lineFor,
    take: (setup, moved) => {
      predicted.take(setup, moved);
      draw();
    },
    point: (words) => line.set("pointed", words),
  });

  const draw = () => {
    if (!room.width()) return;
    const { rows, of } = chartOf(get);
    const [axis, compare] = [get("axis"), get("compare")];
    places = placesOf({ values: get("values"), rows, compare }, room.width());
    const open = compare.filter((setup) => of !== "chosen" || !timed(rows, [setup]).length);
    const guessed = compare.filter((setup) => lines()[setup] || open.includes(setup));
    svg.setAttribute("viewBox", `0 0 ${places.width} ${places.height}`);
    svg.setAttribute("aria-label", `Times of ${get("answer").about}`);
    const untouched = open.length && !open.some((setup) => lines()[setup]);
    axes.innerHTML = axesOf(places, axis) + (untouched ? invitation(open, lineFor, places) : "");
    guesses.innerHTML = guessesOf(guessed, lineFor, places);
    const crosses = crossesOf(get("answer").cannot ?? [], places, axis, compare);
    const markup = pointsOf(rows, places, axis, compare) + crosses;
    if (markup !== shown) redrawPoints(markup); // what is pointed at stays, or its leaving would not be told
    shown = markup;
    const heightOf = (setup) => {
      const last = of === "other" ? undefined : timed(rows, [setup]).at(-1);
      return places.y(last?.median ?? 10 ** lineFor(setup).to);
    };
    names.innerHTML = namesOf(
      compare.map((setup) => [setup, heightOf(setup)]),
      places,
    );
    doing.innerHTML = pulse(get("progress").at, places, heightOf);
    handle.draw(open, places);
    host.dataset.sizes = JSON.stringify(valuesOf(model, [...SETTINGS, "values"]));
  };
  /** The point that is measured now; nothing where that is of other settings. */
  const pulse = (at, { x, y, values }, heightOf) => {
    const { setup, value, ...settings } = at ?? {};
    if (!at || !belongs(settings, get) || !values.includes(value) || !get("compare").includes(setup)) return "";
    const guess = lines()[setup];
    const place = `translate(${n(x(value))} ${n(guess ? y(10 ** powerAt(guess, value)) : heightOf(setup))})`;
    return `<path class="pulse" data-setup="${setup}" data-value="${value}" d="${markOf(setup, 7)}" transform="${place}"/>`;
  };
  const room = fitted(host, () => draw());
  const stop = () => {
    room.stop();
    stopLighting();
  };
  return { draw, stop };
}

/** The run of a real GPU that was stored. */
export function recordedPanel({ title, rows, about }) {
  const [{ axis }] = rows;
  const compare = [...new Set(rows.map(({ setup }) => setup))];
  const picture = el("div", {});
  const shown = { rows, compare, values: rows.map(({ value }) => value) };
  const room = fitted(picture, (width) => {
    const places = placesOf(shown, width);
    const ends = compare.map((setup) => [setup, places.y(timed(rows, [setup]).at(-1).median)]);
    picture.innerHTML =
      `<svg viewBox="0 0 ${width} ${places.height}" role="img" aria-label="${about}">` +
      `${axesOf(places, axis)}${pointsOf(rows, places, axis, compare)}${namesOf(ends, places)}</svg>`;
  });
  return { whole: el("div", {}, el("p", {}, `${title}. ${about}.`), picture), stop: room.stop };
}
