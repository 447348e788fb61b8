// The frame that every explorer stands in: the question, the controls, one picture, what the real layer says, and folds.
import { el, keepKeys, listen } from "./controls.js";
import { watchKernel } from "./status.js";

const LONG = 300; // characters of a question, from which on it may scroll

// What the one line under the controls may say; the first that has words is shown.
const SLOTS = ["problem", "notice", "pointed", "solution", "changed", "resting"];
const OF_PICTURE = ["pointed", "resting"]; // what to do with it

/** Of all that could be said, what is: its slot, its words, and before a notice the answer that was asked for. */
export function spoken(words, slots = SLOTS) {
  const now = slots.find((name) => words[name]) ?? slots.at(-1);
  return [now, words[now] ?? "", now === "notice" && words.solution ? `${words.solution} ` : ""];
}

/** The one line in which an explorer speaks. `set(slot, words)`; what is longer lies over the picture, and moves nothing. */
export function lineOf(slots) {
  const words = {};
  const [alert, status] = [el("p", { class: "rnnlib-problem", role: "alert" }), el("p", { role: "status" })];
  const whole = el("div", { class: "line" }, alert, status);
  const set = (slot, said) => {
    words[slot] = said ?? "";
    const [now, sentence, answer] = spoken(words, slots);
    whole.dataset.slot = now;
    alert.textContent = now === "problem" ? sentence : "";
    const told = answer ? [el("span", { class: "answer" }, answer), sentence] : [sentence];
    status.replaceChildren(...(now === "problem" ? [] : told));
  };
  /** Make room for an answer that was asked for; it is given back when that is hidden. */
  const grow = (on) => {
    whole.style.minHeight = on ? `${status.offsetHeight}px` : "";
  };
  return { whole, set, grow };
}

