// The speed lab on screen: what is compared, what the learner predicts, and the points as they are measured.
import { changes, choice, el, listen, pick, renderOf, sizeFrom, slider, toggle } from "../shared/controls.js";
import { fitted, frame } from "../shared/frame.js";
import { lightAxes, roving } from "../shared/lit_axes.js";
import { duration } from "../shared/numbers.js";
import { copyButton } from "../shared/snippet.js";
import { n } from "../shared/svg.js";
import { axesOf, crossesOf, markOf, namesOf, placesOf, pointsOf, refusalSaid, refusals, timed } from "./chart.js";
import { between, grips, guessesOf, invitationTo, neutral, powerAt, predictionSaid } from "./prediction.js";
import { resultTable } from "./table.js";

const SIZES = ["seq_len", "batch", "hidden_size", "num_layers"];
const RANGES = { seq_len: [1, 256], batch: [1, 256], hidden_size: [1, 512], num_layers: [1, 8] };
const SETTINGS = ["kind", "axis", ...SIZES, "backward", "device"];
const MOST_VALUES = 16;

/** How far a measurement is, in words. */
export function progressSaid({ done, of, now } = {}) {
  if (now === undefined) return "";
  return now.endsWith(".") ? now : `${done + 1} of ${of}: ${now}`;
}

/** Whole numbers as they are typed, `1, 4, 16`; or what is wrong with them, in a sentence. */
export function numbersFrom(typed) {
  const words = typed.split(/[\s,]+/).filter(Boolean);
  if (!words.length) return { problem: "values must be whole numbers, as in 1, 4, 16: none is here." };
  if (new Set(words).size > MOST_VALUES) return { problem: `at most ${MOST_VALUES} values, not ${words.length}.` };
  const read = words.map((word) => sizeFrom("each of values", word));
  const problem = read.find((one) => one.problem)?.problem;
  return problem ? { problem } : { numbers: read.map(({ value }) => value) };
}

const belongs = (chart, get) => Object.entries(chart).every(([name, value]) => get(name) === value);

/** Which chart there is to see: the points' rows, and whether they are of what is chosen now or of other settings. */
export function chartOf(get) {
  const { chart = {} } = get("answer");
  if (chart.axis !== get("axis")) return { rows: [], of: "none" };
  const rows = get("rows").filter((row) => belongs(chart, (name) => row[name]) && get("compare").includes(row.setup));
  return { rows: rows.filter(({ median }) => median !== null), of: belongs(chart, get) ? "chosen" : "other" };
}

const mark = (setup) =>
  `<svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true"><path d="${markOf(setup, 5.5)}"/></svg>`;

/** A setup's name with its colour and mark: all that are compared, or, where they can be chosen, a switch for each. */
function legend(model, chosen) {
  const whole = el("div", { class: "legend", role: "group", "aria-label": "compare" });
  const chip = (setup) => {
    const drawn = el("span", {});
    drawn.innerHTML = mark(setup);
    const box = el("input", { type: "checkbox", checked: model.get("compare").includes(setup) });
    box.addEventListener("change", () => {
      const on = new Set([...whole.querySelectorAll(":checked")].map((one) => one.closest(".chip").dataset.setup));
      model.set(
        "compare",
        model.get("setups").filter((one) => on.has(one)),
      );
      model.save_changes();
    });
    return el(
      chosen ? "label" : "span",
      { class: "chip", "data-setup": setup, "data-part": setup },
      ...(chosen ? [box] : []),
      drawn,
      setup,
    );
  };
  const show = () => {
    if (!chosen) whole.replaceChildren(...model.get("compare").map(chip));
    for (const one of whole.querySelectorAll("input"))
      one.checked = model.get("compare").includes(one.closest(".chip").dataset.setup);
  };
  if (chosen) whole.replaceChildren(...model.get("setups").map(chip));
  show();
  return { whole, stop: listen(model, { "change:compare": show }) };
}

/** The values along the axis, typed: what is wrong with them is said while they are typed. */
function valuesField(model, say) {
  const field = el("input", { type: "text", "aria-label": "values", autocomplete: "off" });
  const whole = el("label", { class: "field" }, el("span", {}, "at"), field);
  const show = () => {
    field.value = model.get("values").join(", ");
    field.size = Math.max(8, Math.min(24, field.value.length));
    whole.dataset.symbol = model.get("axis");
    mind();
  };
  /** Marked is what is no list of numbers, and what the kernel says cannot be measured. */
  const mind = () => {
    const { problem } = numbersFrom(field.value);
    const cannot = model.get("answer").cannot?.length > 0;
    field.setAttribute("aria-invalid", String(Boolean(problem) || cannot));
    return problem;
  };
  field.addEventListener("input", () => say(mind()));
  field.addEventListener("change", () => {
    const { numbers } = numbersFrom(field.value);
    if (!numbers) return;
    model.set("values", numbers);
    model.save_changes();
  });
  field.addEventListener("blur", () => {
    const problem = mind();
    show();
    if (problem) say(`${problem} They stay ${field.value}.`);
  });
  const deaf = listen(model, changes(["values", "axis"], show));
  show();
  return { whole, mind, stop: deaf };
}

function controlsOf(model, say) {
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families"))),
    axis: () => pick(model, "axis", "axis", () => SIZES),
    values: () => valuesField(model, say),
    ...(model.get("devices").length > 1 && { device: () => choice(model, "device", model.get("devices")) }),
    backward: () => toggle(model, "backward"),
    ...Object.fromEntries(SIZES.map((name) => [name, () => slider(model, name, RANGES[name], say)])),
  };
  const shown = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(shown.map((name) => [name, make[name]()]));
}

