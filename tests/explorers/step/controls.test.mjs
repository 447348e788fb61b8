import assert from "node:assert/strict";
import test from "node:test";
import { endsOf, timeAfter, timeBar } from "../../../rnnlib/explorers/step/controls.js";

test("play goes the way of its direction, step by step, and stays at its end", () => {
  for (const [direction, expected] of [
    [0, [0, 1, 2, 3, 3]],
    [1, [3, 2, 1, 0, 0]],
  ]) {
    const ends = endsOf(direction, 4);
    const played = [ends[0]];
    while (played.length < 5) played.push(timeAfter(played.at(-1), ends));
    assert.deepEqual(played, expected);
  }
  assert.equal(timeAfter(0, endsOf(0, 1)), 0);
});

// Just enough of a browser's document for the bar of time.
class Element {
  constructor() {
    Object.assign(this, { children: [], heard: {}, style: { setProperty() {} } });
  }
  setAttribute(name, value) {
    this[name] = value;
  }
  append(...children) {
    this.children.push(...children);
  }
  addEventListener(name, listener) {
    this.heard[name] = listener;
  }
}

for (const [direction, way] of [
  [0, [0, 1, 2, 3]],
  [1, [3, 2, 1, 0]],
])
  test(`pressed at the end, play begins anew at direction ${direction}'s own first step and goes to its end`, (t) => {
    globalThis.document = { createElement: () => new Element() };
    let beat; // what the clock would call
    t.mock.method(globalThis, "setInterval", (step) => {
      beat = step;
      return 1;
    });
    t.mock.method(globalThis, "clearInterval", () => {
      beat = undefined;
    });
    const traits = { direction, time: way.at(-1) };
    const model = {
      get: (name) => traits[name],
      set: (name, value) => {
        traits[name] = value;
      },
      on() {},
      save_changes() {},
    };
    const [play] = timeBar(model, () => 4).whole.children[0].children;
    play.heard.click();
    const played = [traits.time];
    while (play["aria-label"] === "pause" && played.length < 9) {
      beat();
      played.push(traits.time);
    }
    assert.deepEqual(played, way);
    play.heard.click();
    beat();
    play.heard.click(); // paused on the way: it goes on from there
    play.heard.click();
    assert.equal(traits.time, way[1]);
  });
