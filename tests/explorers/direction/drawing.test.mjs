import assert from "node:assert/strict";
import test from "node:test";
import { inputs, unrolled } from "../../../rnnlib/explorers/direction/drawing.js";
import { cellAt, layoutOf, shownOf } from "../../../rnnlib/explorers/direction/layout.js";
import { rowAt, wayLit } from "../../../rnnlib/explorers/direction/network.js";

const stateOf = (seq_len, num_layers, num_directions, more = {}) => ({
  packed: false,
  lengths: [seq_len, Math.ceil(seq_len / 2)],
  sizes: { seq_len, num_layers, num_directions, size: 2, batch: 2 },
  ...more,
});
const place = (more) => ({ part: "output", time: 0, layer: 0, direction: 0, item: 0, unit: 0, ...more });
const count = (markup, piece) => markup.split(piece).length - 1;
const laid = (sizes, more, width = 848) => layoutOf(sizes, place(more), width, true, true);
const every = (state, more, chosen = true, width = 848) =>
  unrolled(state, laid(state.sizes, more, width), place(more), chosen);
const dashes = (d) => d.match(/M/g)?.length ?? 0;
const pathOf = (markup, kind) => markup.match(new RegExp(`<path class="${kind}" d="([^"]*)"`))?.[1] ?? "";

test("all steps are drawn while they fit; else both ends, the chosen one, and a mark for the rest", () => {
  assert.deepEqual(shownOf(4, 0, 32), [0, 1, 2, 3]);
  for (const most of [10, 32])
    for (const [total, chosen] of [33, 40, 100, 5000].flatMap((n) => [0, 5, 17, n - 4, n - 1].map((at) => [n, at]))) {
      const shown = shownOf(total, chosen, most);
      assert.ok(
        shown.length <= most && shown.includes(chosen) && shown.includes(0) && shown.includes(total - 1),
        `${chosen} of ${total}: ${shown}`,
      );
      for (const [i, step] of shown.entries())
        if (i && step !== null && shown[i - 1] !== null) assert.equal(step, shown[i - 1] + 1);
      assert.ok(shown.filter((step) => step === null).length <= 2);
    }
});

const WIDTHS = [358, 528, 698, 846, 1106, 1258];

test("at every width everything lies within the picture, and no two cells, steps or rows on one another", () => {
  const apart = (boxes) => {
    for (const [i, [x, y, w, h]] of boxes.entries())
      for (const [u, v, ww, hh] of boxes.slice(i + 1))
        assert.ok(x + w <= u || u + ww <= x || y + h <= v || v + hh <= y, `${[x, y, w, h]} ${[u, v, ww, hh]}`);
  };
  for (const width of WIDTHS)
    for (const steps of [1, 2, 12, 29, 500])
      for (const layers of [1, 2, 4, 12])
        for (const directions of [1, 2]) {
          const state = stateOf(steps, layers, directions);
          const where = { time: steps - 1, layer: layers - 1 };
          const at = laid(state.sizes, where, width);
          assert.ok(at.pitch >= 24, "a step can be touched");
          const [below, above] = [at.output.y + at.output.height, at.input.y];
          const ways = at.drawnLayers.flatMap((layer) => [0, 1].slice(0, directions).map((d) => [layer, d]));
          const cells = ways.flatMap(([layer, direction]) =>
            at.drawn.map((time) => cellAt(at, { layer, direction, time })),
          );
          for (const [x, y] of cells)
            assert.ok(x > at.gutter - 1 && x < width - at.gutter + 1 && y > below && y < above, `${x} ${y}`);
          const size = 2 * at.radius - 0.02;
          apart(cells.map(([x, y]) => [x, y, size, size]));
          const rows = ways.map(([layer, direction]) => rowAt(at, { layer, direction }));
          for (const [x, , wide] of rows) assert.ok(x >= 0 && x + wide <= width);
          apart(rows);
          assert.doesNotMatch(every(state, where, true, width), /NaN|undefined|null/);
        }
});

test("a backward direction ends at the left, where its row of h_n stands, a forward one at the right", () => {
  const at = laid(stateOf(6, 3, 2).sizes, {});
  for (const layer of [0, 1, 2]) {
    const [[forward], [backward]] = [0, 1].map((direction) => rowAt(at, { layer, direction }));
    assert.ok(backward < at.x(0) && at.x(5) < forward);
  }
});

