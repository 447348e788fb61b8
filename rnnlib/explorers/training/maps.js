// Of one test sequence how much of each step reaches the end; of all of them what was taken for what. Strings of SVG out.
import { esc, n, text } from "../shared/svg.js";
import { endsOf, gridOf, pathOf, powerSaid, roomOf } from "./curves.js";

const FLOOR = 1e-45; // below it float32 has no numbers but 0
const LEAST = 1e-6; // the scale reaches at least from here

/** The reach of every time step, now and before anything was learned, on a scale that has room for `every` reach. */
export function reachPanel({ width, height, now, first, every }) {
  const values = every.filter((value) => value > 0 && Number.isFinite(value));
  const most = 10 ** Math.ceil(Math.log10(Math.max(1, ...values)));
  const least = Math.max(FLOOR, 10 ** Math.floor(Math.log10(Math.min(LEAST, ...values))));
  const steps = Math.max(1, (now?.length ?? 2) - 1);
  const room = roomOf(width, height, { steps, least, most, log: true });
  const points = (reach) =>
    [...reach].map((value, step) => ({ step, value: Number.isNaN(value) ? value : Math.max(value, least) }));
  const label = (reach, words, kind) => ({ words, kind, y: room.y(Math.max(least, reach.at(-1) || least)) });
  const line = (reach, kind) => (reach ? `<path class="curve ${kind}" d="${pathOf(points(reach), room)}"/>` : "");
  const ends = [...(first ? [label(first, "at first", "first")] : []), ...(now ? [label(now, "now", "test")] : [])];
  const said = (value) => powerSaid(Math.round(Math.log10(value)));
  return {
    markup: gridOf(room, said, "time step") + line(first, "first") + line(now, "test") + endsOf(ends, room),
    room,
  };
}

/** A reach as it is said. */
export const reachSaid = (value) =>
  value === 0 ? "0" : value >= 0.001 ? value.toPrecision(2) : value.toExponential(1);

/** A cell in words. */
export function cellSaid(count, row, column, classes, noun) {
  const many = `${count.toLocaleString("en")} test sequence${count === 1 ? "" : "s"} of ${noun} ${classes[row]}`;
  const [was, were] = count === 1 ? ["was", "is"] : ["were", "are"];
  return row === column ? `${many} ${were} right.` : `${many} ${was} taken for ${classes[column]}.`;
}

const FULL = 55; // per cent of its colour that a cell of all of a row has: a number on it can still be read
const WORDS = 92; // units that the words beside the matrix take

/** What was taken for what: a row a class, a column what it was taken for; right ones on the diagonal. */
export function confusionPanel({ width, height, counts, classes, noun }) {
  const size = Math.max(1, classes.length);
  const [left, top, below] = [22, 8, 20];
  const cell = Math.max(8, Math.min(46, (height - top - below) / size, (width - left - WORDS) / size));
  const sums = counts.map((row) =>
    Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    ),
  );
  const at = (place) => n(left + place * cell);
  const down = (place) => n(top + place * cell);
  const made = classes.flatMap((_, row) =>
    classes.map((_, column) => {
      const count = counts[row]?.[column] ?? 0;
      const kind = row === column ? "right" : "wrong";
      const box = `<rect x="${at(column)}" y="${down(row)}" width="${n(cell - 1)}" height="${n(cell - 1)}" rx="2"`;
      if (!count) return `${box} class="cell"/>`;
      const share = count / sums[row];
      const shown =
        cell >= 14.5 ? text(left + (column + 0.5) * cell - 0.5, top + (row + 0.5) * cell + 3.5, count, "middle") : "";
      return (
        `<g class="axis" role="img" tabindex="-1" data-key="${row} ${column}" aria-label="${esc(cellSaid(count, row, column, classes, noun))}">` +
        `${box} class="cell ${kind}" style="--share:${n(FULL * Math.sqrt(share))}%"/>${shown}</g>`
      );
    }),
  );
  const names = classes.flatMap((name, place) => [
    text(left - 6, top + (place + 0.5) * cell + 4, name, "end"),
    text(left + (place + 0.5) * cell, top + size * cell + 14, name, "middle"),
  ]);
  const beside = left + size * cell + 10;
  const told = classes.length
    ? text(beside, top + 12, "row: the true") +
      text(beside, top + 26, noun) +
      text(beside, top + 46, "column: what") +
      text(beside, top + 60, "it is taken for")
    : "";
  return made.join("") + names.join("") + told;
}
