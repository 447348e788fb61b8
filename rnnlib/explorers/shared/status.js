// Whether what is on screen is the live layer's for what is chosen now, and the words that say so.
import { listen } from "./controls.js";

const LATE = 1500; // milliseconds after which a kernel that has not answered is said to be silent

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** How the answer on screen stands to what is chosen now: live, refused, running, failed, waiting, stale or unknown. */
export function statusOf(get, { connected = true, late = false } = {}) {
  if (!connected || late) return "stale"; // until the kernel speaks again, whatever the sliders say
  const belongs = (asked) => asked && Object.entries(asked).every(([name, value]) => alike(get(name), value));
  const answer = get("answer");
  if (belongs(answer.asked)) return answer.refused ? "refused" : "live";
  if (get("page")) return "unknown"; // a page without a kernel has only what was recorded
  if (belongs(get("running")?.asked)) return "running";
  return get("problem") ? "failed" : "waiting";
}

/** The words that go with a state, the same in every explorer. */
export function statusSaid(state, get) {
  if (state === "running") return `Running in the background: ${get("running").says}`;
  if (state === "refused") return get("answer").refused;
  if (state === "failed") return "Not live: what is shown belongs to the last choice that worked.";
  if (state === "stale")
    return "Not live: the kernel does not answer. Wait for a running cell, or run the cells from the top again.";
  if (state === "unknown") return get("page").unknown();
  if (state === "live") return get("page")?.returned ?? "";
  return "";
}

/** Watch how the answer stands: `told(state, words)` hears it whenever it may have changed. `check()` after a redraw. */
export function watchKernel(model, told) {
  const get = (name) => model.get(name);
  const link = { connected: true, late: false };
  let timer = 0;
  const check = () => {
    const state = statusOf(get, link);
    told(state, statusSaid(state, get));
    if (state === "waiting") timer ||= setTimeout(() => lose({ late: true }), LATE);
    else {
      clearTimeout(timer);
      timer = 0;
    }
  };
  const lose = (how) => {
    Object.assign(link, how);
    check();
  };
  const revive = () => lose({ connected: true, late: false });
  const names = Object.keys(get("answer").asked ?? {});
  const moved = Object.fromEntries(names.map((name) => [`change:${name}`, check]));
  // ipywidgets says so when the kernel restarts or dies; of a kernel that is shut down, only its silence tells.
  const deaf = listen(model, {
    ...moved,
    "change:answer": revive,
    "change:running": revive,
    "change:problem": revive,
    comm_live_update: () => lose({ connected: false }),
  });
  check();
  const stop = () => {
    clearTimeout(timer);
    deaf();
  };
  return { check, stop };
}
