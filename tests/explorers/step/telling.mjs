// Not a test: an array whose numbers say where they stand.

/** 10000 layer + 1000 direction + 100 time + 10 item + unit. */
export const number = (...[l, d, t, i, u]) => 10000 * l + 1000 * d + 100 * t + 10 * i + u;

/** An array whose numbers say where they stand. */
export function telling(dims) {
  const numbers = [];
  const [layers, directions, times, items, units] = dims;
  for (let l = 0; l < layers; l++)
    for (let d = 0; d < directions; d++)
      for (let t = 0; t < times; t++)
        for (let i = 0; i < items; i++)
          for (let u = 0; u < units; u++) numbers.push(10000 * l + 1000 * d + 100 * t + 10 * i + u);
  return { dims, numbers: Float32Array.from(numbers) };
}
