// A matrix as colour: blue below 0, red above, nothing at 0, where the page shows through in either theme.
// Rows run up, columns to the right.

const BELOW = [47, 128, 214];
const ABOVE = [222, 82, 56];
const LIFT = 0.7; // below 1, so that what is small can still be seen
const NO_NUMBER = [142, 92, 200];

/** The largest magnitude of finite values, or 1 where there is none: the colour scale runs from -range to range. */
export function rangeOf(values) {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most || 1;
}

/** The colour of one value, `[r, g, b, opacity]`; what is no number gets a colour of its own. */
export function colourAt(value, range) {
  if (Number.isNaN(value)) return [...NO_NUMBER, 255];
  const share = Math.min(1, Math.abs(value) / range);
  return [...(value < 0 ? BELOW : ABOVE), Math.round(255 * share ** LIFT)];
}

/** Paint `{rows, cols, values}` on a canvas, a pixel a cell, only the columns `from` to `until`; CSS stretches it. */
export function paint(canvas, { rows, cols, values, range = rangeOf(values), from = 0, until = cols - 1 }) {
  const image = new ImageData(cols, rows);
  for (let row = 0; row < rows; row++) {
    for (let col = from; col <= until; col++) {
      image.data.set(colourAt(values[row * cols + col], range), 4 * ((rows - 1 - row) * cols + col));
    }
  }
  canvas.width = cols;
  canvas.height = rows;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Which cell of a canvas a pointer is over: `[row, col]`. */
export function cellAt({ offsetX, offsetY }, { clientWidth, clientHeight }, { rows, cols }) {
  const col = Math.min(cols - 1, Math.max(0, Math.floor((offsetX / clientWidth) * cols)));
  const row = Math.min(rows - 1, Math.max(0, Math.floor((1 - offsetY / clientHeight) * rows)));
  return [row, col];
}

/** The cell that an arrow key leads to from `[row, col]`, or null for another key. */
export function cellAfter(key, [row, col], { rows, cols }) {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[key];
  if (!step) return null;
  return [Math.min(rows - 1, Math.max(0, row + step[0])), Math.min(cols - 1, Math.max(0, col + step[1]))];
}
