// What the real layer made of the batch, padded and packed; and what torch says to a wrong setting.
import { el, listen } from "./controls.js";
import { colourAt } from "./heat_map.js";
import { duration, floatsOf } from "./numbers.js";

const UNITS = 6; // so many numbers of a state are written out

/** A difference as people read it. */
export function off(value) {
  if (Number.isNaN(value)) return "not a number";
  if (value === 0) return "0";
  return value < 1e-3 ? value.toExponential(0) : value.toFixed(3);
}

/** How long the bar of a difference is: the whole width is the largest of all. */
const bar = (value, most) => el("i", { style: `--share:${most ? Math.min(1, value / most) : 0}`, "aria-hidden": true });

function row({ item, length, pads, off_padded, off_packed }, most) {
  const cells = [
    el("th", { scope: "row" }, item),
    el("td", {}, length),
    el("td", {}, pads),
    el("td", { class: off_padded > 1e-5 ? "wrong" : "right" }, off(off_padded), bar(off_padded, most)),
    el("td", { class: off_packed > 1e-5 ? "wrong" : "right" }, off(off_packed), bar(off_packed, most)),
  ];
  return el("tr", { "data-item": item }, ...cells);
}

function table({ rows, states }) {
  const most = Math.max(...rows.flatMap((one) => [one.off_padded, one.off_packed]));
  const head = ["sequence", "length", "pads read", "padded batch", "packed"].map((name) => el("th", { scope: "col" }, name));
  const caption = el("caption", {}, `How far ${states} is from the same sequence run alone`);
  return el("table", {}, caption, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.map((one) => row(one, most))));
}

/** A state as coloured cells with its first numbers. */
function strip(label, values) {
  const cell = (value) => {
    const [r, g, b, opacity] = colourAt(value, 1);
    return el("span", { style: `background:rgba(${r},${g},${b},${(0.75 * opacity) / 255})` }, value.toFixed(2));
  };
  const more = values.length > UNITS ? [el("span", { class: "more" }, `… ${values.length - UNITS} more`)] : [];
  return el("div", { class: "strip" }, el("code", {}, label), el("div", {}, ...values.slice(0, UNITS).map(cell), ...more));
}

/** The last steps of the sequence followed: what `output[-1]` of the padded run holds, and what its own last step held. */
function lasts(ran, item) {
  const at = ran.rows.findIndex((one) => one.item === item);
  if (at < 0) return [];
  const { length } = ran.rows[at];
  const of = (values) => floatsOf(values).slice(at * ran.wide, (at + 1) * ran.wide);
  const index = (step) => (ran.asked.batch_first ? `output[${item}, ${step}]` : `output[${step}, ${item}]`);
  return [strip(`${index(-1)}, padded batch`, of(ran.last_padded)), strip(`${index(length - 1)}, its last step`, of(ran.last_own))];
}

/** What padding costs, in words. */
export function costSaid({ steps, own_steps, seconds_padded, seconds_packed }) {
  const share = Math.round((100 * (steps - own_steps)) / steps);
  const times = `This time it took ${duration(seconds_padded)} padded, ${duration(seconds_packed)} packed.`;
  return `The padded batch takes ${steps} steps, ${steps - own_steps} of them (${share} %) over pads; packed, ${own_steps}. ${times}`;
}

/** The panel of the layer's answer; `show(place)` follows a step. */
export function answerPanel(model) {
  const whole = el("section", { class: "rnnlib-numbers", "aria-label": "The real layer says" });
  const [told, below] = [el("div"), el("div", { class: "lasts" })];
  const [cost, source] = [el("p"), el("p", { class: "quiet" })];
  whole.append(el("h3", {}, "The real layer says"), told, below, cost, source);
  let item = 0;
  const light = () => {
    const ran = model.get("ran");
    if (!ran.rows) return;
    for (const line of told.querySelectorAll("tr[data-item]")) line.classList.toggle("lit", Number(line.dataset.item) === item);
    below.replaceChildren(...lasts(ran, item));
  };
  const fill = () => {
    const ran = model.get("ran");
    if (!ran.rows) return;
    told.replaceChildren(table(ran));
    cost.textContent = costSaid(ran);
    source.textContent = [ran.source, ran.note].filter(Boolean).join(" ");
    whole.dataset.sizes = JSON.stringify({ lengths: ran.asked.lengths });
    standing();
    light();
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const standing = () => {
    const asked = model.get("ran").asked ?? {};
    whole.dataset.state = Object.keys(asked).every((name) => same(asked[name], model.get(name))) ? "live" : "waiting";
  };
  const moved = Object.fromEntries(["kind", "num_layers", "bidirectional", "batch_first", "lengths", "padding_value"].map((name) => [`change:${name}`, standing]));
  const deaf = listen(model, { "change:ran": fill, ...moved });
  fill();
  const show = (place) => {
    if (place.item === item) return;
    item = place.item;
    light();
  };
  return { whole, show, stop: deaf };
}

/** The panel of wrong settings: one is chosen, torch is asked, and the cure is run too. */
export function mistakePanel(model) {
  const offered = model.get("mistakes");
  const menu = el("select", { "aria-label": "a wrong setting" }, el("option", { value: "" }, "choose one to try it"), ...offered.map(({ name, title }) => el("option", { value: name }, title)));
  const panel = el("div", { class: "met", "aria-live": "polite" });
  menu.addEventListener("change", () => {
    model.set("mistake", menu.value);
    model.save_changes();
  });
  const show = () => {
    const chosen = (menu.value = model.get("mistake"));
    const met = model.get("ran").met;
    if (!chosen || met?.name !== chosen) return panel.replaceChildren();
    const part = (name, code, answer, kind) => el("div", { class: kind }, el("h4", {}, name), el("pre", {}, el("code", {}, code)), el("p", { class: "answer" }, answer));
    panel.replaceChildren(part("You wrote", met.code, met.error, "wrong-way"), part("Write", met.cure, met.cured, "right-way"), el("p", { class: "why" }, met.why));
  };
  const deaf = listen(model, { "change:mistake": show, "change:ran": show });
  show();
  const title = el("label", { class: "pick" }, el("h3", {}, "What goes wrong if …"), menu);
  return { whole: el("section", { class: "mistakes", "aria-label": "What goes wrong" }, title, panel), stop: deaf };
}
