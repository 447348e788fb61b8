// The controls that all explorers share: a slider with its number, a switch, a choice. Each binds one trait of the model.

/** Make an element: `el("p", { class: "quiet" }, "text", child)`. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Listen to a model's events; gives back what stops it. anywidget's model takes one name at a time. */
export function listen(model, events) {
  for (const [name, listener] of Object.entries(events)) model.on(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(events)) model.off(name, listener);
  };
}

/** The same listener for the changes of several traits. */
export function changes(names, listener) {
  return Object.fromEntries(names.map((name) => [`change:${name}`, listener]));
}

const MOST_LAYERS = 10_000; // as in Python: a picture made of more would take for ever

/** What a learner typed for a size: the number, or a sentence that says what is wrong with it. */
export function sizeFrom(name, typed, least = 1) {
  const value = Number(typed);
  if (String(typed).trim() === "" || !Number.isFinite(value))
    return { problem: `${name} must be a whole number, not "${typed}".` };
  if (!Number.isInteger(value)) return { problem: `${name} must be a whole number, not ${value}.` };
  if (value < least) return { problem: `${name} must be at least ${least}, not ${value}.` };
  if (name === "num_layers" && value > MOST_LAYERS)
    return { problem: `num_layers must be at most ${MOST_LAYERS}, not ${value}: no more can be drawn.` };
  if (value > Number.MAX_SAFE_INTEGER) return { problem: `${name} is larger than any tensor can be: ${value}.` };
  return { value };
}

/** What a learner typed for a number between two: the number, or a sentence that says what is wrong with it. */
export function numberFrom(name, typed, [least, most]) {
  const value = Number(typed);
  if (String(typed).trim() === "" || !(value >= least && value <= most))
    return { problem: `${name} must be a number from ${least} to ${most}, not "${typed}".` };
  return { value };
}

const nearest = (stops, value) =>
  stops.reduce((best, stop) => (Math.abs(stop - value) < Math.abs(best - value) ? stop : best));

/** Where a slider that knows `stops` alone goes from one of them: to the nearest; by a key, a `step` on, to the next. */
export function stopFrom(stops, now, value, step) {
  const onward = stops.filter((stop) => (stop - now) * (value - now) > 0);
  return nearest(Math.abs(value - now) < 1.5 * step && onward.length ? onward : stops, value);
}

/**
 * A slider and a field for the same trait. `say` gets a sentence when what was typed cannot be. With a `step` below 1 it
 * is for any number between its ends; `label` is what stands beside it, where that is not the trait's name.
 */
export function slider(model, name, ends, say, { step = 1, label = name } = {}) {
  let [least, most] = ends;
  const range = el("input", { type: "range", "aria-label": name, min: least, max: most, step });
  const field = el("input", { type: "text", inputmode: "numeric", "aria-label": `${name}, typed`, size: 5 });
  const show = () => {
    const value = model.get(name);
    range.max = Math.max(most, value); // a larger one can be typed; then the slider reaches it
    range.value = value;
    field.value = value;
    range.style.setProperty("--fill", `${(100 * (value - range.min)) / (range.max - range.min || 1)}%`);
  };
  const take = (value) => {
    say("");
    model.set(name, value);
    model.save_changes();
  };
  const stops = model.get("page")?.values?.[name]; // without a kernel a slider may stop at what was recorded alone
  range.addEventListener("input", () => {
    const value = Number(range.value);
    take(stops ? stopFrom(stops, model.get(name), value, step) : value);
    if (stops) show(); // where the value stays, the thumb does, too
  });
  let before;
  range.addEventListener("pointerdown", () => {
    before = model.get(name);
  });
  range.addEventListener("pointercancel", () => take(before)); // a swipe that began here scrolls the page
  field.addEventListener("change", () => {
    const { value, problem } = step < 1 ? numberFrom(name, field.value, ends) : sizeFrom(name, field.value, least);
    if (problem) {
      show();
      say(problem);
    } else take(value);
  });
  model.on(`change:${name}`, show);
  show();
  const whole = el("div", { class: "slider", "data-symbol": name }, el("span", { class: "name" }, label), field, range);
  const reach = (from, to) => {
    range.min = from;
    [least, most] = [from, to];
    show();
  };
  const disable = (off) => {
    for (const input of [range, field]) input.disabled = off;
  };
  return { whole, disable, reach, stop: () => model.off(`change:${name}`, show) };
}

