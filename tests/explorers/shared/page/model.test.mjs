import assert from "node:assert/strict";
import test from "node:test";
import { NOT_HERE, pageModel, recordedValues } from "../../../../rnnlib/explorers/shared/page/model.js";

const state = { seq_len: 8, kind: "LSTM", lengths: [5, 3], draw: 0, time: 7, answer: "of 8", problem: "", doing: "" };
const moves = [
  { moved: { seq_len: 4 }, after: { answer: "of 4", time: 3 }, most: { time: 3 } },
  { moved: { seq_len: 12 }, after: { answer: "of 12", time: 11 }, most: { time: 11 } },
  { moved: { kind: "GRU" }, after: { answer: "of GRU" }, most: { time: 7 } },
  { moved: { draw: 1 }, after: { answer: "drawn", lengths: [6, 2] }, most: { time: 7 } },
  { moved: { draw: 2 }, after: { answer: "drawn again", lengths: [9, 1] }, most: { time: 7 } },
];
const asked = ["seq_len", "kind", "lengths", "draw"];
const made = (more = {}) =>
  pageModel({ state, asked, moves, places: ["time"], acts: [], most: { time: 7 }, snaps: false, page: {}, ...more });

/** Set a trait as a control does; gives back what the page then answers. */
const move = (model, name, value) => {
  model.set(name, value);
  model.save_changes();
  return model.get("answer");
};

test("a recorded move is answered, and so is the way back", () => {
  const model = made();
  assert.equal(move(model, "seq_len", 4), "of 4");
  assert.equal(move(model, "seq_len", 12), "of 12");
  assert.equal(move(model, "seq_len", 8), "of 8");
  assert.equal(move(model, "kind", "GRU"), "of GRU");
});

test("of what was not recorded the last answer stays, which belongs to another choice", () => {
  const model = made();
  assert.equal(move(model, "seq_len", 5), "of 8");
  assert.equal(model.get("seq_len"), 5);
  assert.equal(move(model, "seq_len", 4), "of 4");
  assert.equal(move(model, "kind", "GRU"), "of 4");
  assert.equal(move(model, "seq_len", 8), "of GRU");
  model.set("seq_len", 12);
  model.get("page").back();
  assert.deepEqual([model.get("answer"), model.get("seq_len"), model.get("kind")], ["of 8", 8, "LSTM"]);
});

test("what followed from one move is no move of its own", () => {
  const model = made();
  assert.equal(move(model, "draw", 1), "drawn");
  assert.deepEqual(model.get("lengths"), [6, 2]);
  assert.equal(move(model, "draw", 2), "drawn again");
  assert.equal(move(model, "lengths", [9, 2]), "drawn again"); // chosen by hand: of that nothing is known
  assert.equal(move(model, "draw", 0), "drawn again");
});

test("where to look is kept within what is there, and follows a move unless the learner looks elsewhere", () => {
  const model = made();
  move(model, "seq_len", 12);
  assert.equal(model.get("time"), 11);
  move(model, "seq_len", 8);
  assert.equal(model.get("time"), 7);
  move(model, "time", 5);
  move(model, "seq_len", 12);
  assert.equal(model.get("time"), 5);
  move(model, "seq_len", 4);
  assert.equal(model.get("time"), 3);
});

test("where nothing could be drawn, what was moved before goes back, and that is said", () => {
  const model = made({ snaps: true });
  move(model, "seq_len", 4);
  assert.equal(move(model, "kind", "GRU"), "of GRU");
  assert.equal(model.get("seq_len"), 8);
  assert.equal(model.get("page").returned, "seq_len is back at 8: on this page one control moves at a time.");
  assert.deepEqual(model.get("page").values.seq_len, [4, 8, 12]);
  move(model, "kind", "LSTM");
  assert.match(model.get("page").returned, /^seq_len is back/); // it is said until another control is moved
  move(model, "time", 2);
  assert.deepEqual([model.get("answer"), model.get("time"), model.get("page").returned], ["of 8", 2, ""]);
});

