import assert from "node:assert/strict";
import test from "node:test";
import { chipAt, inputs, unrolled, wayLit } from "../../../rnnlib/explorers/direction/drawing.js";
import { cellAt, layoutOf, shownOf, UNROLLED } from "../../../rnnlib/explorers/direction/layout.js";

const stateOf = (seq_len, num_layers, num_directions, more = {}) => ({
  packed: false,
  lengths: [seq_len, Math.ceil(seq_len / 2)],
  sizes: { seq_len, num_layers, num_directions, size: 2, batch: 2 },
  ...more,
});
const place = (more) => ({ part: "output", time: 0, layer: 0, direction: 0, item: 0, unit: 0, ...more });
const count = (markup, piece) => markup.split(piece).length - 1;
const every = (state, more) => unrolled(state, layoutOf(state.sizes, place(more)), place(more), []);
const dashes = (d) => d.match(/M/g)?.length ?? 0;
const pathOf = (markup, kind) => markup.match(new RegExp(`<path class="${kind}" d="([^"]*)"`))?.[1] ?? "";

test("all steps are drawn while they fit; else both ends, the chosen one, and a mark for the rest", () => {
  assert.deepEqual(shownOf(4, 0, 32), [0, 1, 2, 3]);
  for (const total of [33, 40, 100, 5000])
    for (const chosen of [0, 5, 17, total - 4, total - 1]) {
      const shown = shownOf(total, chosen, 32);
      assert.ok(
        shown.length <= 32 && shown.includes(chosen) && shown.includes(0) && shown.includes(total - 1),
        `${chosen} of ${total}: ${shown}`,
      );
      for (const [i, step] of shown.entries())
        if (i && step !== null && shown[i - 1] !== null) assert.equal(step, shown[i - 1] + 1);
      assert.ok(shown.filter((step) => step === null).length <= 2);
    }
});

test("everything lies within the picture, and no two cells on one another", () => {
  for (const steps of [1, 2, 7, 29, 500])
    for (const layers of [1, 2, 4, 12])
      for (const directions of [1, 2]) {
        const { sizes } = stateOf(steps, layers, directions);
        const at = layoutOf(sizes, place({ time: steps - 1, layer: layers - 1 }));
        const cells = at.drawnLayers.flatMap((layer) =>
          [0, 1]
            .slice(0, directions)
            .flatMap((direction) => at.drawn.map((time) => cellAt(at, { layer, direction, time }))),
        );
        for (const [x, y] of cells) assert.ok(x > 100 && x < 650 && y > 50 && y < 400, `${x} ${y}`);
        for (const [i, [x, y]] of cells.entries())
          for (const [u, v] of cells.slice(i + 1))
            assert.ok(
              Math.hypot(x - u, y - v) > 2 * at.radius - 0.02,
              `${[steps, layers, directions]}: ${[x, y, u, v]}`,
            );
        for (const layer of at.drawnLayers) assert.ok(chipAt(at, { layer, direction: directions - 1 }) > 40);
        const markup = every(stateOf(steps, layers, directions), { time: steps - 1 });
        assert.doesNotMatch(markup, /NaN|undefined|null/);
        assert.ok(UNROLLED.width > 750);
      }
});

test("what can be chosen: a half for each direction and step, a row for each direction and layer, one of them chosen", () => {
  const markup = every(stateOf(6, 3, 2), { time: 4, direction: 1 });
  assert.equal(count(markup, 'data-key="output '), 12);
  assert.equal(count(markup, 'data-key="h_n '), 6);
  assert.equal(count(markup, 'aria-pressed="true"'), 1);
  assert.equal(count(markup, 'tabindex="0"'), 1);
  assert.match(
    markup,
    /data-key="output 4 1" role="button" aria-pressed="true" tabindex="0" aria-label="output at step 4, backward half"/,
  );
  assert.match(markup, /data-key="h_n 2 0"[^>]*aria-label="h_n\[4\], layer 2 forward"/);
  const one = every(stateOf(6, 3, 1), { part: "h_n", layer: 2 });
  assert.equal(count(one, 'data-key="output '), 6);
  assert.match(one, /data-key="h_n 2 0" role="button" aria-pressed="true"/);
});

test("the way that is lit has the cells from which the place is reached", () => {
  const state = stateOf(6, 1, 2);
  const cells = (more, now = state) =>
    dashes(pathOf(wayLit(now, layoutOf(now.sizes, place(more)), place(more)), "cell"));
  assert.equal(cells({ time: 3 }), 4);
  assert.equal(cells({ time: 3, direction: 1 }), 3);
  assert.equal(cells({ time: 5, direction: 1 }), 1);
  assert.equal(cells({ part: "h_n", direction: 1 }), 6);
  assert.equal(cells({ time: 0, direction: 0 }, stateOf(6, 2, 2)), 1 + 1 + 6); // layer 0 → has taken one step, ← all
  assert.equal(cells({ part: "h_n", direction: 0, item: 1 }, stateOf(6, 1, 2, { packed: true })), 3);
  assert.equal(
    wayLit(stateOf(6, 1, 2, { packed: true }), layoutOf(state.sizes, place()), place({ time: 5, item: 1 })),
    "",
  );
});

test("a packed run has no cells past the end of a sequence, and its output there is zeros", () => {
  const [padded, packed] = [false, true].map((packed) => every(stateOf(6, 2, 2, { packed }), { item: 1 }));
  assert.equal(dashes(pathOf(padded, "cell")), 24);
  assert.equal(dashes(pathOf(packed, "cell")), 12);
  assert.equal(count(padded, "half zeros"), 0);
  assert.equal(count(packed, "half zeros"), 6);
});

test("inputs are lit by their light, pads are hatched, lit or not", () => {
  const state = stateOf(6, 1, 2);
  const drawn = inputs(state, layoutOf(state.sizes, place()), 1, [0, 0.25, 1, 0, 0.5, 0]);
  assert.equal(count(drawn, 'class="hatch"'), 3);
  assert.equal(count(drawn, 'class="light"'), 3);
  assert.equal(count(drawn, 'class="input read"'), 3);
  assert.match(drawn, /opacity: 0\.250/);
  assert.match(drawn, /class="step read">1<[\s\S]*class="step">3</);
});

test("what is left out is counted", () => {
  const markup = every(stateOf(100, 9, 1), { time: 99 });
  assert.match(markup, /70 more</);
  assert.match(markup, /layer 0 →[\s\S]*layer 8 →/);
  assert.match(markup, /more layers</);
});
