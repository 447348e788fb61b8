// One stage of packing: its name and shape, its picture, and where the step that is followed stands in it.
import { el } from "../shared/controls.js";
import { shapeText } from "../shared/symbols.js";
import { batchRows, cellOf, HEIGHT, PANEL, packed, staircase, stepAt, stripAt, stripCell } from "./grid.js";

export const STAGES = ["padded", "sorted", "packed", "unpacked"];
const GRIP = 8; // pixels from a row's end within which it can be pulled
const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/** What the learner has chosen, read off the model, with what packing makes of it. */
export function stateOf(model) {
  const get = (name) => model.get(name);
  const { asked, sorted_indices } = get("answer");
  const answered = JSON.stringify(asked?.lengths) === JSON.stringify(get("lengths"));
  const pack = packed(get("lengths"), answered ? sorted_indices : undefined);
  const total = Math.max(pack.longest, get("total_length") ?? 0);
  const sizes = {
    ...get("sizes"),
    seq_len: pack.longest,
    batch: get("lengths").length,
    num_directions: get("bidirectional") ? 2 : 1,
  };
  const family = get("families")[get("kind")];
  if (!family.has_proj_size) sizes.proj_size = 0;
  const flags = {
    family,
    num_layers: get("num_layers"),
    bidirectional: get("bidirectional"),
    batch_first: get("batch_first"),
  };
  return {
    ...flags,
    lengths: get("lengths"),
    padding_value: get("padding_value"),
    total_length: get("total_length"),
    pack,
    total,
    sizes,
  };
}

/** The index of a step in a batch of the layout chosen: `[time, item]` or `[item, time]`. */
const index = (time, item, { batch_first }) => (batch_first ? `[${item}, ${time}]` : `[${time}, ${item}]`);

/** Where a step stands at each stage, in words. */
export function told({ item, time }, state) {
  const { lengths, pack, total, padding_value } = state;
  const rank = pack.order.indexOf(item);
  const out = `output${index(time, item, state)}`;
  if (time >= pack.longest)
    return `${out} is beyond the longest sequence: total_length ${total} asks for it, and it is padding_value ${padding_value}.`;
  const padded = `padded${index(time, item, state)}`;
  if (time >= lengths[item])
    return `${padded} is a pad, as sequence ${item} has ${lengths[item]} step${lengths[item] === 1 ? "" : "s"}. Packing leaves it out, the layer never reads it, and ${out} is padding_value ${padding_value}.`;
  return `${padded} is step ${time} of sequence ${item} → row ${rank} of the sorted batch → data[${pack.starts[time] + rank}], one of the ${pack.batchSizes[time]} that batch_sizes[${time}] counts → ${out}.`;
}

/** Where a step is drawn at a stage: a list of rectangles. */
export function placesOf(stage, { item, time }, { lengths, pack }, size) {
  const count = lengths.length;
  const [own, rank] = [time < lengths[item], pack.order.indexOf(item)];
  const at = (row) => [cellOf({ row, time }, count, size)].filter(Boolean);
  if (stage === "padded") return time < pack.longest ? at(item) : [];
  if (stage === "sorted") return time < pack.longest ? at(rank) : [];
  if (stage === "unpacked") return at(item);
  return own ? [...at(rank), stripCell(pack.starts[time] + rank, pack.total)] : [];
}

/** The axis of the layer's output: what a projection made narrower is as wide as that. */
export const wideOf = ({ proj_size }) => `num_directions*${proj_size ? "proj_size" : "hidden_size"}`;

/** A stage's name and its shape as markup. */
export function titleOf(stage, state) {
  const { sizes, pack, total, batch_first } = state;
  const batch = (last, steps) =>
    shapeText(batch_first ? ["batch", "seq_len", last] : ["seq_len", "batch", last], { ...sizes, seq_len: steps }, "b");
  if (stage === "packed")
    return `<code>packed.data</code> (${pack.total}, ${shapeText(["input_size"], sizes, "b").slice(1, -2)}) <code>batch_sizes</code> (${pack.longest},)`;
  if (stage === "unpacked") return `<code>output</code>, unpacked ${batch(wideOf(sizes), total)}`;
  return stage === "sorted"
    ? `sorted, the longest first ${batch("input_size", pack.longest)}`
    : `<code>padded</code> ${batch("input_size", pack.longest)}`;
}

