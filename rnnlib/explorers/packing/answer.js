// What the real layer made of the batch, padded and packed; and what torch says to a wrong setting.
import { el, listen } from "../shared/controls.js";
import { colourAt } from "../shared/heat_map.js";
import { duration, floatsOf } from "../shared/numbers.js";
import { liveStatus } from "../shared/status.js";
import { rowsOf } from "./grid.js";

/** A difference as people read it. */
export function offSaid(value) {
  if (Number.isNaN(value)) return "not a number";
  if (value === 0 || value === Infinity) return value ? "infinite" : "0";
  return value < 1e-3 ? value.toExponential(0) : shortOf(value, 3);
}

/** A number with so many digits after the point, or as a power where it is large. */
const shortOf = (value, digits) => (Math.abs(value) < 1e3 ? value.toFixed(digits) : value.toExponential(0));

/** How far off every sequence's states are from those of its run alone, and whether that is rounding: they hold then. */
export function rowsTold(ran) {
  const { lengths } = ran.asked;
  const longest = Math.max(...lengths);
  const [padded, packed] = [floatsOf(ran.off_padded), floatsOf(ran.off_packed)];
  return lengths.map((length, item) => ({
    item,
    length,
    pads: longest - length,
    padded: { off: padded[item], holds: ran.holds_padded[item] },
    packed: { off: packed[item], holds: ran.holds_packed[item] },
  }));
}

/** The bar of a difference: its part of the largest of all; rounding, and what is no number, have none. */
export function shareOf({ off, holds }, most) {
  return holds || !Number.isFinite(off) ? 0 : Math.min(1, off / most);
}

function cellOff(one, most) {
  const share = shareOf(one, most);
  const shown = share ? [el("i", { style: `--share:${share}`, "aria-hidden": true })] : [];
  return el("td", { class: one.holds ? "right" : "wrong" }, offSaid(one.off), ...shown);
}

function rowTold({ item, length, pads, padded, packed }, most) {
  const cells = [
    el("th", { scope: "row" }, item),
    el("td", {}, length),
    el("td", {}, pads),
    cellOff(padded, most),
    cellOff(packed, most),
  ];
  return el("tr", { "data-item": item }, ...cells);
}

