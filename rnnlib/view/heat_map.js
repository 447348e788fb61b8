// A matrix as colour: blue below 0, red above, the ground at 0. Rows run up, columns to the right.

/** The largest magnitude of finite values, or 1 where there is none: the colour scale runs from -range to range. */
export function rangeOf(values) {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most || 1;
}

/** The colour of one value, mixed from three `[r, g, b]`; what is no number gets the colour of no other. */
export function colourAt(value, range, { below, ground, above, none }) {
  if (Number.isNaN(value)) return none;
  const share = Math.max(-1, Math.min(1, value / range));
  const end = share < 0 ? below : above;
  return ground.map((channel, i) => Math.round(channel + (end[i] - channel) * Math.abs(share)));
}

/** A colour in a style sheet's words as `[r, g, b]`. */
export function rgb(words) {
  const hex = words.trim().replace("#", "");
  return [0, 2, 4].map((from) => parseInt(hex.slice(from, from + 2), 16));
}

/** Paint `{rows, cols, values}` on a canvas, a pixel a cell; the style sheet stretches it. */
export function paint(canvas, { rows, cols, values }, style) {
  const colour = Object.fromEntries(["below", "ground", "above", "none"].map((c) => [c, rgb(style.getPropertyValue(`--${c}`))]));
  const range = rangeOf(values);
  const image = new ImageData(cols, rows);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const to = 4 * ((rows - 1 - row) * cols + col);
      image.data.set([...colourAt(values[row * cols + col], range, colour), 255], to);
    }
  }
  if (canvas.width !== cols) canvas.width = cols;
  if (canvas.height !== rows) canvas.height = rows;
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