test("what can be chosen: a half for each direction and step, a row for each direction and layer, and nothing at first", () => {
  const markup = every(stateOf(6, 3, 2), { time: 4, direction: 1 });
  const places = (whole, kind) => whole.match(new RegExp(`class="place[^>]*data-key="${kind} `, "g"))?.length ?? 0;
  assert.equal(places(markup, "output"), 12);
  assert.equal(places(markup, "h_n"), 6);
  assert.equal(count(markup, 'aria-pressed="true"'), 1);
  assert.equal(count(markup, 'role="button" aria-pressed="true" tabindex="0"'), 1);
  assert.match(
    markup,
    /class="place chosen" data-key="output 4 1" data-part="backward half of output\[4\]" role="button" aria-pressed="true" tabindex="0" aria-label="output at step 4, backward half"/,
  );
  assert.match(markup, /data-key="h_n 2 0"[^>]*aria-label="h_n\[4\], layer 2 forward"/);
  const unchosen = every(stateOf(6, 3, 2), { time: 4, direction: 1 }, false);
  assert.equal(count(unchosen, 'aria-pressed="true"') + count(unchosen, "chosen"), 1); // the sequence
  assert.equal(count(unchosen, 'aria-pressed="false" tabindex="0"'), 1);
  const one = every(stateOf(6, 3, 1), { part: "h_n", layer: 2 });
  assert.equal(places(one, "output"), 6);
  assert.match(one, /data-key="h_n 2 0" data-part="h_n\[2\]" role="button" aria-pressed="true"/);
});