function tableOf(ran) {
  const all = rowsTold(ran);
  const most = Math.max(0, ...all.flatMap((one) => [one.padded.off, one.packed.off]).filter(Number.isFinite));
  const shown = rowsOf(all.length);
  const between = el(
    "tr",
    {},
    el("td", { colspan: 5, class: "quiet" }, `… ${all.length - shown.length + 1} more sequences`),
  );
  const head = ["sequence", "length", "pads read", "padded batch", "packed"].map((name) =>
    el("th", { scope: "col" }, name),
  );
  const caption = el("caption", {}, `How far ${ran.states} is from the same sequence run alone`);
  const body = shown.map((item) => (item === null ? between : rowTold(all[item], most)));
  return el("table", {}, caption, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}

/** A state as coloured cells with its first numbers. */
function strip({ label, values }, wide) {
  const cell = (value) => {
    const [r, g, b, opacity] = colourAt(value, 1);
    return el("span", { style: `background:rgba(${r},${g},${b},${(0.75 * opacity) / 255})` }, shortOf(value, 2));
  };
  const more =
    wide > values.length
      ? [el("span", { class: "more", title: `${wide - values.length} more` }, `… +${wide - values.length}`)]
      : [];
  return [el("code", {}, label), el("div", {}, ...values.map(cell), ...more)];
}

/** The last outputs of one sequence: what `output[-1]` of the padded run holds, and what its own last step held. */
export function lastsOf(ran, item) {
  const { lengths, batch_first } = ran.asked;
  if (item >= lengths.length) return [];
  const values = (bytes) => [...floatsOf(bytes).slice(item * ran.units, (item + 1) * ran.units)];
  const index = (step) => (batch_first ? `output[${item}, ${step}]` : `output[${step}, ${item}]`);
  return [
    { label: `${index(-1)}, padded batch`, values: values(ran.last_padded) },
    { label: `${index(lengths[item] - 1)}, its last step`, values: values(ran.last_own) },
  ];
}

/** What padding costs, in words. */
export function costSaid({ steps, own_steps, seconds_padded, seconds_packed }) {
  const share = Math.round((100 * (steps - own_steps)) / steps);
  const times = `This time it took ${duration(seconds_padded)} padded, ${duration(seconds_packed)} packed.`;
  return `Steps of the padded batch: ${steps}, of which ${steps - own_steps} (${share} %) over pads. Packed: ${own_steps}. ${times}`;
}

/** The panel of the layer's answer; `show(place)` follows a step, `showStatus` says whether it is live. */
export function answerPanel(model) {
  const notice = el("p", { class: "notice", role: "status" });
  const [told, below] = [el("div"), el("div", { class: "lasts" })];
  const [cost, source] = [el("p", { class: "cost" }), el("p", { class: "quiet" })];
  const panel = el("div", { class: "answered" }, told, below, cost, source);
  const whole = el(
    "section",
    { class: "rnnlib-numbers", "aria-label": "The real layer says" },
    el("h3", {}, "The real layer says"),
    notice,
    panel,
  );
  const live = liveStatus(model, { whole, notice });
  let item = 0;
  const light = () => {
    const ran = model.get("answer");
    for (const line of told.querySelectorAll("tr[data-item]"))
      line.classList.toggle("lit", Number(line.dataset.item) === item);
    if (ran.asked) below.replaceChildren(...lastsOf(ran, item).flatMap((one) => strip(one, ran.wide)));
  };
  const fill = () => {
    const ran = model.get("answer");
    if (!ran.asked) return;
    told.replaceChildren(tableOf(ran));
    const rows = (...names) => rowsOf(names.flatMap((name) => ran.asked[name]).length).length;
    panel.style.setProperty("--spare", rows("lengths", "more") - rows("lengths")); // for those that may join
    cost.textContent = costSaid(ran);
    source.textContent = [ran.source, ran.note].filter(Boolean).join(" ");
    whole.dataset.sizes = JSON.stringify({ batch: ran.asked.lengths.length, lengths: ran.asked.lengths });
    live.revive();
    light();
  };
  const deaf = listen(model, { "change:answer": fill });
  fill();
  const show = (place) => {
    if (place.item === item) return;
    item = place.item;
    light();
  };
  const stop = () => {
    live.stop();
    deaf();
  };
  return { whole, show, showStatus: live.show, stop };
}

/** The panel of wrong settings: one is chosen, torch is asked, and the cure is run too. */
export function mistakePanel(model) {
  const offered = model.get("mistakes");
  const menu = el(
    "select",
    { "aria-label": "a wrong setting" },
    el("option", { value: "" }, "choose one to try it"),
    ...offered.map(({ name, title }) => el("option", { value: name }, title)),
  );
  const panel = el("div", { class: "tried", "aria-live": "polite" });
  menu.addEventListener("change", () => {
    model.set("mistake", menu.value);
    model.save_changes();
  });
  const show = () => {
    const chosen = model.get("mistake");
    menu.value = chosen;
    const { tried } = model.get("answer");
    if (!chosen || tried?.name !== chosen) return panel.replaceChildren();
    const part = (name, code, answer, kind) =>
      el(
        "div",
        { class: kind },
        el("h4", {}, name),
        el("pre", {}, el("code", {}, code)),
        el("p", { class: "answer" }, answer),
      );
    panel.replaceChildren(
      part("You wrote", tried.code, tried.error, "wrong-way"),
      part("Write", tried.cure, tried.cured, "right-way"),
      el("p", { class: "why" }, tried.why),
    );
  };
  const deaf = listen(model, { "change:mistake": show, "change:answer": show });
  show();
  const title = el("label", { class: "pick" }, el("h3", {}, "What goes wrong if …"), menu);
  return { whole: el("section", { class: "mistakes", "aria-label": "What goes wrong" }, title, panel), stop: deaf };
}