const same = (value) => value;

/** A switch. `read` and `write` translate between the trait and true or false. */
export function toggle(model, name, label = name, read = same, write = same) {
  const box = el("input", { type: "checkbox", role: "switch" });
  const show = () => {
    box.checked = read(model.get(name));
  };
  box.addEventListener("change", () => {
    model.set(name, write(box.checked));
    model.save_changes();
  });
  model.on(`change:${name}`, show);
  show();
  const whole = el("label", { class: "toggle" }, box, el("span", {}, label));
  return {
    whole,
    disable: (off) => {
      box.disabled = off;
    },
    stop: () => model.off(`change:${name}`, show),
  };
}

/** One of a few: radio buttons that look like one bar. `read` and `write` translate between trait and option. */
export function choice(model, name, options, read = same, write = same) {
  const group = `${name}-${Math.random().toString(36).slice(2)}`;
  const boxes = options.map((option) => el("input", { type: "radio", name: group, value: option }));
  const show = () => {
    for (const box of boxes) box.checked = box.value === read(model.get(name));
  };
  for (const box of boxes) {
    box.addEventListener("change", () => {
      model.set(name, write(box.value));
      model.save_changes();
    });
  }
  model.on(`change:${name}`, show);
  show();
  const bars = boxes.map((box) => el("label", {}, box, el("span", {}, box.value)));
  const whole = el("div", { class: "choice", role: "radiogroup", "aria-label": name }, ...bars);
  return {
    whole,
    disable: (off) => {
      for (const box of boxes) box.disabled = off;
    },
    stop: () => model.off(`change:${name}`, show),
  };
}

/** One of a few that may change: a menu with its label. `options` gives those there now. */
export function pick(model, name, label, options, words = String) {
  const menu = el("select", { "aria-label": label });
  const show = () => {
    const now = options();
    menu.replaceChildren(
      ...now.map((value, i) => el("option", { value: i, selected: value === model.get(name) }, words(value))),
    );
    menu.disabled = now.length < 2;
  };
  menu.addEventListener("change", () => {
    model.set(name, options()[Number(menu.value)]);
    model.save_changes();
  });
  model.on(`change:${name}`, show);
  show();
  const whole = el("label", { class: "pick" }, el("span", {}, label), menu);
  return { whole, refresh: show, stop: () => model.off(`change:${name}`, show) };
}

/**
 * Keys belong to the control that has the focus, not to the notebook's shortcuts; but what runs a cell, and Escape, go on
 * from the cell. JupyterLab's shortcuts hear a key first, and none at all from where they are suppressed.
 */
export function keepKeys(root) {
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    const leaves = event.key === "Escape" || (event.key === "Enter" && (modified || event.shiftKey));
    const cell = leaves && root.closest(".jp-Cell");
    if (cell) {
      event.preventDefault();
      cell.focus();
      cell.dispatchEvent(new KeyboardEvent("keydown", event));
    }
    if (cell || !(modified || leaves)) event.stopPropagation();
  });
}

/** Keep an element as high as it has been at its width, so that the page stands still while its words change. */
export function holdHeight(element) {
  let [wide, high] = [0, 0];
  const release = () => {
    high = 0;
    element.style.minHeight = "";
  };
  const observer = new ResizeObserver(() => {
    if (element.offsetWidth !== wide) release();
    wide = element.offsetWidth;
    high = Math.max(high, element.offsetHeight);
    element.style.minHeight = `${high}px`;
  });
  observer.observe(element);
  return { release, stop: () => observer.disconnect() };
}

/** What anywidget calls to show a view: build it, and build it anew where a lecturer changes one of the traits `names`. */
export function renderOf(build, names) {
  return ({ model, el: host }) => {
    let stop = build(model, host);
    const rebuild = () => {
      stop();
      stop = build(model, host);
    };
    const deaf = listen(model, changes(names, rebuild));
    return () => {
      deaf();
      stop();
    };
  };
}
