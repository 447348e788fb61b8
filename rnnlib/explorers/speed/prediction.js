// What the learner predicts: for each setup a straight line on the two logarithmic axes, moved and tilted by its handles.
import { duration } from "../shared/numbers.js";
import { n, text } from "../shared/svg.js";
import { markOf, timed } from "./chart.js";

const FIRST = -3; // where the first line lies before it is moved, as a power of ten in seconds
const APART = 0.2; // and how far below one another the others do
const STEP = 0.05; // of a decade, for an arrow key; a page key takes ten
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

/** A line between two values of the axis, powers of ten in seconds at either end, that nobody has moved yet. */
export function neutral(values, place = 0) {
  const power = FIRST - APART * place;
  return { least: values[0], most: values.at(-1), from: power, to: power };
}

/** The power of ten that a line has at a value; it goes on beyond the values between which it was drawn. */
export function powerAt({ least, most, from, to }, value) {
  return most > least ? from + ((to - from) * Math.log(value / least)) / Math.log(most / least) : from;
}

/** The same line between other ends. */
export function between(line, values) {
  const [least, most] = [values[0], values.at(-1)];
  return { ...line, least, most, from: powerAt(line, least), to: powerAt(line, most) };
}

/** A line moved up or down, or tilted about its left end by a handle at this share of its length, within the axis. */
export function dragged(line, grip, by, share, [least, most]) {
  const within = (from, power, to) => Math.max(from, Math.min(power, to));
  if (grip === "tilt") return { ...line, to: within(least, line.to + by / share, most) };
  const [low, high] = [Math.min(line.from, line.to), Math.max(line.from, line.to)];
  const up = within(Math.min(0, least - low), by, Math.max(0, most - high));
  return { ...line, from: line.from + up, to: line.to + up };
}

/** A ratio of times, as it is said. */
export function ratioSaid(ratio) {
  if (ratio >= 9.5) return Math.round(ratio).toLocaleString("en");
  return ratio >= 1 ? ratio.toFixed(1) : String(Number(ratio.toPrecision(2)));
}

/** Two ratios, or one where they read alike. */
const both = (ratios) => [...new Set(ratios.map(ratioSaid))].join(" and ");

/** What a setup's line predicts, and what was measured, where it was; "" where neither it nor the first was moved. */
export function predictionSaid(setup, { axis, compare, values, lines, rows }) {
  const [base] = compare;
  if (!(lines[setup] ?? lines[base])) return "";
  const times = (name) => new Map(timed(rows, [name]).map(({ value, median }) => [value, median]));
  const [own, bases] = [times(setup), times(base)];
  const shared = [...own.keys()].filter((value) => bases.has(value));
  const known = shared.length > (setup === base ? 1 : 0);
  const ends = known ? [shared[0], shared.at(-1)] : [values[0], values.at(-1)];
  const ratios = (time) =>
    setup === base ? [time(base, ends[1]) / time(base, ends[0])] : ends.map((at) => time(setup, at) / time(base, at));
  const mine = both(ratios((name, at) => 10 ** powerAt(lines[name] ?? neutral(values, compare.indexOf(name)), at)));
  const real = known && both(ratios((name, at) => (name === setup ? own : bases).get(at)));
  const where = ` at ${axis} ${ends.join(" and ")}`;
  const at = (said) => (/and/.test(said) ? where : "");
  if (setup === base) {
    if (ends[0] === ends[1]) return "";
    const said = `${base} takes ${mine} times as long at ${axis} ${ends[1]} as at ${ends[0]}`;
    return known ? `You predicted that ${said}; measured: ${real}.` : `You predict that ${said}.`;
  }
  const said = `${setup} takes ${mine} times as long as ${base}${at(mine)}`;
  if (!known) return `You predict that ${said}.`;
  return `You predicted that ${said}; measured: ${real}${at(mine) ? "" : at(real)}.`;
}

/** What there is to predict of a setup. */
export function invitationTo(setup, { axis, compare: [base], values }) {
  if (setup !== base) return `Drag the line of ${setup}: how many times as long as ${base} does it take?`;
  const [least, most] = [values[0], values.at(-1)];
  return least === most
    ? `Drag the line of ${base}: how long does it take?`
    : `Drag the line of ${base}: how many times as long does ${axis} ${most} take as ${least}?`;
}

/** The dashed lines. */
export function guessesOf(setups, lineFor, places) {
  return setups
    .map((setup) => {
      const [x1, y1, x2, y2] = endsOf(lineFor(setup), places);
      return `<path class="guess" data-setup="${setup}" d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"/>`;
    })
    .join("");
}

/** Words at the first line's handles, as long as nobody has moved a line. */
export function invitation(setups, lineFor, places) {
  const [x1, y, x2] = endsOf(lineFor(setups[0]), places);
  const { move, tilt } = sharesOf(0, setups.length, x2 - x1);
  const at = (share, words) => text(x1 + share * (x2 - x1), y - 15, words, "middle", 'class="invitation"');
  return at(move, "drag to predict") + at(tilt, "tilt");
}

