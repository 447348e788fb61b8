import assert from "node:assert/strict";
import test from "node:test";
import card, { readable, sentence, shapeParts, unbroken } from "../../../rnnlib/explorers/prediction/view.js";
import { statusSaid } from "../../../rnnlib/explorers/shared/status.js";

const axes = [
  { axis: "num_layers*num_directions", size: 4, worked: "2 × 2" },
  { axis: "batch", size: 3, worked: "" },
  { axis: "hidden_size", size: 16, worked: "" },
];

test("a shape is written as code, every number in the colour of its axis", () => {
  const text = (parts) => parts.map((part) => part.size ?? part).join("");
  assert.equal(text(shapeParts(axes)), "(4, 3, 16)");
  assert.equal(text(shapeParts(axes.slice(2))), "(16,)");
  assert.deepEqual(
    shapeParts(axes)
      .filter((part) => part.size)
      .map((part) => part.symbol),
    ["num_layers", "batch", "hidden_size"],
  );
});

test("symbols are read with a times sign", () => {
  assert.equal(readable("num_layers*num_directions"), "num_layers × num_directions");
  assert.equal(readable("batch"), "batch");
});

test("a sentence begins with a capital, and a shape is not broken", () => {
  assert.equal(sentence("nothing was given."), "Nothing was given.");
  assert.equal(unbroken("numbers, such as (9, 4, 7)."), "numbers, such as (9,\u00a04,\u00a07).");
  assert.equal(unbroken("x is (seq_len, batch)."), "x is (seq_len, batch).");
});

// Just enough of a browser's document to put the card on.
class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], attributes: {}, dataset: {}, heard: {}, value: "" });
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  addEventListener(name, listener) {
    this.heard[name] = listener;
  }
  toggleAttribute(name, there) {
    if (there) this.attributes[name] = "";
    else delete this.attributes[name];
  }
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
  set textContent(words) {
    this.children = [words];
  }
  focus() {
    document.activeElement = this;
  }
  find(wanted) {
    for (const child of this.children) {
      const { tag, attributes } = child;
      const found = [tag, attributes?.class, attributes?.role].includes(wanted) ? child : child.find?.(wanted);
      if (found) return found;
    }
  }
}

/** The card on screen, a model that keeps what it is sent, and what a learner does. */
function shown({ send, ...other } = {}) {
  globalThis.document = { createElement: (tag) => new Element(tag) };
  const traits = {
    question: "Predict the shape of h_n",
    field: { before: "h_n.shape", placeholder: "( … )", invites: "Type a number for each axis." },
    choices: [],
    oracle: "The layer",
    call: "nn.RNN({input_size}, 10)",
    given: "x of ({batch}, 5)",
    sizes: { input_size: 5, batch: 3 },
    ...other,
  };
  const sent = [];
  const listeners = {};
  const model = {
    get: (name) => traits[name],
    on: (name, listener) => {
      listeners[name] = listener;
    },
    off: (name) => delete listeners[name],
    send: send ?? ((content) => sent.push(content)),
  };
  const el = new Element("div");
  const stop = card.render({ model, el });
  const root = el.children[0];
  const submit = (text) => {
    root.find("input").value = text;
    root.find("form").heard.submit({ preventDefault() {} });
  };
  const hear = (reply) => listeners["msg:custom"](reply);
  const said = (part) => root.find(part).textContent;
  const choose = (name) => {
    const button = root.find("choices").children.find((one) => one.textContent === name);
    button.heard.click();
    root.find("form").heard.submit({ preventDefault() {} });
    return button;
  };
  return { root, sent, traits, listeners, submit, choose, hear, stop, said };
}

const truth = "(4, 3, 16) = (…)";
const WRONG = { right: false, said: "You swapped." };

