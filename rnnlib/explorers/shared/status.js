// Whether the numbers on screen are the live layer's for what is chosen now, and the words that say so.
import { listen } from "./controls.js";

const LATE = 1500; // milliseconds after which a kernel that has not answered is said to be silent

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Whether the answer on screen belongs to what is chosen now: live, running, waiting, stale, failed or refused. */
export function statusOf(answer, wanted, { connected, late, problem, running }) {
  if (!connected || late) return "stale"; // until the kernel speaks again, whatever the sliders say
  const belongs = (asked) => Object.entries(wanted).every(([name, value]) => alike(asked[name], value));
  const current = answer.asked !== undefined && belongs(answer.asked);
  if (!current && running?.asked && belongs(running.asked)) return "running";
  if (!current && problem) return "failed";
  if (!current) return "waiting";
  return answer.refused ? "refused" : "live";
}

/** The words that go with a status. */
export function statusSaid(status, answer, running) {
  if (status === "running")
    return `Running in the background: ${running.says}${answer.asked ? " What stands below belongs to other sizes." : ""}`;
  if (status === "refused") return answer.refused;
  if (status === "failed") return "Not live: these numbers belong to the last sizes that worked.";
  if (status === "stale")
    return "Not live: the kernel does not answer. If a cell is still running, wait for it; after a restart, run the cells from the top again.";
  return "";
}

/** What is chosen now: the traits by which the kernel was asked. */
function chosenOf(model) {
  const { asked = model.get("running")?.asked ?? {} } = model.get("answer");
  return Object.fromEntries(Object.keys(asked).map((name) => [name, model.get(name)]));
}

/**
 * Say how the kernel's answer stands, on `whole` as data-state and in `notice`: `show` whenever the choice moves,
 * `revive` when an answer comes.
 */
export function liveStatus(model, { whole, notice }) {
  const link = { connected: true, late: false, timer: 0 };
  const show = () => {
    const [answer, running] = [model.get("answer"), model.get("running")]; // of which not every explorer has the second
    const now = statusOf(answer, chosenOf(model), { ...link, running, problem: model.get("problem") });
    whole.dataset.state = now;
    notice.textContent = statusSaid(now, answer, running);
    if (now === "waiting") link.timer ||= setTimeout(() => lose({ late: true }), LATE);
    else stopWaiting();
  };
  const stopWaiting = () => {
    clearTimeout(link.timer);
    link.timer = 0;
  };
  const lose = (how) => {
    Object.assign(link, how);
    show();
  };
  const revive = () => {
    stopWaiting();
    lose({ connected: true, late: false });
  };
  // ipywidgets says so when the kernel restarts or dies; of a kernel that is shut down, only its silence tells.
  const deaf = listen(model, {
    "change:problem": revive,
    "change:running": revive,
    comm_live_update: () => lose({ connected: false }),
  });
  const stop = () => {
    stopWaiting();
    deaf();
  };
  return { show, revive, stop };
}