/** A stage's picture. */
export function drawn(stage, { lengths, pack, total }, size) {
  const rows = lengths.map((_, item) => item);
  if (stage === "packed") return staircase(lengths, pack, size);
  const [order, until] = { padded: [rows, pack.longest], sorted: [pack.order, pack.longest], unpacked: [rows, total] }[
    stage
  ];
  return batchRows({ lengths, order, until }, size);
}

/** A stage on screen; `follow(place)` is asked for by pointer and arrow keys, `drag(item, steps)` by pulling a row's end. */
export function stagePanel(stage, { state, follow, drag, place }) {
  const title = el("h3");
  const picture = el("div", { class: "picture", tabindex: 0, role: "img" });
  const whole = el("section", { class: `panel ${stage}` }, title, picture);
  const byRank = stage === "sorted" || stage === "packed";
  let size = null;
  let pulled = null; // the sequence whose end is being pulled
  const pointOf = (event) => {
    const box = picture.getBoundingClientRect();
    const scale = PANEL.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  const under = ([x, y]) => {
    const { lengths, pack } = state();
    const strip = stage === "packed" && stripAt(x, y, pack);
    if (strip) return strip;
    const found = stepAt(x, y, lengths.length, size);
    return found && { item: byRank ? pack.order[found.row] : found.row, time: found.time };
  };
  /** The sequence whose end is under a point. */
  const endAt = ([x, y]) => {
    const found = drag && stage === "padded" && stepAt(PANEL.left, y, state().lengths.length, size);
    return found && Math.abs(PANEL.left + state().lengths[found.row] * size.wide - x) < GRIP ? found.row : null;
  };
  picture.addEventListener("pointermove", (event) => {
    const point = pointOf(event);
    if (pulled !== null) return drag(pulled, Math.round((point[0] - PANEL.left) / size.wide));
    picture.classList.toggle("end-near", endAt(point) !== null);
    const found = under(point);
    if (found) follow(found);
  });
  picture.addEventListener("pointerdown", (event) => {
    pulled = endAt(pointOf(event));
    if (pulled === null) return;
    event.preventDefault(); // or the words around would be selected
    picture.setPointerCapture(event.pointerId);
    follow({ item: pulled, time: state().lengths[pulled] - 1 });
  });
  for (const end of ["pointerup", "pointercancel"])
    picture.addEventListener(end, () => {
      pulled = null;
    });
  picture.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    const { item, time } = place();
    const { lengths, pack } = state();
    if (event.shiftKey && step[1] && drag) return drag(item, lengths[item] + step[1]);
    const down = byRank ? pack.order[pack.order.indexOf(item) + step[0]] : item + step[0];
    follow({ item: down ?? item, time: time + step[1] });
  });
  const draw = (now, shared) => {
    size = shared;
    title.innerHTML = titleOf(stage, now);
    picture.innerHTML = `<svg viewBox="0 0 ${PANEL.width} ${HEIGHT[stage] ?? HEIGHT.batch}" aria-hidden="true">${drawn(stage, now, size)}<g class="followed"></g></svg>`;
  };
  const show = (found, now) => {
    const box = ({ x, y, width, height }) =>
      `<rect x="${x - 1}" y="${y - 1}" width="${Math.max(3, width) + 2}" height="${height + 2}" rx="2"/>`;
    picture.querySelector(".followed").innerHTML = placesOf(stage, found, now, size).map(box).join("");
    picture.setAttribute("aria-label", `${stage}: ${told(found, now)}`);
  };
  return { stage, whole, draw, show };
}
