// Beside and below the picture: what the chosen number has read, in words, and the two summaries.
import { el } from "../shared/controls.js";
import { snippetPanel } from "../shared/snippet.js";
import { codeOf, fieldsOf } from "./snippet.js";
import { countRead, elementOf, lightsOf, movedByAll, stepsRun, summariesOf, verdictOf, wordsOf } from "./who_reads.js";

/** What a half has read, as a strip of steps: a button that chooses it. */
function strip(place, name, moved, state, go) {
  const [length, run] = [state.lengths[place.item], stepsRun(state, place.item)];
  const lights = lightsOf(moved);
  const cells = lights.map((light, step) =>
    el("i", { class: step < length ? "" : "pad", style: `--light: ${light.toFixed(3)}` }),
  );
  const { steps, pads } = countRead(moved, length);
  const count = `${steps.length} of ${run}${pads ? `, ${pads} ${pads === 1 ? "pad" : "pads"}` : ""}`;
  const made = el("button", { type: "button", class: "strip", "aria-label": `${name}: has read ${count} steps` });
  made.append(
    el("span", { class: "who" }, name),
    el("span", { class: lights.length > 40 ? "steps close" : "steps" }, ...cells),
    el("span", { class: "count" }, count),
  );
  made.addEventListener("click", () => go(place));
  return made;
}

/** The two summaries, each with what its halves have read. */
export function summaries(state, arrays, item, go) {
  return summariesOf({ sizes: state.sizes, item }).map(({ code, halves }) => {
    const moved = halves.map((half) => movedByAll(arrays, half, state.sizes));
    const [right, why] = verdictOf(halves, moved, state);
    const names = halves.length === 2 ? ["forward half", "backward half"] : ["all units"];
    return el(
      "section",
      { class: `summary ${right ? "right" : "wrong"}`, "aria-label": `${code} as the summary` },
      el("h3", {}, el("code", {}, code), " as the summary"),
      ...halves.map((half, i) => strip({ ...half, unit: 0 }, names[i], moved[i], state, go)),
      el("p", { class: "verdict" }, el("b", {}, right ? "✓ " : "✗ "), why),
    );
  });
}

/** The words beside the picture: which number it is, what it has read, and the code that picks it. */
export function wordsPanel() {
  const heading = el("h3");
  const lines = Object.fromEntries(
    ["what", "read", "pads", "most", "way"].map((name) => [name, el("p", { class: name })]),
  );
  const snippet = snippetPanel();
  const whole = el(
    "div",
    { class: "words" },
    el("div", { role: "status" }, heading, ...Object.values(lines)),
    snippet.whole,
  );
  const show = (place, state, moved) => {
    const words = wordsOf(place, state, moved);
    heading.textContent = elementOf(place, state.sizes);
    for (const [name, line] of Object.entries(lines)) line.textContent = words[name];
    snippet.show(codeOf(place, state), fieldsOf(place, state));
  };
  return { whole, show };
}
