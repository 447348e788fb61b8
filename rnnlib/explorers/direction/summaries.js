// The two summaries that people take of a sequence, told when asked: what each half has read, and whether it will do.
import { el } from "../shared/controls.js";
import { countRead, movedByAll, rangesOf, stepsRun, summariesOf, verdictOf } from "./who_reads.js";

/** What a half has read, in few words. */
function readSaid(moved, length, run) {
  const { steps, pads } = countRead(moved, length);
  const which = steps.length ? `${rangesOf(steps)}, ` : "";
  return `${which}${steps.length} of ${run}${pads ? `, ${pads} ${pads === 1 ? "pad" : "pads"}` : ""}`;
}

/** Each summary with its halves, buttons that choose them; to point at one is to look at it. */
export function summaries(state, arrays, item, { look, go }) {
  return summariesOf({ sizes: state.sizes, item }).map(({ code, halves }) => {
    const moved = halves.map((half) => movedByAll(arrays, half, state.sizes));
    const [right, why] = verdictOf(halves, moved, state);
    const names = halves.length === 2 ? ["forward half", "backward half"] : ["all units"];
    const rows = halves.map((half, i) => {
      const read = readSaid(moved[i], state.lengths[item], stepsRun(state, item));
      const made = el("button", { type: "button" }, el("span", {}, names[i]), " ", el("b", {}, read));
      const place = { ...half, unit: 0 };
      made.addEventListener("click", () => go(place));
      for (const name of ["pointerenter", "focus"]) made.addEventListener(name, () => look(place));
      for (const name of ["pointerleave", "blur"]) made.addEventListener(name, () => look(null));
      return made;
    });
    const mark = el("span", { class: `${right ? "right" : "differs"} live` }, right ? "= " : "≠ ");
    return el(
      "div",
      { class: "summary", role: "region", "aria-label": `${code} as the summary` },
      el("h3", {}, el("code", {}, code)),
      ...rows,
      el("p", {}, mark, why),
    );
  });
}
