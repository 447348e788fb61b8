// The recurrent layers of a model: the axes of what each got, and beneath, what it takes them for where that is another.
import { el } from "../shared/controls.js";
import { colourOf } from "../shared/symbols.js";

/** Whether a layer takes its axes for what they are; where an axis is neither batch nor steps, any name will do. */
export const isRight = ({ axes, reads }) => axes.every((axis, at) => !axis || axis === reads[at]);

/** From where to where a line leads: each axis to where the layer reads one of that name; one without, straight down. */
export function linesOf({ axes, reads }) {
  const to = (axis, at) => (axis ? reads.indexOf(axis) : axes.includes(reads[at]) ? -1 : at);
  return axes.map((axis, at) => [at, to(axis, at)]).filter(([, to]) => to >= 0);
}

/** A shape, an axis a chip: its number and its name. */
export function chips(shape, axes) {
  const made = shape.map((size, at) =>
    el(
      "span",
      { class: "chip", "data-symbol": axes[at] ? colourOf(axes[at]) : undefined },
      el("b", {}, String(size)),
      axes[at] && ` ${axes[at].replaceAll("*", " × ")}`,
    ),
  );
  return el("span", { class: "chips", style: `--axes: ${shape.length}` }, ...made);
}

function crossings(layer) {
  const of = layer.shape.length;
  const d = linesOf(layer).map(([from, to]) => `M${(from + 0.5) / of} 0L${(to + 0.5) / of} 1`);
  const made = el("div", { class: "crossings", "aria-hidden": "true" });
  made.innerHTML = `<svg viewBox="0 0 1 1" preserveAspectRatio="none"><path d="${d.join("")}"/></svg>`;
  return made;
}

const row = (name, shown) => el("div", { class: "axes" }, el("span", { class: "name" }, name), shown);

function layerOf(layer) {
  const reads = chips(layer.shape, layer.reads);
  const axes = isRight(layer)
    ? [row("reads", reads)]
    : [row("x is", chips(layer.shape, layer.axes)), row("", crossings(layer)), row("reads it as", reads)];
  return el(
    "li",
    { class: layer.fault ? "faulty" : undefined },
    el(
      "p",
      {},
      el("b", { class: layer.fault ? "wrong" : undefined }, layer.fault ? `✗ ${layer.name}` : layer.name),
      " ",
      el("code", {}, layer.made),
    ),
    ...axes,
    el("p", { class: "facts" }, layer.facts.join(" · ")),
  );
}

/** All of them, in the order in which they were called; those at fault first. */
export function layersFigure(all) {
  const layers = [...all.filter(({ fault }) => fault), ...all.filter(({ fault }) => !fault)];
  const list = el(
    "ul",
    { class: "scrolls", tabindex: 0, "aria-label": "the recurrent layers" },
    ...layers.map(layerOf),
  );
  return el("figure", { class: "layers" }, el("h3", {}, "How each layer reads its axes"), list);
}
