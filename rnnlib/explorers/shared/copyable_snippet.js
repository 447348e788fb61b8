// The code that does the same: a template with fields such as {num_layers*num_directions}, filled as sliders move.
import { el } from "./controls.js";
import { colourOf, numberOf } from "./symbols.js";

const FIELD = /\{([a-z_*]+)\}/g;

/** The snippet as text, ready to run. */
export function filled(template, sizes) {
  return template.replace(FIELD, (_, axis) => numberOf(axis, sizes));
}

/** The snippet in parts: plain text, and numbers that know their axis. */
export function partsOf(template, sizes) {
  return template
    .split(FIELD)
    .map((part, i) => (i % 2 ? { text: String(numberOf(part, sizes)), symbol: colourOf(part) } : { text: part }));
}

/** `open`, the parts and `close` on one line where it is no longer than `most`, else as many parts on a line as fit. */
export function wrapped(open, parts, close, most) {
  const whole = `${open}${parts.join(", ")}${close}`;
  if (whole.length <= most) return whole;
  const lines = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)} ${part},`;
    if (lines.length && longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(`    ${part},`);
  }
  return [open, ...lines, close].join("\n");
}

/** One state as it is, two in brackets, as torch takes and gives them. */
export const together = (names) => (names.length === 1 ? names[0] : `(${names.join(", ")})`);

/** A button that copies what `words()` gives, which stands in `code`. */
export function copyButton(code, words) {
  const copy = el("button", { type: "button", class: "copy" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words());
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // no clipboard on a page served without https: one key is left to press
      copy.textContent = "Press Ctrl+C";
    }
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 1500);
  });
  return copy;
}

/** The panel with the snippet and its button; `show` fills it, every number in the colour of its axis. */
export function snippetPanel() {
  const code = el("code");
  let now = "";
  const copy = copyButton(code, () => now);
  const show = (template, sizes) => {
    now = filled(template, sizes);
    const parts = partsOf(template, sizes).map(({ text, symbol }) =>
      symbol ? el("span", { class: "size", "data-symbol": symbol }, text) : text,
    );
    code.replaceChildren(...parts);
  };
  const whole = el(
    "div",
    { class: "snippet", role: "region", "aria-label": "The code that does the same" },
    copy,
    el("pre", {}, code),
  );
  return { whole, show };
}