test("the backward half stands above the forward one, at its own step; a cell of the last layer is its half", () => {
  const state = stateOf(6, 2, 2);
  const at = laid(state.sizes, {});
  const markup = every(state, {});
  const boxOf = (key) => markup.match(new RegExp(`data-key="${key}"[^>]*><rect class="half" x="([^"]+)" y="([^"]+)"`));
  for (const time of [0, 3, 5]) {
    const [forward, backward] = [0, 1].map((direction) => boxOf(`output ${time} ${direction}`).slice(1).map(Number));
    assert.equal(forward[0], backward[0]);
    assert.ok(Math.abs(forward[0] + at.wide / 2 - at.x(time)) < 0.02);
    assert.ok(backward[1] < forward[1]);
    for (const [direction, [x, y]] of [forward, backward].entries()) {
      const around = [
        ...markup.matchAll(
          /<rect class="hit" x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"[^>]*data-key="([^"]+)"/g,
        ),
      ];
      const [, ...hit] = around.find((one) => one[5] === `output ${time} ${direction}`);
      const [left, top, wide, high] = hit.slice(0, 4).map(Number);
      assert.ok(left <= x && top <= y && left + wide >= x + at.wide && top + high >= y + at.output.half);
    }
  }
  const keyAt = ([x, y]) =>
    markup.match(new RegExp(`<circle class="hit" cx="${x}" cy="${y}" r="[^"]+"(?: data-key="([^"]*)")?`))[1];
  assert.equal(keyAt(cellAt(at, { layer: 1, direction: 1, time: 2 })), "output 2 1");
  assert.equal(keyAt(cellAt(at, { layer: 1, direction: 0, time: 2 })), "output 2 0");
  assert.equal(keyAt(cellAt(at, { layer: 0, direction: 0, time: 5 })), "h_n 0 0");
  assert.equal(keyAt(cellAt(at, { layer: 0, direction: 1, time: 0 })), "h_n 0 1");
  assert.equal(keyAt(cellAt(at, { layer: 0, direction: 1, time: 5 })), undefined); // torch gives it back nowhere
});

test("the way that is lit has the cells from which the place is reached", () => {
  const state = stateOf(6, 1, 2);
  const cells = (more, now = state) => dashes(pathOf(wayLit(now, laid(now.sizes, more), place(more)), "cell"));
  assert.equal(cells({ time: 3 }), 4);
  assert.equal(cells({ time: 3, direction: 1 }), 3);
  assert.equal(cells({ time: 5, direction: 1 }), 1);
  assert.equal(cells({ part: "h_n", direction: 1 }), 6);
  assert.equal(cells({ time: 0, direction: 0 }, stateOf(6, 2, 2)), 1 + 1 + 6); // layer 0 → has taken one step, ← all
  assert.equal(cells({ part: "h_n", direction: 0, item: 1 }, stateOf(6, 1, 2, { packed: true })), 3);
  assert.equal(wayLit(stateOf(6, 1, 2, { packed: true }), laid(state.sizes), place({ time: 5, item: 1 })), "");
});

test("a packed run has no cells past the end of a sequence, and its output there is zeros", () => {
  const [padded, packed] = [false, true].map((packed) => every(stateOf(6, 2, 2, { packed }), { item: 1 }));
  assert.equal(dashes(pathOf(padded, "cell")), 24);
  assert.equal(dashes(pathOf(packed, "cell")), 12);
  assert.equal(count(padded, "half zeros"), 0);
  assert.equal(count(packed, "half zeros"), 6);
});

test("inputs are lit by their light, each at its own step; pads are hatched, lit or not", () => {
  const state = stateOf(6, 1, 2);
  const drawn = inputs(state, laid(state.sizes), 1, [0, 0.25, 1, 0, 0.5, 0]);
  assert.equal(count(drawn, 'class="hatch"'), 3);
  assert.deepEqual(
    [...drawn.matchAll(/<g class="input( read)?" data-step="(\d)">(.*?)<\/g>/g)].map(([, read, step, inner]) => [
      step,
      Boolean(read),
      inner.match(/opacity: ([\d.]+)/)?.[1],
      inner.includes("hatch"),
    ]),
    [
      ["0", false, undefined, false],
      ["1", true, "0.250", false],
      ["2", true, "1.000", false],
      ["3", false, undefined, true],
      ["4", true, "0.500", true],
      ["5", false, undefined, true],
    ],
  );
});

test("each sequence has a bar as long as it is, the chosen one is told", () => {
  const state = stateOf(6, 1, 2);
  const at = laid(state.sizes);
  const markup = every(state, { item: 1 });
  const bars = [...markup.matchAll(/data-item="(\d)">.*?<rect class="own" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
  assert.deepEqual(
    bars.map(([, item, , wide]) => [item, Math.round((Number(wide) + 2) / at.pitch)]),
    [
      ["0", 6],
      ["1", 3],
    ],
  );
  assert.match(markup, /class="sequence chosen" data-item="1"/);
});

test("what is left out is counted, and steps are numbered truly", () => {
  const state = stateOf(100, 9, 1);
  const markup = every(state, { time: 99 });
  assert.match(markup, /layer 0<[\s\S]*layer 8</);
  assert.match(markup, /more layers</);
  for (const width of WIDTHS)
    for (const time of [0, 50, 99]) {
      const at = laid(state.sizes, { time }, width);
      const drawn = inputs(state, at, 0, []);
      const left = [...drawn.matchAll(/class="name">(\d+)</g)].reduce((sum, [, more]) => sum + Number(more), 0);
      assert.equal(left + at.drawn.length, 100);
      const marked = [...drawn.matchAll(/data-step="(\d+)">.*?<\/g>/g)].filter(([all]) => all.includes("<text"));
      for (const [all, step] of marked) assert.match(all, new RegExp(`>${step}</text>`));
      assert.ok(marked.some(([, step]) => step === "99") && marked.some(([, step]) => step === "0"));
    }
});

test("a sequence's bar is as long as its steps, those that are left out counted by their share of the gap", () => {
  const state = stateOf(26, 1, 2, { lengths: [20, 26, 7, 24, 2] });
  state.sizes.batch = 5;
  for (const width of [358, 848]) {
    const at = laid(state.sizes, {}, width);
    const bars = [
      ...every(state, {}, true, width).matchAll(/<rect class="own" x="([^"]+)" y="[^"]+" width="([^"]+)"/g),
    ];
    const ends = bars.map(([, x, wide]) => Number(x) + Number(wide) + 1);
    const [of20, of26, of7, of24, of2] = ends;
    assert.ok(of2 < of7 && of7 < of20 && of20 < of24 && of24 < of26, ends);
    for (const [length, end] of [
      [2, of2],
      [24, of24],
      [26, of26],
    ])
      assert.ok(Math.abs(end - at.x(length - 1) - at.pitch / 2) < 0.05, `${width} ${length}`);
  }
});
