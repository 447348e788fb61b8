// Pointing at an axis, by pointer or by keyboard, lights its symbol wherever it stands and says why it is there.

/** Light what `root` shows of the symbol pointed at, and tell `say` the axis' sentence, "" after. Returns a clean-up. */
export function lightAxes(root, say) {
  let spoke = "";
  const speak = (words) => {
    if (words || spoke) say(words); // what others said is theirs to take back
    spoke = words;
  };
  const marked = (target) => target?.closest?.(".axis, .size");
  const light = ({ target }) => {
    const symbol = marked(target)?.dataset.symbol;
    if (symbol) root.dataset.lit = symbol;
    else delete root.dataset.lit;
    speak(target.closest?.(".axis")?.getAttribute("aria-label") ?? "");
  };
  const dark = ({ relatedTarget }) => {
    if (root.contains(relatedTarget) && marked(relatedTarget)) return;
    delete root.dataset.lit;
    speak("");
  };
  // A finger that taps leaves at once: the click that follows lights again.
  const heard = { pointerover: light, pointerleave: dark, click: light, focusin: light, focusout: dark };
  for (const [name, listener] of Object.entries(heard)) root.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(heard)) root.removeEventListener(name, listener);
  };
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * Make a picture's axes one stop of the Tab key, between which the arrow keys move; a redraw of `part` keeps the place.
 * `picture` listens: a listener for the focus on a part of a drawing would make that part a stop of the Tab key.
 */
export function roving(picture, part = picture) {
  let key = null;
  const all = () => [...part.querySelectorAll(".axis")];
  const settle = () => {
    const axes = all();
    const here = axes.find((axis) => axis.dataset.key === key) ?? axes[0];
    for (const axis of axes) axis.setAttribute("tabindex", axis === here ? "0" : "-1");
    return here;
  };
  picture.addEventListener("focusin", ({ target }) => {
    key = target.closest(".axis")?.dataset.key ?? key;
    settle();
  });
  picture.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const axes = all();
    const here = axes.indexOf(document.activeElement);
    const next = step && here >= 0 && axes[here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  /** Draw anew; the axis that had the keyboard has it again. */
  const redraw = (markup) => {
    const had = part.contains(document.activeElement);
    part.innerHTML = markup;
    const here = settle();
    if (had) here?.focus({ preventScroll: true });
  };
  return redraw;
}
