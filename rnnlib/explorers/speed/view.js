// The speed lab on screen: what to compare, a button that measures, and results as they come.
import { changes, choice, el, keepKeys, listen, renderOf, slider, toggle } from "../shared/controls.js";
import { duration } from "../shared/numbers.js";
import { resultTable } from "./table.js";

const SIZES = ["seq_len", "batch", "hidden_size", "num_layers"];
const RANGES = { seq_len: [1, 256], batch: [1, 256], hidden_size: [1, 512], num_layers: [1, 8] };
const LATE = 2000; // milliseconds after which a kernel that has not answered is said to be busy

/** How far a measurement is, in words. */
export function progressSaid({ done, of, now } = {}) {
  if (now === undefined) return "";
  return now.endsWith(".") ? now : `${done + 1} of ${of}: ${now}`;
}

/** Whole numbers as they are typed, `1, 4, 16`; or null. */
export function numbersFrom(typed) {
  const numbers = typed
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  return numbers.length && numbers.every((value) => Number.isInteger(value) && value > 0) ? numbers : null;
}

/** One switch for each setup that can be compared. */
function compareSwitches(model) {
  const write = (setup) => (on) =>
    model.get("setups").filter((other) => (other === setup ? on : model.get("compare").includes(other)));
  const made = model
    .get("setups")
    .map((setup) => toggle(model, "compare", setup, (chosen) => chosen.includes(setup), write(setup)));
  const whole = el(
    "div",
    { class: "switches", role: "group", "aria-label": "compare" },
    ...made.map((one) => one.whole),
  );
  return {
    whole,
    stop: () => {
      for (const one of made) one.stop();
    },
  };
}

/** The values along the axis, typed. */
function valuesField(model, say) {
  const field = el("input", { type: "text", "aria-label": "values" });
  const name = el("span", { class: "name" });
  const whole = el("label", { class: "field" }, name, field);
  const show = () => {
    field.value = model.get("values").join(", ");
    name.textContent = `${model.get("axis")} at`;
    whole.dataset.symbol = model.get("axis");
  };
  field.addEventListener("change", () => {
    const numbers = numbersFrom(field.value);
    if (!numbers) {
      say(`values must be whole numbers of at least 1, as in 1, 4, 16, not "${field.value}".`);
      return show();
    }
    say("");
    model.set("values", numbers);
    model.save_changes();
  });
  const deaf = listen(model, changes(["values", "axis"], show));
  show();
  return { whole, stop: deaf };
}

function controlsOf(model, say) {
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families"))),
    compare: () => compareSwitches(model),
    ...(model.get("devices").length > 1 && { device: () => choice(model, "device", model.get("devices")) }),
    backward: () => toggle(model, "backward"),
    axis: () => choice(model, "axis", SIZES),
    values: () => valuesField(model, say),
    ...Object.fromEntries(SIZES.map((name) => [name, () => slider(model, name, RANGES[name], say)])),
  };
  const shown = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(shown.map((name) => [name, make[name]()]));
}

/** The button that measures and cancels, with a bar that says how far it is. */
function measureBar(model) {
  const button = el("button", { type: "button", class: "measure" });
  const bar = el("progress", { "aria-label": "measured so far", max: 1, value: 0 });
  const now = el("span", { class: "now", role: "status" });
  let late = 0;
  const show = () => {
    const [on, progress] = [model.get("measuring"), model.get("progress")];
    clearTimeout(late);
    button.textContent = on ? "Cancel" : "Measure";
    button.classList.toggle("on", on);
    bar.max = progress.of ?? 1;
    bar.value = progress.done ?? 0;
    bar.style.visibility = on ? "visible" : "hidden"; // its place stays
    now.textContent = progressSaid(progress);
  };
  button.addEventListener("click", () => {
    model.set("measuring", !model.get("measuring"));
    model.save_changes();
    now.textContent = model.get("measuring") ? "Getting ready." : "Cancelling.";
    late = setTimeout(() => {
      now.textContent = "The kernel does not answer. If a cell is still running, wait for it.";
    }, LATE);
  });
  const deaf = listen(model, changes(["measuring", "progress"], show));
  show();
  const whole = el("div", { class: "bar" }, button, now, bar);
  return {
    whole,
    stop: () => {
      clearTimeout(late);
      deaf();
    },
  };
}

