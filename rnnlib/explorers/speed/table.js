// Everything that was measured, a row each.
import { el } from "../shared/controls.js";

/** A number of few digits, and never with an exponent. */
const digits = (value, count) =>
  Number(value.toPrecision(count)).toLocaleString("en", { maximumSignificantDigits: count });

/** Bytes as people read them. */
export function bytesSaid(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${digits(bytes / 1000 ** power, 3)} ${units[power]}`;
}

const percent = (share) => (share === null ? "" : `${digits(100 * share, 2)} %`);
const COLUMNS = [
  "compared",
  "kind",
  "seq_len",
  "batch",
  "hidden_size",
  "num_layers",
  "median",
  "iqr",
  "steps/s",
  "of peak",
  "memory",
  "result",
];

/** What a row says of its result: equal to the layer's, or by how much it is off, or why there is no time. */
export function resultSaid({ median, difference, holds, note }) {
  if (median === null) return note;
  if (difference === null || difference === undefined) return "";
  if (difference === 0) return "equal";
  return `${holds ? "equal within" : "differs by"} ${difference.toExponential(0)}`;
}

/** The words of a row that has times, one a column; of another one the sizes alone. */
export function wordsOf(row, duration) {
  const {
    setup,
    kind,
    backward,
    seq_len,
    batch,
    hidden_size,
    num_layers,
    median,
    iqr,
    tokens_per_second,
    share_of_peak,
    peak_bytes,
  } = row;
  const sizes = [seq_len, batch, hidden_size, num_layers].map(String);
  const named = [setup, backward ? `${kind}, with backward` : kind, ...sizes];
  if (median === null) return named;
  const bytes = peak_bytes === null ? "" : bytesSaid(peak_bytes);
  return [
    ...named,
    duration(median),
    duration(iqr),
    Math.round(tokens_per_second).toLocaleString("en"),
    percent(share_of_peak),
    bytes,
    resultSaid(row),
  ];
}

/** A row's cells; why there are no times stands across the columns that would have them. */
function cellsOf(row, duration) {
  const words = wordsOf(row, duration).map((word) => el("td", {}, word));
  return words.length === COLUMNS.length
    ? words
    : [...words, el("td", { class: "note", colspan: COLUMNS.length - words.length }, resultSaid(row))];
}

/** The table; the newest row stands first. */
export function resultTable(rows, duration) {
  if (!rows.length) return el("p", { class: "quiet" }, "Every result will stand here as it comes.");
  const head = COLUMNS.map((name) => el("th", { scope: "col" }, name));
  const line = (row) => el("tr", { title: [row.equal, row.note].filter(Boolean).join(" ") }, ...cellsOf(row, duration));
  return el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.toReversed().map(line)));
}
