// The run's steps, walked back and forth: a slider, and a button that plays what was recorded. No kernel is needed.
import { el } from "../shared/controls.js";

const [PLAYED, TICK] = [8000, 60]; // milliseconds: of a whole run, and between two pictures

/** A slider over the steps; `moved(step)` hears where it stands. It follows a run that goes on until it is taken back. */
export function player(moved) {
  const range = el("input", { type: "range", "aria-label": "step", min: 0, max: 0, value: 0, step: 1 });
  const button = el("button", { type: "button", class: "play quiet" }, "Play");
  const number = el("span", { class: "at" });
  const whole = el("div", { class: "player" }, button, range, number);
  let [at, last, all, following, timer] = [0, 0, 0, true, 0];

  const show = () => {
    range.max = last;
    range.value = at;
    range.style.setProperty("--fill", `${(100 * at) / Math.max(1, last)}%`);
    number.textContent = `step ${at.toLocaleString("en")} of ${all.toLocaleString("en")}`;
    button.textContent = timer ? "Stop" : "Play";
    button.disabled = range.disabled = !last;
  };
  const go = (step) => {
    at = Math.max(0, Math.min(last, step));
    following = at === last;
    show();
    moved(at);
  };
  const halt = () => {
    clearInterval(timer);
    timer = 0;
  };
  button.addEventListener("click", () => {
    if (timer) {
      halt();
      return go(at);
    }
    timer = setInterval(() => {
      const next = Math.min(last, Math.ceil(at + (last * TICK) / PLAYED));
      if (next === last) halt();
      go(next);
    }, TICK);
    go(at === last ? 0 : at);
  });
  range.addEventListener("input", () => {
    halt();
    go(Number(range.value));
  });
  /** So many steps of all are recorded; of a run that has begun anew the slider follows the end. */
  const grow = (done, of, anew) => {
    if (anew) halt();
    [last, all] = [done, of];
    if (anew || (following && !timer)) {
      following = true;
      at = last;
    }
    at = Math.min(at, last);
    show();
    return at;
  };
  show();
  return { whole, grow, play: () => button.click(), at: () => at, playing: () => timer > 0, stop: halt };
}