test("before an answer the card says what is asked, and the label is tied to the field", () => {
  const { root, said } = shown();
  assert.match(root.textContent, /^Predict the shape of h_n.*nn\.RNN\(5, 10\) reads x of \(3, 5\)/);
  assert.match(said("told"), /hidden until you have tried twice, or ask/);
  assert.match(said("line"), /^Type a number for each axis/);
  assert.equal(root.find("label").attributes.for, root.find("input").attributes.id);
  assert.equal(root.dataset.state, "asked");
});

test("an answer travels as a message, and the card shows the reply to it alone", () => {
  const { root, sent, submit, hear, said } = shown();
  submit("2, 3, 10");
  assert.equal(sent[0].answer, "2, 3, 10");
  assert.equal(said("line"), "Checking…");
  hear({ id: "of another view of this card", ...WRONG });
  assert.equal(root.dataset.state, "asked");
  hear({ id: sent[0].id, ...WRONG });
  assert.equal(root.dataset.state, "wrong");
  assert.equal(said("told"), "You swapped."); // the hint, and nothing of the shape
  assert.match(said("line"), /^✗ Not yet. Try once more/);
  submit("4 3");
  assert.equal(said("line"), "Checking…");
  hear({ id: sent[1].id, ...WRONG, truth, axes });
  assert.match(
    said("told"),
    /^You swapped\.The layer says \(4, 3, 16\)4 num_layers × num_directions 2 × 23 batch 16 hidden_size/,
  );
  assert.equal(said("line"), "✗ Not yet. The answer stands below.");
  submit("4 3 16");
  hear({ id: sent[2].id, right: true, said: "Right: so it is.", truth, axes });
  assert.equal(root.dataset.state, "right");
  assert.equal(said("line"), "✓ Right.");
  assert.match(said("told"), /^Right: so it is\.The layer says \(4, 3, 16\)/);
});

test("an answer is chosen by a button, and what torch says needs no axes", () => {
  const { root, sent, choose, hear, said } = shown({ choices: ["it raises", "it runs"], call: "", oracle: "torch" });
  assert.equal(root.find("input"), undefined);
  assert.equal(said("line"), "Choose one.");
  const first = choose("it raises");
  assert.equal(sent[0].answer, "it raises");
  assert.equal(first.attributes["aria-pressed"], "true");
  hear({ id: sent[0].id, right: false, said: "It fits." });
  assert.match(said("line"), /^✗ Not yet/);
  choose("it runs");
  assert.equal(first.attributes["aria-pressed"], "false");
  hear({ id: sent[1].id, right: true, said: "Right: it fits.", truth: "it runs", axes: [] });
  assert.equal(said("told"), "Right: it fits.torch says it runs");
});

test("what is typed stands between its words", () => {
  const { root } = shown({ field: { before: "h_n[", after: "]", placeholder: "…", invites: "Type one index." } });
  assert.match(root.find("answer").textContent, /^h_n\[\]Check$/);
});

test("on a page with no kernel the card replies by itself, from what was recorded", () => {
  const recording = {
    kind: "row",
    name: "h_n",
    problems: { index: "{shown} is no index." },
    right: 2,
    count: 4,
    wrong: { 0: ["layer forgotten", "You forgot a layer."], 1: ["another row", "Row 1 is another."] },
    outside: ["no such row", "There are 4 rows."],
    shown: { said: "Why: so it is.", truth: "h_n[2]", axes: [] },
  };
  const { root, sent, submit, said } = shown({ page: { label: "recorded" }, recording });
  submit("banana");
  assert.equal(said("alert"), '"banana" is no index.');
  submit("0");
  assert.equal(root.dataset.state, "wrong");
  assert.equal(said("told"), "You forgot a layer.");
  submit("-4"); // the same row, but another answer
  assert.equal(said("told"), "You forgot a layer.The layer says h_n[2]");
  submit("h_n[-2]");
  assert.equal(said("line"), "✓ Right.");
  assert.equal(said("told"), "Why: so it is.The layer says h_n[2]");
  assert.deepEqual(sent, []);
  const asks = shown({ page: {}, recording });
  asks.root.find("quiet").heard.click();
  assert.equal(asks.said("told"), "Why: so it is.The layer says h_n[2]");
});

