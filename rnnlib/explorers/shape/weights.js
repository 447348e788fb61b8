// Every weight and bias as a rectangle to scale, with its name and shape; shown on demand.
import { colourOf, numberOf, saidOf, shapeText } from "../shared/symbols.js";
import { unitOf } from "../shared/tensor_block.js";

/** A row for each layer and direction; from layer 2 on the shapes are layer 1's, and one sentence says so. */
export function weights(tensors, sizes) {
  const parameters = tensors.filter((t) => t.role === "parameter");
  const longest = Math.max(...parameters.flatMap((t) => t.axes.map((axis) => numberOf(axis, sizes))));
  const unit = unitOf(longest, 52, 2, 0);
  const ofLayer = (layer, direction) => parameters.filter((t) => t.layer === layer && t.direction === direction);
  const rows = [ofLayer(0, 0), ofLayer(0, 1), ofLayer(1, 0), ofLayer(1, 1)].filter((row) => row.length);
  const html = rows.map((row) => `<div class="row">${row.map((t) => parameter(t, sizes, unit)).join("")}</div>`);
  const last = sizes.num_layers - 1;
  if (last > 1) html.push(`<p>${last === 2 ? "Layer 2" : `Layers 2 to ${last}`}: the same shapes as layer 1.</p>`);
  return html.join("");
}

/** Rows of a weight run down and are cut into gates; columns run to the right. */
function parameter({ name, axes, why }, sizes, unit) {
  const [rows, cols] = [numberOf(axes[0], sizes), axes[1] ? numberOf(axes[1], sizes) : 1];
  const [height, width] = [Math.max(3, rows * unit), Math.max(3, cols * unit)];
  const gates = axes[0].startsWith("num_gates") ? sizes.num_gates : 1;
  let cuts = "";
  for (let gate = 1; gate < gates; gate++) cuts += `M0 ${(height * gate) / gates}h${width}`;
  const said = axes.map((axis, i) => `${saidOf(axis, sizes)}, ${why[i]}`).join("; ");
  return (
    `<figure class="axis" tabindex="-1" role="img" data-key="${name}" data-symbol="${colourOf(axes.at(-1))}" aria-label="${name}: ${said}">` +
    `<svg width="${width + 2}" height="${height + 2}" viewBox="-1 -1 ${width + 2} ${height + 2}" aria-hidden="true">` +
    `<rect class="matrix" width="${width}" height="${height}"/><path class="cut" d="${cuts}"/></svg>` +
    `<span aria-hidden="true"><b>${name}</b><br><span class="shape">${shapeText(axes, sizes, "span")}</span></span></figure>`
  );
}
