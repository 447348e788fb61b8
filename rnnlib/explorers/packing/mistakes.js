// What goes wrong if …: a wrong setting is chosen, torch is asked, and the cure is run too.
import { el, listen } from "../shared/controls.js";

/** The menu's words for a mistake, with what came of it once it was tried. */
export const mistakeSaid = (title, raised) =>
  raised === undefined ? title : `${raised ? "raised" : "raised nothing"} · ${title}`;

/**
 * The panel of wrong settings. It opens with the first that is tried, and keeps its height from one to the next. Where none
 * is `offered` to be chosen, the one that is tried is a bug to find: its cure waits behind a button. `mind(state)` hears
 * how the answer stands: on a page nothing is known of what was not recorded.
 */
export function mistakePanel(model, offered) {
  const raised = {};
  const menu = el("select", { "aria-label": "a wrong setting" }, el("option", { value: "" }, "choose one to try it"));
  const options = model
    .get("mistakes")
    .map(({ name, title }) => el("option", { value: name, "data-title": title }, title));
  menu.append(...options);
  const parts = Object.fromEntries(
    ["code", "error", "cure", "cured", "why"].map((name) => [name, el("p", { class: name })]),
  );
  const [code, cure] = ["code", "cure"].map((name) =>
    el("pre", { tabindex: 0, role: "group", "aria-label": name }, el("code")),
  );
  const ask = el("button", { type: "button", class: "quiet" }, "Show the cure");
  const panel = el(
    "div",
    { class: "tried fades", "aria-live": "polite", hidden: true },
    el("div", { class: "wrong-way" }, el("b", {}, "Goes wrong"), code, parts.error),
    el("div", { class: "right-way" }, el("b", {}, "Cure"), cure, parts.cured, ask),
    parts.why,
  );
  const fold = (waits) => {
    ask.hidden = !waits;
    for (const part of [cure, parts.cured, parts.why]) part.hidden = waits;
    if (model.get("answer").tried?.cures === false) parts.cured.hidden = false; // its author must see it
  };
  ask.addEventListener("click", () => fold(false));
  let last = "";
  menu.addEventListener("change", () => {
    model.set("mistake", menu.value);
    model.save_changes();
  });
  const mind = (state) => {
    const known = state === "unknown" ? {} : raised;
    for (const option of options) option.textContent = mistakeSaid(option.dataset.title, known[option.value]);
  };
  const show = () => {
    const [chosen, tried] = [model.get("mistake"), model.get("answer").tried];
    menu.value = chosen;
    whole.hidden = !offered && !chosen;
    panel.hidden ||= !chosen;
    if (chosen !== last) fold(!offered);
    last = chosen;
    if (!chosen || tried?.name !== chosen) return;
    raised[chosen] = tried.raised;
    mind();
    code.firstChild.textContent = tried.code;
    cure.firstChild.textContent = tried.cure;
    for (const name of ["error", "cured", "why"]) parts[name].textContent = tried[name];
    parts.cured.classList.toggle("fails", !tried.cures);
    panel.hidden = false;
  };
  const title = offered ? [el("label", { class: "pick" }, el("b", {}, "What goes wrong if …"), menu)] : [];
  const whole = el("div", { class: "mistakes", role: "region", "aria-label": "What goes wrong" }, ...title, panel);
  const deaf = listen(model, { "change:mistake": show, "change:answer": show });
  show();
  return { whole, mind, stop: deaf };
}