test("who asks for the answer is shown it, and asks no more", () => {
  const { root, sent, hear, said } = shown();
  const ask = root.find("quiet");
  ask.focus();
  ask.heard.click();
  assert.equal(sent[0].show, true);
  hear({ id: sent[0].id, said: "So it is.", truth, axes });
  assert.equal(root.dataset.state, "shown");
  assert.match(said("told"), /^So it is\.The layer says \(4, 3, 16\)/);
  assert.equal(ask.hidden, true);
  assert.equal(document.activeElement, root.find("input")); // the keyboard is not lost with the button
});

test("what is right is kept until it is revealed, wherever the card is shown", () => {
  const { root, sent, submit, hear, said, traits, listeners } = shown({ later: true });
  const ask = root.find("quiet");
  assert.equal(ask.attributes.hidden, "");
  assert.match(said("told"), /hidden until it is told to all/);
  submit("4 3 16");
  hear({ id: sent[0].id, kept: true, said: "What is right is told later." });
  assert.equal(root.dataset.state, "kept");
  assert.equal(said("line"), "✓ Your answer is kept.");
  assert.equal(said("told"), "What is right is told later.");
  hear({ id: "of another view", ...WRONG });
  assert.equal(root.dataset.state, "kept");
  traits.later = false;
  listeners["change:later"]();
  assert.equal(ask.attributes.hidden, undefined);
  hear({ revealed: true, ...WRONG, truth, axes });
  assert.equal(root.dataset.state, "wrong");
  assert.match(said("told"), /^You swapped\.The layer says \(4, 3, 16\)/);
});

test("an answer that could not be written is judged all the same, and it is said", () => {
  const { sent, submit, hear, said } = shown();
  submit("4 3 16");
  hear({ id: sent[0].id, right: true, said: "Right.", truth, axes, notice: "It cannot be written." });
  assert.equal(said("line"), "✓ Right.");
  assert.match(said("told"), /hidden_size It cannot be written\.$/);
});

test("nonsense is said in the line and changes nothing", () => {
  const { root, sent, submit, hear, said } = shown();
  submit("4 3");
  hear({ id: sent[0].id, ...WRONG, truth, axes });
  const before = [root.dataset.state, said("told")];
  submit("banana");
  hear({ id: sent[1].id, problem: "no shape." });
  assert.deepEqual([root.dataset.state, said("told")], before);
  assert.equal(said("alert"), "No shape.");
  submit("4 3 16");
  hear({ id: sent[2].id, right: true, said: "Right.", truth, axes });
  assert.equal(said("alert"), "");
});

test("a kernel that is silent for three seconds is said to be; a late reply still counts", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { root, sent, submit, hear, said } = shown();
  submit("4 3 16");
  context.mock.timers.tick(2999);
  assert.equal(root.dataset.waiting, "true");
  assert.doesNotMatch(said("line"), /kernel/);
  context.mock.timers.tick(1);
  assert.equal(root.dataset.waiting, undefined);
  assert.equal(said("line"), statusSaid("stale")); // as in every explorer
  hear({ id: sent[0].id, right: true, said: "Right: so it is.", truth, axes });
  assert.equal(root.dataset.state, "right");
  assert.equal(said("line"), "✓ Right.");
});

test("a closed channel, or a kernel that has ended, is said at once", () => {
  const closed = shown({
    send: () => {
      throw new Error("closed");
    },
  });
  closed.submit("4 3 16");
  assert.match(closed.said("line"), /the kernel does not answer/);
  const ended = shown();
  ended.listeners.comm_live_update();
  assert.match(ended.said("line"), /the kernel does not answer/);
});

test("a card that is taken away hears nothing more", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { listeners, submit, stop, said } = shown();
  submit("4 3 16");
  stop();
  context.mock.timers.tick(5000);
  assert.deepEqual(listeners, {});
  assert.doesNotMatch(said("line"), /kernel/);
});
