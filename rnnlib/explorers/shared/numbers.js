// Numbers as they travel and as people read them.

/** A duration in seconds as people say it. */
export function duration(seconds) {
  if (seconds < 1e-3) return `${(1e6 * seconds).toFixed(0)} µs`;
  return seconds < 1 ? `${(1e3 * seconds).toFixed(2)} ms` : `${seconds.toFixed(2)} s`;
}

/** Values travel as bytes: the numbers in them. */
export function floatsOf(bytes) {
  const view = bytes instanceof DataView ? bytes : new DataView(bytes);
  return Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
