// Numbers as they travel and as people read them.

/** A duration in seconds as people say it. */
export function duration(seconds) {
  if (seconds < 1e-3) return `${(1e6 * seconds).toFixed(0)} µs`;
  return seconds < 1 ? `${(1e3 * seconds).toFixed(2)} ms` : `${seconds.toFixed(2)} s`;
}

/** Values travel as bytes of float32: the numbers in them. `Numbers` is the array that holds others. */
export function floatsOf(bytes, Numbers = Float32Array) {
  const { buffer, byteOffset, byteLength } = bytes instanceof DataView ? bytes : new DataView(bytes);
  const size = Numbers.BYTES_PER_ELEMENT;
  if (byteOffset % size) return new Numbers(buffer.slice(byteOffset, byteOffset + byteLength));
  return new Numbers(buffer, byteOffset, byteLength / size);
}

/** Arrays by name, `{dims, values}`, with their numbers read. */
export function decoded(arrays) {
  const read = ({ dims, values }) => ({ dims, numbers: floatsOf(values) });
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, read(array)]));
}