test("where nothing could be drawn, a control that was not recorded goes back, and that is said", () => {
  const model = made({ snaps: true });
  assert.equal(move(model, "seq_len", 5), "of 8");
  assert.equal(model.get("seq_len"), 8);
  const recorded = "Not known here: seq_len was recorded at 4, 8, 12.";
  assert.equal(model.get("page").returned, `${recorded} So seq_len is back at 8.`);
  assert.equal(move(model, "kind", "GRU"), "of GRU");
  assert.equal(model.get("page").returned, "");
  const lab = made({ asked: [...asked, "doing"], moves: [], acts: ["doing"], snaps: true });
  assert.equal(move(lab, "seq_len", 4), "of 8");
  assert.equal(lab.get("seq_len"), 8);
  assert.match(lab.get("page").returned, /recorded is one run.* So seq_len is back at 8\.$/);
});

test("who hears one of several values that change together sees them all", () => {
  const model = made();
  move(model, "seq_len", 12);
  move(model, "kind", "GRU");
  const seen = [];
  for (const name of ["seq_len", "kind"])
    model.on(`change:${name}`, () => seen.push([model.get("seq_len"), model.get("kind")]));
  model.get("page").back();
  assert.deepEqual(seen, [
    [8, "LSTM"],
    [8, "LSTM"],
  ]);
});

test("what was refused is said no more once something else is chosen", () => {
  const model = made();
  model.set("problem", "refused");
  move(model, "kind", "GRU");
  assert.equal(model.get("problem"), "");
});

test("why nothing is known says what was recorded instead", () => {
  const model = made();
  move(model, "seq_len", 5);
  assert.equal(model.get("page").unknown(), "Not known here: seq_len was recorded at 4, 8, 12.");
  move(model, "seq_len", 8);
  move(model, "lengths", [1, 1]);
  assert.equal(model.get("page").unknown(), "Not known here: lengths was recorded as this page began with it.");
  move(model, "lengths", [5, 3]);
  const every = Array.from({ length: 20 }, (_, i) => ({ moved: { seq_len: 20 + i }, after: {}, most: {} }));
  const lists = [{ moved: { lengths: [2, 1] }, after: {}, most: {} }];
  const many = made({ moves: [...every, ...lists] });
  move(many, "seq_len", 5);
  assert.equal(many.get("page").unknown(), "Not known here: seq_len was recorded at 8, 20, …, 39.");
  many.get("page").back();
  move(many, "lengths", [1, 1]);
  assert.equal(many.get("page").unknown(), "Not known here: recorded are other lengths.");
  move(model, "seq_len", 5);
  move(model, "kind", "GRU");
  assert.match(model.get("page").unknown(), /recorded is one control at a time/);
  const lab = made({ asked: [...asked, "doing"], acts: ["doing"] });
  move(lab, "kind", "RNN");
  assert.match(lab.get("page").unknown(), /recorded is one run/);
});

test("an act is played back for good, and where it was not recorded the page says so", () => {
  const done = { moved: { doing: "training" }, after: { answer: "trained" }, most: {} };
  const model = made({ asked: [...asked, "doing"], acts: ["doing"], moves: [done] });
  assert.equal(move(model, "doing", "step"), "of 8");
  assert.deepEqual([model.get("doing"), model.get("problem")], ["", NOT_HERE]);
  assert.equal(move(model, "doing", "training"), "trained");
  assert.equal(model.get("doing"), "");
  move(model, "kind", "GRU");
  assert.equal(move(model, "kind", "LSTM"), "trained");
});

test("who listens hears each change once, until they stop", () => {
  const model = made();
  let heard = 0;
  const listener = () => {
    heard += 1;
  };
  model.on("change:answer", listener);
  move(model, "seq_len", 4);
  move(model, "time", 1);
  assert.equal(heard, 1);
  model.off("change:answer", listener);
  move(model, "seq_len", 8);
  assert.equal(heard, 1);
});

test("the values that a recording knows are told from small to large", () => {
  assert.deepEqual(recordedValues({ state, moves }).draw, [0, 1, 2]);
});

test("the way back leads to where the page began, whatever followed and was refused meanwhile", () => {
  const model = made({ state: { ...state, more: [1] } });
  move(model, "seq_len", 4);
  model.set("more", [2]); // as a front end does beside what it asks
  move(model, "kind", "GRU");
  model.set("problem", "refused");
  model.get("page").back();
  const now = ["seq_len", "kind", "more", "answer", "problem"].map(model.get);
  assert.deepEqual(now, [8, "LSTM", [1], "of 8", ""]);
});
