// What the real layer says: its facts in words, and what the last move changed.
import { el } from "../shared/controls.js";
import { duration } from "../shared/numbers.js";

const SAID = { "=": "holds", "≠": "does not hold", "✗": "is a fault" };

/** A fact, with = or ≠ before it; ✗ is for what may never be. */
export function checkLine({ sentence, mark, why }) {
  const kind = mark === "=" ? "right" : mark === "✗" ? "wrong" : "differs";
  const sign = el("span", { class: `${kind} live`, role: "img", "aria-label": SAID[mark] }, mark);
  return el("li", {}, sign, el("span", {}, why ? `${sentence}: ${why}` : sentence));
}

/** Where it ran, how long, how many parameters, and whether their shapes are those drawn. */
export function factsOf({ device, seconds, parameters, weights_agree: agree }) {
  const time = seconds === undefined ? "not run" : duration(seconds);
  const tick = agree === undefined ? "" : agree ? " ✓" : " ✗";
  return [device, time, `${parameters.toLocaleString("en")} parameters${tick}`].join(" · ");
}

/** What moves `[name, old, now]` changed, in one line, by every tensor's sizes by name, before and after. */
export function changeSaid(moves, before, after) {
  const names = Object.keys(after).filter((tensor) => String(before[tensor]) !== String(after[tensor]));
  const isWeight = (tensor) => /^(weight|bias)_/.test(tensor);
  const weights = names.filter(isWeight).length;
  const moved = names.filter((tensor) => !isWeight(tensor));
  if (weights) moved.push(`${weights} parameter${weights > 1 ? "s" : ""}`);
  const last = moved.pop();
  const said = last
    ? `changed the shape of ${moved.length ? `${moved.join(", ")} and ` : ""}${last}`
    : "changed no shape";
  return `${moves.map(([name, old, now]) => `${name} ${old} → ${now}`).join(", ")} ${said}.`;
}
