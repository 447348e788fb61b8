// Pointing at an axis, by pointer or by keyboard, lights its symbol wherever it stands and says why it is there.

/** Light what `root` shows of the symbol pointed at, and say the axis' sentence in `caption`. Returns a clean-up. */
export function lightAxes(root, caption) {
  const resting = "Point at an axis, or Tab to one, to see what it is and why it is there.";
  const light = (event) => {
    const symbol = event.target.closest?.(".axis, .size")?.dataset.symbol;
    if (symbol) root.dataset.lit = symbol;
    else delete root.dataset.lit;
    caption.textContent = event.target.closest?.(".axis")?.getAttribute("aria-label") ?? resting;
  };
  const dark = (event) => {
    if (root.contains(event.relatedTarget) && event.relatedTarget?.closest(".axis, .size")) return;
    delete root.dataset.lit;
    caption.textContent = resting;
  };
  const heard = { pointerover: light, pointerleave: dark, focusin: light, focusout: dark };
  for (const [name, listener] of Object.entries(heard)) root.addEventListener(name, listener);
  caption.textContent = resting;
  return () => {
    for (const [name, listener] of Object.entries(heard)) root.removeEventListener(name, listener);
  };
}

/** Remember which axis has the focus before a picture is drawn again, and give it back after. */
export function focusIn(picture) {
  const all = () => [...picture.querySelectorAll(".axis")];
  const index = all().indexOf(document.activeElement);
  return { restore: () => index >= 0 && all()[index]?.focus({ preventScroll: true }) };
}
