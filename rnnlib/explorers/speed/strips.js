// The lab's controls: what is compared, along which values, and the button that measures.
import { changes, choice, el, listen, pick, slider, toggle } from "../shared/controls.js";
import { markOf } from "./chart.js";
import { chartOf, numbersFrom, progressSaid, SIZES } from "./settings.js";

const RANGES = { seq_len: [1, 256], batch: [1, 256], hidden_size: [1, 512], num_layers: [1, 8] };

const mark = (setup) =>
  `<svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true"><path d="${markOf(setup, 5.5)}"/></svg>`;

/** A sentence with a setup's mark before it. */
export function marked(setup, words) {
  const line = el("li", { class: "mine", "data-setup": setup }, words);
  line.insertAdjacentHTML("afterbegin", mark(setup));
  return line;
}

/** A setup's name with its colour and mark: all that are compared, or, where they can be chosen, a switch for each. */
export function legend(model, chosen) {
  const whole = el("div", { class: "legend", role: "group", "aria-label": "compare" });
  const chip = (setup) => {
    const drawn = el("span", {});
    drawn.innerHTML = mark(setup);
    const box = el("input", { type: "checkbox", checked: model.get("compare").includes(setup) });
    box.addEventListener("change", () => {
      const on = new Set([...whole.querySelectorAll(":checked")].map((one) => one.closest(".chip").dataset.setup));
      model.set(
        "compare",
        model.get("setups").filter((one) => on.has(one)),
      );
      model.save_changes();
    });
    return el(
      chosen ? "label" : "span",
      { class: "chip", "data-setup": setup, "data-part": setup },
      ...(chosen ? [box] : []),
      drawn,
      setup,
    );
  };
  const show = () => {
    if (!chosen) whole.replaceChildren(...model.get("compare").map(chip));
    for (const one of whole.querySelectorAll("input"))
      one.checked = model.get("compare").includes(one.closest(".chip").dataset.setup);
  };
  if (chosen) whole.replaceChildren(...model.get("setups").map(chip));
  show();
  return { whole, stop: listen(model, { "change:compare": show }) };
}

/** The values along the axis, typed: what is wrong with them is said while they are typed. */
function valuesField(model, say) {
  const field = el("input", { type: "text", "aria-label": "values", autocomplete: "off" });
  const whole = el("label", { class: "field" }, el("span", {}, "values"), field);
  let wide = 8;
  const show = () => {
    field.value = model.get("values").join(", ");
    wide = Math.max(wide, Math.min(24, field.value.length));
    field.size = wide; // never narrower than it was, or what stands beside it would jump
    whole.dataset.symbol = model.get("axis");
    mind();
  };
  /** Marked is what is no list of numbers, and what the kernel says cannot be measured. */
  const mind = () => {
    const { problem } = numbersFrom(field.value);
    const cannot = model.get("answer").cannot?.length > 0;
    field.setAttribute("aria-invalid", String(Boolean(problem) || cannot));
    return problem;
  };
  field.addEventListener("input", () => say(mind()));
  field.addEventListener("change", () => {
    const { numbers } = numbersFrom(field.value);
    if (!numbers) return;
    model.set("values", numbers);
    model.save_changes();
  });
  field.addEventListener("blur", () => {
    const problem = mind(); // what was typed stays until it is mended
    if (problem) say(`${problem} They stay ${model.get("values").join(", ")}.`);
    else show();
  });
  const deaf = listen(model, changes(["values", "axis"], show));
  show();
  return { whole, mind, stop: deaf };
}

/** The controls by name, as far as a lecturer shows them. */
export function controlsOf(model, say) {
  const make = {
    kind: () => choice(model, "kind", Object.keys(model.get("families"))),
    axis: () => pick(model, "axis", "axis", () => SIZES),
    values: () => valuesField(model, say),
    ...(model.get("devices").length > 1 && { device: () => choice(model, "device", model.get("devices")) }),
    backward: () => toggle(model, "backward"),
    ...Object.fromEntries(SIZES.map((name) => [name, () => slider(model, name, RANGES[name], say)])),
  };
  const shown = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(shown.map((name) => [name, make[name]()]));
}

/** The button that measures and cancels, and how far it is. */
export function measureBar(model) {
  const button = el("button", { type: "button", class: "measure" });
  const bar = el("progress", { "aria-label": "measured so far", max: 1, value: 0 });
  const now = el("span", { class: "now", role: "status" });
  let silent = false;
  const measures = () => model.get("measuring") && !silent;
  const show = () => {
    const [on, progress] = [measures(), model.get("progress")];
    button.textContent = on ? "Cancel" : "Measure";
    button.classList.toggle("on", on);
    bar.max = progress.of ?? 1;
    bar.value = progress.done ?? 0;
    bar.hidden = !on;
    now.textContent = model.get("page") && progress.now ? "As it was recorded." : progressSaid(progress);
  };
  /** What was said of other settings than those chosen now is over, and so is what a silent kernel said. */
  const mind = (state) => {
    silent = state === "stale";
    show();
    now.hidden = silent || (!measures() && chartOf((name) => model.get(name)).of === "other");
  };
  button.addEventListener("click", () => {
    model.set("measuring", !measures());
    model.save_changes();
  });
  const deaf = listen(model, changes(["measuring", "progress"], show));
  show();
  return { parts: [button, el("span", { class: "how-far" }, now, bar)], mind, stop: deaf };
}
