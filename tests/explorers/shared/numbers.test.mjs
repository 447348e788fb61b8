import assert from "node:assert/strict";
import test from "node:test";
import { decoded, duration, floatsOf } from "../../../rnnlib/explorers/shared/numbers.js";

test("a duration has the unit that people use", () => {
  assert.equal(duration(0.000042), "42 µs");
  assert.equal(duration(0.00042), "420 µs");
  assert.equal(duration(0.0042), "4.20 ms");
  assert.equal(duration(1.5), "1.50 s");
});

test("values travel as little-endian bytes, wherever they lie in the buffer", () => {
  const buffer = new ArrayBuffer(20);
  for (const [name, offset] of [
    ["aligned", 4],
    ["not aligned", 5],
  ]) {
    const bytes = new DataView(buffer, offset, 8);
    bytes.setFloat32(0, 0.5, true);
    bytes.setFloat32(4, -2, true);
    assert.deepEqual([...floatsOf(bytes)], [0.5, -2], name);
    assert.deepEqual([...floatsOf(buffer.slice(offset, offset + 8))], [0.5, -2], name);
    const { h } = decoded({ h: { dims: [1, 2], values: bytes } });
    assert.deepEqual(
      [h.dims, [...h.numbers]],
      [
        [1, 2],
        [0.5, -2],
      ],
      name,
    );
  }
});

test("aligned bytes are read where they lie, without a copy", () => {
  const buffer = new ArrayBuffer(16);
  assert.equal(floatsOf(new DataView(buffer, 8)).buffer, buffer);
});
