// How far off padding leaves each sequence's states: at its row, in a table, and what it cost.
import { el } from "../shared/controls.js";
import { duration, floatsOf } from "../shared/numbers.js";
import { rowsOf } from "./layout.js";

/** A number with so many digits after the point, or as a power where it is large. */
const shortOf = (value, digits) => (Math.abs(value) < 1e3 ? value.toFixed(digits) : value.toExponential(0));

/** A difference as people read it. */
export function offSaid(value) {
  if (value === 0 || !Number.isFinite(value)) return { NaN: "nan", Infinity: "inf" }[value] ?? "0";
  return value < 1e-3 ? value.toExponential(0) : shortOf(value, 3);
}

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

/** What the layer reads at a stage. */
export const wayAt = (stage) => (stage === "packed" || stage === "unpacked" ? "packed" : "padded");

/** What stands at each row at a stage: its difference, its bar, and as an outline the bar of before; one scale for all. */
export function offsAt(ran, stage) {
  const rows = ran.asked ? rowsTold(ran) : [];
  const most = Math.max(0, ...rows.flatMap(({ padded, packed }) => [padded.off, packed.off]).filter(Number.isFinite));
  const way = wayAt(stage);
  return rows.map((row) => ({
    ...row[way],
    bar: shareOf(row[way], most),
    ghost: way === "packed" ? shareOf(row.padded, most) : 0,
  }));
}

/** Fill what stands at the rows; question marks as long as nobody has asked. */
export function fillOff(numbers, ran, stage, asked) {
  const offs = offsAt(ran, stage);
  for (const row of numbers.querySelectorAll(".row")) {
    const { off, holds, bar, ghost } = offs[row.dataset.item] ?? {};
    const known = asked && holds !== undefined;
    for (const [i, share] of [ghost, bar].entries()) row.children[i].style.transform = `scaleX(${known ? share : 0})`;
    row.dataset.holds = known ? holds : "";
    row.lastChild.innerHTML = known
      ? `<tspan class="live">${holds ? "=" : "≠"} </tspan>${offSaid(off)}`
      : asked
        ? ""
        : "?";
  }
}

const column = (name) => el("th", { scope: "col" }, name);

/** All of it as a table; nothing of packing where `packs` is not yet introduced. */
function tableOf(ran, packs) {
  const all = rowsTold(ran);
  const shown = rowsOf(all.length);
  const ways = packs ? ["padded", "packed"] : ["padded"];
  const cell = ({ off, holds }) =>
    el("td", { class: holds ? "right" : "wrong" }, el("span", { class: "live" }, holds ? "= " : "≠ "), offSaid(off));
  const rowOf = (one) =>
    el(
      "tr",
      { "data-item": one.item },
      ...[el("th", { scope: "row" }, one.item), el("td", {}, one.length), el("td", {}, one.pads)],
      ...ways.map((way) => cell(one[way])),
    );
  const between = el("tr", {}, el("td", { colspan: 5 }, `… ${all.length - shown.length + 1} more sequences`));
  const caption = el("caption", {}, `How far ${ran.states} is from that of the same sequence run alone`);
  const head = ["sequence", "steps", "pads", ...ways].map(column);
  const body = shown.map((item) => (item === null ? between : rowOf(all[item])));
  return el("table", {}, caption, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}

/** The last outputs of one sequence: what `output[-1]` of the padded run holds, and what its own last step held. */
export function lastsOf(ran, item) {
  const { lengths, batch_first } = ran.asked;
  if (item >= lengths.length) return [];
  const values = (bytes) => [...floatsOf(bytes).slice(item * ran.units, (item + 1) * ran.units)];
  const index = (step) => (batch_first ? `output[${item}, ${step}]` : `output[${step}, ${item}]`);
  return [
    { label: `${index(-1)}, padded`, values: values(ran.last_padded) },
    { label: `${index(lengths[item] - 1)}, its last step`, values: values(ran.last_own) },
  ];
}

/** The fold with the numbers of each sequence; `show` tells more of one of them. */
export function numbersPanel() {
  const whole = el("div", { class: "each fades" });
  const show = (ran, packs, item = 0) => {
    if (!ran.asked) return;
    const more = ran.wide > ran.units ? ` … +${ran.wide - ran.units}` : "";
    const lasts = lastsOf(ran, item).map(({ label, values }) =>
      el("p", {}, el("b", {}, label), el("code", {}, values.map((value) => shortOf(value, 2)).join("  ") + more)),
    );
    whole.replaceChildren(tableOf(ran, packs), el("div", {}, ...lasts));
    whole.querySelector(`[data-item="${item}"]`)?.classList.add("lit");
  };
  return { whole, show };
}

/** What the numbers at the rows are, and how many of the layer's steps were over pads. */
export function legendOf({ states, steps, own_steps }, packs) {
  const [all, own, pads] = [steps, own_steps, steps - own_steps].map((count) => count.toLocaleString("en"));
  const how = `Off by: how far ${states} is from a run of the sequence alone.`;
  return `${how} ${pads} of ${all} steps are over pads${packs ? `; packed it makes ${own}` : ""}.`;
}

/** On what it ran, and, once it was asked to, how long that took. */
export function costOf({ source, seconds_padded, seconds_packed }, packs, asked = true) {
  if (!asked) return source.replace("Input: ", "").replace(/\.$/, "");
  const packed = packs ? ` padded, ${duration(seconds_packed)} packed` : "";
  return `${source.replace("Input: ", "")} ${duration(seconds_padded)}${packed}`;
}