/** Names in backticks, as in "only `batch`: `h_n` has no seq_len", are the parts that are lit while a solution is shown. */
export function partsIn(sentence) {
  return [...sentence.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
}

function light(root, names) {
  for (const old of root.querySelectorAll(".found")) old.classList.remove("found");
  for (const name of names) {
    const of = ["part", "symbol", "tensor"].map((key) => `[data-${key}="${CSS.escape(name)}"]`).join();
    for (const part of root.querySelectorAll(of)) part.classList.add("found");
  }
}

/** What is asked, and a button that shows the answer when the learner wants it; nothing where nothing is asked. */
function questionOf(model, line, root) {
  const [asked, solution] = [model.get("question"), model.get("solution")];
  if (!asked) return { parts: [], relight: () => {}, shown: () => false };
  const button = el("button", { type: "button", class: "quiet", "aria-expanded": "false" }, "Show the answer");
  let shown = false;
  const relight = () => light(root, shown ? partsIn(solution) : []);
  button.addEventListener("click", () => {
    shown = !shown;
    for (const slot of ["problem", "pointed"]) line.set(slot, ""); // or they would stand in the answer's place
    button.textContent = shown ? "Hide the answer" : "Show the answer";
    button.setAttribute("aria-expanded", String(shown));
    line.set("solution", shown ? solution.replaceAll("`", "") : "");
    line.grow(shown);
    root.dispatchEvent(new CustomEvent("solution", { detail: shown }));
    relight();
  });
  const words = el("p", { tabindex: asked.length > LONG ? 0 : undefined }, el("b", {}, "Find out: "), asked);
  return { parts: [el("div", { class: "question" }, words, ...(solution ? [button] : []))], relight };
}

/** A row of buttons, each of which unfolds its panel under the row, and what else is to be known at its right. */
function foldsOf(folds, facts) {
  const panels = folds.map(([name, panel]) => {
    const button = el("button", { type: "button", class: "fold", "aria-expanded": "false" }, name);
    const whole = el("div", { class: "unfolded", hidden: true }, panel);
    button.addEventListener("click", () => {
      whole.hidden = !whole.hidden;
      button.setAttribute("aria-expanded", String(!whole.hidden));
    });
    return { button, whole };
  });
  const all = [...panels.map(({ button }) => button), ...facts];
  return all.length ? [el("div", { class: "folds" }, ...all), ...panels.map(({ whole }) => whole)] : [];
}

/** Whether a part of an explorer stands, or a lecturer has left it out. A fold goes by the first word of its name. */
const standsIn = (shown) => (name) => shown.includes(name.split(" ")[0].toLowerCase());

/** On a page without a kernel: of when its numbers are, and where all of it is live. */
function pageFacts({ label, course }) {
  const live = course ? [el("a", { href: course }, "the live course")] : [];
  return el("span", { class: "of-page" }, el("span", {}, label), ...live);
}

/** The way back to what a page without a kernel has numbers of. */
function wayBack({ back }) {
  const button = el("button", { type: "button", class: "back quiet" }, "Back");
  button.addEventListener("click", back);
  return button;
}

/**
 * The frame of an explorer. `strips` are rows of controls; `says` what the layer says; `folds` panels by their names. What
 * the trait `show` leaves out is kept up to date unseen.
 *
 * `line.set(slot, words)` speaks in its line; `relight()` after a redraw lights again what a shown answer lit.
 */
export function frame(model, { name, label, strips = [], picture, says = [], folds = {} }) {
  const stands = standsIn(model.get("show"));
  const line = lineOf(SLOTS.filter((slot) => stands("picture") || !OF_PICTURE.includes(slot)));
  const facts = el("span", { class: "facts fades" });
  const page = model.get("page");
  if (page) line.whole.append(wayBack(page));
  // No section element, here or further in: on a slide, reveal.js takes each for a slide of its own.
  const root = el("div", { class: `rnnlib ${name}`, role: "region", "aria-label": label });
  const question = questionOf(model, line, root);
  const told = [...(stands("says") ? [facts] : []), ...(page ? [pageFacts(page)] : [])];
  const filled = strips.map((strip) => strip.filter(Boolean)).filter((strip) => strip.length);
  root.append(
    ...question.parts,
    ...(filled.length
      ? [el("div", { class: "controls" }, ...filled.map((strip) => el("div", { class: "strip" }, ...strip)))]
      : []),
    line.whole,
    stands("picture") ? picture : el("div", { class: "unseen", inert: true }, picture),
    ...(says.length && stands("says") ? [el("div", { class: "says" }, ...says)] : []),
    ...foldsOf(
      Object.entries(folds).filter(([name]) => stands(name)),
      page ? [el("span", { class: "both-facts" }, ...told)] : told,
    ),
  );
  keepKeys(root);
  const tell = () => line.set("problem", model.get("problem"));
  const deaf = listen(model, { "change:problem": tell });
  // Whatever is done next ends what was said of an entry, and of a control that went back.
  const done = () => {
    tell();
    page?.forget();
    kernel.check();
  };
  for (const event of ["pointerdown", "keydown"]) root.addEventListener(event, done, true);
  const kernel = watchKernel(model, (state, words) => {
    line.set("notice", words);
    if (root.dataset.state === state) return;
    root.dataset.state = state;
    root.dispatchEvent(new CustomEvent("state"));
  });
  tell();
  const stop = () => {
    deaf();
    kernel.stop();
  };
  return {
    root,
    line,
    facts,
    say: (words) => line.set("problem", words),
    check: kernel.check,
    relight: question.relight,
    stop,
  };
}

const SETTLED = 1500; // milliseconds in which a view that was just run may still grow

/**
 * Bring a view that was just run into sight from its top, once it has a height. JupyterLab scrolls on while it has none;
 * so it is brought back as it grows, unless the reader has turned to something else, or other cells were run meanwhile.
 */
export function comeIntoSight(root) {
  const isActive = (one) => one?.classList.contains("jp-mod-active");
  const turned = ["wheel", "pointerdown", "keydown", "touchstart"];
  const show = () => {
    root.scrollIntoView({ block: "nearest" });
    root.firstElementChild?.scrollIntoView({ block: "nearest" }); // of what is higher than the screen its top
  };
  let later;
  const begin = () => {
    const cell = root.closest(".jp-Cell");
    if (!isActive(cell) && !isActive(cell?.nextElementSibling)) return stop();
    for (const name of turned) addEventListener(name, stop, true);
    later = setTimeout(show, SETTLED / 3);
    setTimeout(stop, SETTLED);
  };
  const observer = new ResizeObserver(() => {
    if (!root.offsetHeight) return;
    if (!later) begin();
    if (later) show();
  });
  const stop = () => {
    observer.disconnect();
    clearTimeout(later);
    for (const name of turned) removeEventListener(name, stop, true);
  };
  observer.observe(root);
}

const TYPE = 14; // units of a picture are pixels where the type is so large

/**
 * Draw anew whenever the room or the type changes: `draw(width)` gets the width in units, of which 14 are the type's
 * height, so that what is drawn grows with the notebook's type and is never squeezed. No width yet: nothing is drawn.
 */
export function fitted(host, draw) {
  let last = 0;
  const probe = el("i", { class: "probe", "aria-hidden": "true" });
  host.before(probe);
  let seen = false;
  const fit = () => {
    const width = Math.floor((host.clientWidth * TYPE) / parseFloat(getComputedStyle(host).fontSize));
    if (width <= 0 || width === last) return;
    last = width;
    draw(width);
    if (!seen) comeIntoSight(host.closest(".rnnlib"));
    seen = true;
  };
  const observer = new ResizeObserver(fit);
  observer.observe(host);
  observer.observe(probe);
  return { width: () => last, fit, stop: () => observer.disconnect() };
}
