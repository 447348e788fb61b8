// The live layer's numbers on the front faces of the tensors: painted there, and read by pointer or by keyboard.

import { cellAfter, colourAt, rangeOf } from "../shared/heat_map.js";
import { floatsOf } from "../shared/numbers.js";

/** What the kernel sent of a tensor: values of some of its rows and columns, found by their indices. */
export function mapOf({ rows, cols, values, index }) {
  const numbers = floatsOf(values);
  const places = (indices) => new Map(indices.map((value, place) => [value, place]));
  const [row, col] = [places(rows), places(cols)];
  return {
    index,
    range: rangeOf(numbers),
    at: (r, c) => (row.has(r) && col.has(c) ? numbers[row.get(r) * cols.length + col.get(c)] : undefined),
  };
}

/** A face's pixels, `[r, g, b, opacity]` a cell, from the top left: rows run up. Where nothing was sent they are empty. */
export function pixelsOf({ rows, cols }, map) {
  const pixels = new Uint8ClampedArray(4 * rows.length * cols.length);
  rows.forEach((row, i) => {
    cols.forEach((col, j) => {
      const value = row === null || col === null ? undefined : map.at(row, col);
      if (value === undefined) return;
      pixels.set(colourAt(value, map.range), 4 * ((rows.length - 1 - i) * cols.length + j));
    });
  });
  return pixels;
}

function pictureOf(face, map) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [face.cols.length, face.rows.length];
  canvas.getContext("2d").putImageData(new ImageData(pixelsOf(face, map), canvas.width), 0, 0);
  return canvas.toDataURL();
}

const SVG = "http://www.w3.org/2000/svg";

/** How a learner writes the cell: the index with its row and column in it, and its value. */
export function saidAt({ rows, cols }, map, [row, col]) {
  const [r, c] = [rows[row], cols[col]];
  if (r === null || c === null) return "Some cells are left out here.";
  const value = map.at(r, c);
  const where = map.index.replace("{r}", r).replace("{c}", c);
  return value === undefined ? `${where} is not shown` : `${where} = ${value.toFixed(4)}`;
}

/** Paint every face of a picture of which there are numbers; `point(words)` hears what is pointed at, "" after. */
export function paintFaces(svg, faces, maps, point) {
  for (const face of faces) {
    if (!maps[face.tensor]) continue;
    const map = maps[face.tensor];
    const image = document.createElementNS(SVG, "image");
    const { x, y, width, height } = face;
    const set = {
      x,
      y,
      width,
      height,
      preserveAspectRatio: "none",
      href: pictureOf(face, map),
      class: "face",
      tabindex: 0,
    };
    for (const [name, value] of Object.entries(set)) image.setAttribute(name, value);
    image.setAttribute("role", "img");
    const said = `numbers of ${face.tensor}, sequence 0, from ${(-map.range).toFixed(2)} to ${map.range.toFixed(2)}`;
    image.setAttribute("aria-label", `${said}; arrow keys read them`);
    const size = { rows: face.rows.length, cols: face.cols.length };
    let cell = [0, 0];
    const tell = () => point(saidAt(face, map, cell));
    const read = (event) => {
      const box = image.getBoundingClientRect();
      const share = (at, from, room, count) =>
        Math.max(0, Math.min(count - 1, Math.floor(((at - from) / room) * count)));
      cell = [
        size.rows - 1 - share(event.clientY, box.top, box.height, size.rows),
        share(event.clientX, box.left, box.width, size.cols),
      ];
      tell();
    };
    image.addEventListener("pointermove", read);
    image.addEventListener("click", read); // a finger that taps leaves at once
    image.addEventListener("pointerleave", () => point(""));
    image.addEventListener("focus", tell);
    image.addEventListener("blur", () => point(""));
    image.addEventListener("keydown", (event) => {
      const next = cellAfter(event.key, cell, size);
      if (!next) return;
      event.preventDefault();
      event.stopPropagation();
      cell = next;
      tell();
    });
    const group = svg.querySelector(`[data-tensor="${face.tensor}"]`);
    const front = [...group.querySelectorAll(".front")][faces.filter((f) => f.tensor === face.tensor).indexOf(face)];
    front.after(image);
  }
}