/** A chart for each theme; the page shows the one that fits. `draw` replaces what they show, without a flash. */
function charts() {
  const images = ["light", "dark"].map((theme) => el("img", { class: theme }));
  const draw = (chart, said) => {
    for (const image of images) {
      image.alt = said;
      image.src = `data:image/svg+xml;utf8,${encodeURIComponent(chart[image.className])}`;
    }
  };
  return { images, draw };
}

/** A link by which the table is taken away. */
function download(model) {
  const link = el("a", { class: "copy", download: "rnnlib_speed.csv" }, "Download as CSV");
  link.addEventListener("click", () => {
    link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(model.get("csv"))}`;
  });
  const show = () => {
    link.style.visibility = model.get("csv") ? "visible" : "hidden"; // its place stays
    link.href = "#";
  };
  const deaf = listen(model, { "change:csv": show });
  show();
  return { whole: link, stop: deaf };
}

/** The run of a real GPU that was stored, or why there is none. */
function recordedPart({ title, chart }) {
  const picture = charts();
  if (chart.light) picture.draw(chart, title);
  const shown = chart.light ? picture.images : [];
  return el(
    "section",
    { class: "recorded", "aria-label": "recorded on a GPU" },
    el("p", { class: "quiet" }, title),
    ...shown,
  );
}

const HEAD = ["kind", "backward", "device", "compare"];

/** The whole lab in `host`; gives back what takes it away. */
function build(model, host) {
  const problem = el("p", { class: "rnnlib-problem", role: "alert" });
  const say = (sentence) => {
    problem.textContent = sentence;
  };
  const tell = () => say(model.get("problem"));
  const controls = controlsOf(model, say);
  const bar = measureBar(model);
  const csv = download(model);
  const picture = el("div", { class: "rnnlib-diagram", "data-sizes": "{}" });
  const found = el("ul", { class: "found", "aria-live": "polite" });
  const table = el("div", { class: "results", tabindex: 0, role: "region", "aria-label": "everything measured" });

  const measured = charts();
  const empty = el("p", { class: "empty quiet" });
  const draw = () => {
    const many = model.get("compare").length > 1;
    empty.textContent = `Predict ${many ? "which line lies lower" : "how the line climbs"}, then press Measure.`;
    const [chart, sentences] = [model.get("chart"), model.get("found")];
    if (chart.light) measured.draw(chart, `Median times of ${chart.about}. ${sentences.join(" ")}`);
    const parts = chart.light ? measured.images : [empty];
    if (parts[0].parentNode !== picture) picture.replaceChildren(...parts);
    found.replaceChildren(...sentences.map((sentence) => el("li", {}, sentence)));
    room();
  };
  const room = () =>
    found.style.setProperty("--sentences", Math.max(model.get("found").length, model.get("compare").length + 2));
  const list = () => table.replaceChildren(resultTable(model.get("rows"), duration));
  const settle = () => {
    for (const name of SIZES) if (controls[name]) controls[name].whole.hidden = name === model.get("axis"); // `values` say it
  };
  const drawing = { "change:found": draw, "change:rows": list, "change:compare": draw };
  const deaf = listen(model, { ...drawing, "change:axis": settle, "change:problem": tell });
  const parts = (names) => names.filter((name) => controls[name]).map((name) => controls[name].whole);
  const question = model.get("question")
    ? [el("p", { class: "question" }, el("b", {}, "Find out: "), model.get("question"))]
    : [];
  const root = el(
    "div",
    { class: "rnnlib speed", role: "region", "aria-label": "Speed lab" },
    el("div", { class: "head" }, ...parts(HEAD)),
    problem,
    el("div", { class: "aside" }, ...parts(Object.keys(controls).filter((name) => !HEAD.includes(name)))),
    bar.whole,
    el("div", { class: "body" }, picture, el("div", { class: "said" }, found, ...question)),
    table,
    el("div", { class: "away" }, csv.whole, el("span", { class: "quiet" }, model.get("about"))),
    recordedPart(model.get("recorded")),
  );
  keepKeys(root);
  host.replaceChildren(root);
  for (const part of [settle, draw, list, tell]) part();
  return () => {
    deaf();
    for (const part of [...Object.values(controls), bar, csv]) part.stop();
  };
}

export default { render: renderOf(build, ["controls", "question", "devices"]) };
