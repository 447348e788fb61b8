// What a view knows as its model, on a page with no kernel: its state, and the answers that were recorded. Pure.

const alike = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
const pick = (all, names) => Object.fromEntries(names.map((name) => [name, all[name]]));

const NOTHING = { moved: {}, after: {}, most: {} };
export const NOT_HERE = "Not here: that takes torch, and this page has none. The live course does it.";
const ONE_RUN = "Not known here: recorded is one run.";
const ONE_MOVE = "Not known here: recorded is one control at a time.";
const FEW = 6; // recorded values that are all said
const said = (value) => ({ true: "on", false: "off", null: "none" })[value] ?? [value].flat().join(", ");

/** The values of each control that a recording has an answer to, from small to large. */
export function recordedValues({ state, moves }) {
  const values = {};
  for (const { moved } of moves)
    for (const [name, value] of Object.entries(moved)) values[name] = [...(values[name] ?? [state[name]]), value];
  for (const of of Object.values(values)) of.sort((a, b) => a - b);
  return values;
}

/**
 * A model as anywidget's is. A choice is answered where it was recorded: one control moved from where the page began, or
 * none. Of any other it knows nothing: the last answer stays, and belongs to another choice. Where nothing can be drawn
 * then (`snaps`), the controls go back to what was recorded, and the page's `returned` says which.
 */
export function pageModel({ state: begun, asked, places, acts, moves, most, snaps, page }) {
  const state = { ...begun }; // what "none was moved" is; an act that is played back changes it for good
  const back = () => {
    const others = Object.keys(state).filter((name) => !places.includes(name)); // what only followed, too
    setAll(pick(state, others));
    model.save_changes();
  };
  /** Why nothing is known of what is chosen. */
  const unknown = () => {
    const [name, ...others] = movedIn(chosen());
    if (acts.length) return ONE_RUN;
    if (others.length) return ONE_MOVE;
    const values = recordedValues({ state, moves })[name] ?? [];
    const few = values.length > FEW ? [...values.slice(0, 2), "…", values.at(-1)] : values;
    if (few.some(Array.isArray)) return `Not known here: recorded are other ${name}.`;
    const at = few.length ? `at ${few.map(said).join(", ")}` : "as this page began with it";
    return `Not known here: ${name} was recorded ${at}.`;
  };
  const forget = () => {
    about.returned = "";
  };
  const about = { ...page, back, unknown, forget, returned: "", values: snaps ? recordedValues({ state, moves }) : {} };
  const now = { ...state, page: about };
  const listeners = {};
  let shown = { ...NOTHING, most }; // the move that is answered on screen
  let touched = []; // by the learner, since the last answer
  let returnedBy = ""; // the control that was moved when others went back

  const trigger = (event) => {
    for (const listener of [...(listeners[event] ?? [])]) listener();
  };
  /** All are set before any is told, as of a kernel's message: who hears one sees them all. */
  const setAll = (values) => {
    const other = ([name, value]) => !alike(now[name], value) || ArrayBuffer.isView(value);
    const names = Object.entries(values)
      .filter(other)
      .map(([name]) => name);
    Object.assign(now, pick(values, names));
    for (const name of names) trigger(`change:${name}`);
  };
  const set = (name, value) => setAll({ [name]: value });
  /** What was chosen; what only followed from the move before is as it was. */
  const chosen = () => {
    const followed = asked.filter((name) => name in shown.after && alike(now[name], shown.after[name]));
    return pick({ ...now, ...pick(state, followed) }, asked);
  };
  const movedIn = (choice) => asked.filter((name) => !alike(choice[name], state[name]));
  const moveTo = (choice) => {
    const moved = pick(choice, movedIn(choice));
    if (!Object.keys(moved).length) return { ...NOTHING, most };
    return moves.find((move) => alike(Object.entries(move.moved).sort(), Object.entries(moved).sort()));
  };
  /** Where to look: where a move leads, unless the learner has turned elsewhere; but within what is there. */
  const look = (found) => {
    for (const name of places) {
      const [before, led] = [shown, found].map(({ after }) => (name in after ? after[name] : state[name]));
      const last = found.most[name];
      set(name, now[name] === before ? led : last === undefined ? now[name] : Math.min(now[name], last));
    }
  };
  const show = (found) => {
    const others = (after) => Object.keys(after).filter((name) => !places.includes(name));
    const traits = { ...pick(state, others(shown.after)), ...pick(found.after, others(found.after)) };
    setAll(traits);
    look(found);
    shown = found;
  };
  const act = (name, found) => {
    Object.assign(state, found.after);
    setAll({ ...found.after, [name]: state[name] });
  };
  /** Of several that were moved the last alone, where that was recorded; the others go back, or all do. */
  const goBack = (last) => {
    const choice = chosen();
    const found = moveTo({ ...state, [last]: choice[last] });
    const others = movedIn(choice).filter((name) => !found || name !== last);
    const are = others.map((name) => `${name} is back at ${said(state[name])}`).join(", ");
    about.returned = found ? `${are}: on this page one control moves at a time.` : `${unknown()} So ${are}.`;
    returnedBy = last;
    setAll(pick(state, others));
    show(found ?? { ...NOTHING, most });
  };
  const model = {
    get: (name) => now[name],
    set(name, value) {
      touched.push(name);
      set(name, value);
    },
    on(event, listener) {
      listeners[event] = new Set([...(listeners[event] ?? []), listener]);
    },
    off: (event, listener) => listeners[event]?.delete(listener),
    send() {},
    save_changes() {
      const last = touched.filter((name) => asked.includes(name)).at(-1);
      if (last !== returnedBy) forget(); // what a drag put back is said until it ends
      if ("problem" in state) set("problem", state.problem);
      const tried = acts.find((name) => !alike(now[name], state[name]));
      const found = moveTo(chosen());
      if (tried && found) act(tried, found);
      else if (tried) {
        set(tried, state[tried]);
        set("problem", NOT_HERE);
      } else if (found) show(found);
      else if (snaps && last) goBack(last);
      touched = [];
    },
  };
  return model;
}
