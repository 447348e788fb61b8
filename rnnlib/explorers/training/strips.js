// The lab's controls: what is learned, by what model, how; and the buttons that start and stop it.
import { changes, choice, el, listen, pick, slider, toggle } from "../shared/controls.js";
import { LENGTH, LOOP, MADE, optionsOf, SIZES, valueSaid } from "./words.js";

const RANGES = { seq_len: [2, 200], hidden_size: [1, 128], num_layers: [1, 4] };

/** The controls by name, as far as a lecturer shows them. */
export function controlsOf(model, say) {
  const get = (name) => model.get(name);
  const menu = (name) =>
    pick(
      model,
      name,
      name,
      () => optionsOf(name, get(name)),
      (value) => valueSaid(name, value),
    );
  const make = {
    task: () => pick(model, "task", "task", () => get("tasks")),
    kind: () => choice(model, "kind", Object.keys(get("families"))),
    ...Object.fromEntries(SIZES.map((name) => [name, () => slider(model, name, RANGES[name], say)])),
    bidirectional: () => toggle(model, "bidirectional"),
    packed: () => toggle(model, "packed"),
    summary: () => pick(model, "summary", "summary", () => get("summaries")),
    ...Object.fromEntries([...LOOP, ...LENGTH].map((name) => [name, () => menu(name)])),
    ...(get("devices").length > 1 && { device: () => choice(model, "device", get("devices")) }),
  };
  const shown = Object.keys(make).filter((name) => get("controls").includes(name));
  const made = Object.fromEntries(shown.map((name) => [name, make[name]()]));
  /** What changes nothing is not there to be changed. */
  const mind = () => {
    if (made.seq_len) made.seq_len.whole.hidden = !MADE.includes(get("task"));
    if (made.forget_bias) made.forget_bias.whole.hidden = !get("families")[get("kind")].keeps;
  };
  mind();
  return { made, mind };
}

/** The buttons that start, pause and end a training. */
export function buttonBar(model) {
  const get = (name) => model.get(name);
  const named = (name, more = "") => el("button", { type: "button", class: more }, name);
  const [main, one, cancel, anew] = [named("Start", "start"), named("Step"), named("Cancel"), named("Anew")];
  let silent = false;
  const send = (doing) => () => {
    model.set("doing", doing);
    model.save_changes();
  };
  const trains = () => get("doing") === "training" && !silent;
  main.addEventListener("click", () => send(trains() ? "paused" : "training")());
  one.addEventListener("click", send("step"));
  cancel.addEventListener("click", send(""));
  anew.addEventListener("click", send("anew"));
  const show = () => {
    const doing = silent ? "" : get("doing");
    main.textContent = { training: "Pause", paused: "Go on", step: "Go on" }[doing] ?? "Start";
    main.classList.toggle("on", doing === "training");
    main.hidden = Boolean(get("page") && get("run").number); // there is no other run: that one is played again
    for (const button of [cancel, anew]) button.disabled = !doing;
  };
  const mind = (state) => {
    silent = state === "stale";
    show();
  };
  const deaf = listen(model, changes(["doing"], show));
  show();
  const parts = get("page") ? [main] : [main, one, cancel, anew]; // what was recorded is played, and no more
  return { parts, mind, stop: deaf };
}