function endsOf(line, { x, y, values }) {
  const [least, most] = [values[0], values.at(-1)];
  const wide = least === most ? 60 : 0; // one value alone: a short line
  const at = (value) => y(10 ** powerAt(line, value));
  return [x(least) - wide, at(least), x(most) + wide, at(most)];
}

/** Where each grip lies, as a share of its line: side by side, so that lines on one another can be told apart. */
export function sharesOf(index, count, length) {
  const apart = Math.min(30, length / (2 * count + 1)) / length;
  return { move: 0.38 + (index - (count - 1) / 2) * apart, tilt: 1 - (count - 1 - index) * apart };
}

const GRIPS = { move: (setup) => markOf(setup, 6.5), tilt: () => "M0 -11l4.5 6h-3V5h3L0 11L-4.5 5h3V-5h-3Z" };
const NAMES = { move: (setup) => `predict ${setup}`, tilt: (setup) => `predict how ${setup} grows` };

/**
 * Handles in `group` by which lines are drawn. `take(setup, line)` hears every move; `point(words)` what has the focus.
 * `host` listens: a listener for the focus on a part of a drawing would make that part a stop of the Tab key.
 */
export function grips(host, group, { lineFor, take, point }) {
  let [key, places, held] = ["", null, null];
  const range = () => [places.from, places.to];
  const move = ({ setup, grip, share }, line, by) => {
    take(setup, dragged(line, grip, by, share, range()));
    point(group.querySelector(`.grip[data-setup="${CSS.escape(setup)}"]`)?.getAttribute("aria-valuetext") ?? "");
  };
  const about = (grip) => ({ setup: grip.dataset.setup, grip: grip.dataset.grip, share: Number(grip.dataset.share) });

  const draw = (setups, now) => {
    places = now;
    const wanted = JSON.stringify(setups);
    if (wanted !== key) {
      key = wanted;
      held = null;
      group.innerHTML =
        setups.map((setup) => `<path class="hold" data-setup="${setup}" data-grip="move"/>`).join("") +
        setups.flatMap((setup) => Object.keys(GRIPS).map((grip) => gripOf(setup, grip))).join("");
    }
    setups.forEach((setup, i) => {
      const line = lineFor(setup);
      const [x1, y1, x2, y2] = endsOf(line, places);
      const shares = sharesOf(i, setups.length, x2 - x1);
      for (const part of group.querySelectorAll(`[data-setup="${CSS.escape(setup)}"]`)) {
        if (part.matches(".hold")) part.setAttribute("d", `M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}`);
        else {
          const share = shares[part.dataset.grip];
          part.dataset.share = share;
          part.setAttribute("transform", `translate(${n(x1 + share * (x2 - x1))} ${n(y1 + share * (y2 - y1))})`);
          tellGrip(part, line, places);
        }
      }
    });
  };

  const letGo = () => {
    held = null;
  };
  const heard = {
    pointerdown(event) {
      const grip = event.target.closest("[data-grip]");
      if (!grip || event.button) return;
      const { setup } = grip.dataset;
      held = { ...about(grip), y: event.clientY, line: lineFor(setup) };
      host.setPointerCapture(event.pointerId);
      const focused = grip.matches(".grip") ? grip : group.querySelector(`.grip[data-setup="${CSS.escape(setup)}"]`);
      focused.focus({ preventScroll: true });
      event.preventDefault();
    },
    pointermove(event) {
      if (!held) return;
      const units = ((event.clientY - held.y) * places.height) / group.ownerSVGElement.getBoundingClientRect().height;
      move(held, held.line, -units / places.decade);
    },
    touchstart(event) {
      if (event.target.closest("[data-grip]")) event.preventDefault(); // or the page would scroll, and take the finger
    },
    pointerup: letGo,
    pointercancel: letGo,
    keydown(event) {
      const grip = event.target.closest(".grip");
      if (!grip || !(event.key in KEYS)) return;
      event.preventDefault();
      move(about(grip), lineFor(grip.dataset.setup), KEYS[event.key] * STEP);
    },
    focusin({ target }) {
      const grip = target.closest(".grip");
      if (grip) point(grip.getAttribute("aria-valuetext"));
    },
    focusout({ target }) {
      if (target.closest(".grip")) point("");
    },
  };
  for (const [name, listener] of Object.entries(heard)) host.addEventListener(name, listener);
  return { draw };
}

function gripOf(setup, grip) {
  return (
    `<g class="grip" data-setup="${setup}" data-grip="${grip}" tabindex="0" role="slider" aria-orientation="vertical"` +
    ` aria-label="${NAMES[grip](setup)}"><circle class="reach" r="13"/><path class="${grip}" d="${GRIPS[grip](setup)}"/></g>`
  );
}

function tellGrip(part, line, { from, to, values }) {
  const { setup, grip } = part.dataset;
  const [first, last] = [values[0], values.at(-1)].map((value) => powerAt(line, value));
  const now = grip === "tilt" ? last : (first + last) / 2;
  const told = { valuemin: from, valuemax: to, valuenow: Number(now.toFixed(2)) };
  const said = first === last ? duration(10 ** first) : `${duration(10 ** first)} to ${duration(10 ** last)}`;
  for (const [name, value] of Object.entries({ ...told, valuetext: `${setup}: ${said}` }))
    part.setAttribute(`aria-${name}`, value);
}
