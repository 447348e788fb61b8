import assert from "node:assert/strict";
import test from "node:test";
import card, {
  readable,
  sentence,
  shapeParts,
  unbroken,
  verdictOf,
} from "../../../rnnlib/explorers/prediction/view.js";

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

test("a reply is right, wrong or a problem that reveals nothing", () => {
  assert.deepEqual(verdictOf({ right: true, said: "Right: yes.", axes }), {
    state: "right",
    said: "Right: yes.",
    axes,
  });
  assert.deepEqual(verdictOf({ right: false, said: "batch_first moves.", axes }), {
    state: "wrong",
    said: "batch_first moves.",
    axes,
  });
  assert.deepEqual(verdictOf({ problem: "no shape", axes }), { state: "problem", said: "No shape", axes: [] });
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
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
  find(tag) {
    for (const child of this.children) {
      const found = child.tag === tag ? child : child.find?.(tag);
      if (found) return found;
    }
  }
}

/** The card on screen, a model that keeps what it is sent, and what a learner does. */
function shown({ send } = {}) {
  globalThis.document = { createElement: (tag) => new Element(tag) };
  const traits = {
    question: "Predict the shape of h_n",
    tensor: "h_n",
    call: "nn.RNN({input_size}, 10)",
    given: "x of ({batch}, 5)",
    sizes: { input_size: 5, batch: 3 },
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
  return { root, sent, listeners, submit, hear, stop };
}

test("before an answer the card says what is asked, and the label is tied to the field", () => {
  const { root } = shown();
  assert.match(
    root.textContent,
    /Predict the shape of h_n.*nn\.RNN\(5, 10\) reads x of \(3, 5\).*Hidden until you answer/,
  );
  assert.equal(root.find("label").attributes.for, root.find("input").attributes.id);
  assert.equal(root.dataset.state, "asked");
});

test("an answer travels as a message, and the card shows the reply to it alone", () => {
  const { root, sent, submit, hear } = shown();
  submit("2, 3, 10");
  assert.equal(sent[0].answer, "2, 3, 10");
  hear({ id: "of another view of this card", right: false, said: "You swapped.", axes });
  assert.equal(root.dataset.state, "asked");
  hear({ id: sent[0].id, right: false, said: "You swapped.", axes });
  assert.equal(root.dataset.state, "wrong");
  assert.match(
    root.textContent,
    /✗You swapped\..*The layer says\(4, 3, 16\)4num_layers × num_directions2 × 23batch16hidden_size/,
  );
  submit("4 3 16");
  hear({ id: sent[1].id, right: true, said: "Right: so it is.", axes });
  assert.equal(root.dataset.state, "right");
});

test("a kernel that is silent for three seconds is said to be; a late reply still counts", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { root, sent, submit, hear } = shown();
  submit("4 3 16");
  context.mock.timers.tick(2999);
  assert.equal(root.dataset.state, "asked");
  assert.equal(root.dataset.waiting, "true");
  context.mock.timers.tick(1);
  assert.equal(root.dataset.state, "silent");
  assert.equal(root.dataset.waiting, undefined);
  assert.match(root.textContent, /The kernel does not answer.*run this cell again/);
  hear({ id: sent[0].id, right: true, said: "Right: so it is.", axes });
  assert.equal(root.dataset.state, "right");
});

test("a closed channel is said at once", () => {
  const { root, submit } = shown({
    send: () => {
      throw new Error("closed");
    },
  });
  submit("4 3 16");
  assert.equal(root.dataset.state, "silent");
});

test("a card that is taken away hears nothing more", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { root, listeners, submit, stop } = shown();
  submit("4 3 16");
  stop();
  context.mock.timers.tick(5000);
  assert.deepEqual(listeners, {});
  assert.equal(root.dataset.state, "asked");
});