/** The button that measures and cancels, and how far it is. */
function measureBar(model) {
  const button = el("button", { type: "button", class: "measure" });
  const bar = el("progress", { "aria-label": "measured so far", max: 1, value: 0 });
  const now = el("span", { class: "now", role: "status" });
  const show = () => {
    const [on, progress] = [model.get("measuring"), model.get("progress")];
    button.textContent = on ? "Cancel" : "Measure";
    button.classList.toggle("on", on);
    bar.max = progress.of ?? 1;
    bar.value = progress.done ?? 0;
    bar.hidden = !on;
    now.textContent = progressSaid(progress);
  };
  /** What was said of other settings than those chosen now is over. */
  const mind = () => {
    now.hidden = !model.get("measuring") && chartOf((name) => model.get(name)).of === "other";
  };
  button.addEventListener("click", () => {
    model.set("measuring", !model.get("measuring"));
    model.save_changes();
  });
  const deaf = listen(model, changes(["measuring", "progress"], show));
  show();
  return { parts: [button, el("span", { class: "how-far" }, now, bar)], mind, stop: deaf };
}

/** All that was measured, as text to copy and as a file. */
function csvPanel(model) {
  const code = el("code");
  const copy = copyButton(code, () => model.get("csv"));
  const link = el("a", { download: "rnnlib_speed.csv", href: "#" }, "Download as CSV");
  link.addEventListener("click", () => {
    link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(model.get("csv"))}`;
  });
  const text = el("pre", { tabindex: 0, role: "region", "aria-label": "CSV" }, code);
  const row = el("p", { class: "take" }, copy, link);
  const whole = el("div", {}, row, text);
  const show = () => {
    code.textContent = model.get("csv") || "Every result will stand here as it comes.";
    row.hidden = !model.get("csv");
  };
  show();
  return { whole, stop: listen(model, { "change:csv": show }) };
}

/** The run of a real GPU that was stored. */
function recordedPanel({ title, rows, about }) {
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

/** Of which other settings the grey points are, as far as they differ from those chosen now. */
export function otherSaid(get) {
  const differs = Object.entries(get("answer").chart).filter(([name, value]) => get(name) !== value);
  const said = differs.map(([name, value]) => `${name} ${{ true: "on", false: "off" }[value] ?? value}`);
  return `The grey points are of ${said.join(", ")}: measure anew.`;
}

/** A sentence with a setup's mark before it. */
function marked(setup, words) {
  const line = el("li", { class: "mine", "data-setup": setup }, words);
  line.insertAdjacentHTML("afterbegin", mark(setup));
  return line;
}

const LAYERS = ["axes", "guesses", "points fades", "doing", "names", "handles"];

/** The chart in `host`: points, predictions and their handles; `draw()` anew whenever anything changed. */
function chart(model, host, line, predicted) {
  const get = (name) => model.get(name);
  host.innerHTML = `<svg role="group">${LAYERS.map((name) => `<g class="${name}"></g>`).join("")}</svg>`;
  const svg = host.firstChild;
  const [axes, guesses, points, doing, names, handles] = svg.children;
  const redrawPoints = roving(host, points);
  const stopLighting = lightAxes(host, (words) => line.set("pointed", words));
  const lines = predicted.lines;
  let [places, shown] = [null, ""];
  const lineFor = (setup) => between(lines()[setup] ?? neutral(places.values), places.values);
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
    const drawn = Object.fromEntries(Object.keys(lines()).map((setup) => [setup, lineFor(setup)]));
    const open = compare.filter((setup) => of !== "chosen" || !timed(rows, [setup]).length);
    const guessed = compare.filter((setup) => lines()[setup] || open.includes(setup));
    svg.setAttribute("viewBox", `0 0 ${places.width} ${places.height}`);
    svg.setAttribute("aria-label", `Times of ${get("answer").about}`);
    axes.innerHTML = axesOf(places, axis) + invitation(open, drawn, places);
    guesses.innerHTML = guessesOf(guessed, drawn, places, compare);
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
    host.dataset.sizes = JSON.stringify(Object.fromEntries([...SETTINGS, "values"].map((name) => [name, get(name)])));
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

/** Words at the lines that nobody has moved yet. */
function invitation(open, drawn, { x, y, values }) {
  if (!open.length || open.some((setup) => drawn[setup])) return "";
  return `<text class="invitation" x="${x(values[0])}" y="${y(1e-3) - 10}">drag to predict</text>`;
}

/** The whole lab in `host`; gives back what takes it away. */
function build(model, host) {
  const get = (name) => model.get(name);
  const say = (words) => framed.say(words);
  const controls = controlsOf(model, say);
  const bar = measureBar(model);
  const chips = legend(model, get("controls").includes("compare"));
  const csv = csvPanel(model);
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
    about.textContent = of === "other" ? `the grey points: ${words}` : words;
    const refused = refusals(cannot).map((one) => refusalSaid(one, now.axis, now.compare));
    const more = refused.length > 1 ? ` So it is with ${refused.length - 1} more.` : "";
    root.toggleAttribute("data-refused", refused.length > 0);
    const other = of === "other" ? otherSaid(get) : "";
    line.set("changed", refused.length ? refused[0] + more : other);
    line.set("resting", of === "chosen" ? "Point at a mark to read its time and its spread." : INVITATION);
  };
  const list = () => table.replaceChildren(resultTable(get("rows"), duration));
  const redraw = () => {
    for (const name of SIZES) if (controls[name]) controls[name].whole.hidden = name === get("axis"); // `values` say it
    framed.check();
    controls.values?.mind();
    bar.mind();
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

const INVITATION = "Drag the lines to predict, then press Measure.";

export default { render: renderOf(build, ["controls", "question", "solution", "devices"]) };
