// Everything that was measured, a row each.
import { el } from "./controls.js";

/** Bytes as people read them. */
export function bytesSaid(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

const percent = (share) => (share === null ? "" : `${(100 * share).toPrecision(2)} %`);
const COLUMNS = ["compared", "kind", "seq_len", "batch", "hidden_size", "num_layers", "median", "iqr", "steps a second", "of the peak", "memory", "result"];

/** What a row says of its result: equal to the layer's, or by how much it is off, or why there is no time. */
export function resultSaid({ median, difference, note }) {
  if (median === null) return note;
  if (difference === null || difference === undefined) return "";
  return difference === 0 ? "equal" : `equal to ${difference.toExponential(0)}`;
}

/** The words of a row, one a column. */
export function wordsOf(row, duration) {
  const { setup, kind, backward, seq_len, batch, hidden_size, num_layers, median, iqr, tokens_per_second, share_of_peak, peak_bytes } = row;
  const sizes = [seq_len, batch, hidden_size, num_layers].map(String);
  const named = [setup, backward ? `${kind}, both ways` : kind, ...sizes];
  if (median === null) return [...named, "–", "", "", "", "", resultSaid(row)];
  const bytes = peak_bytes === null ? "" : bytesSaid(peak_bytes);
  return [...named, duration(median), duration(iqr), Math.round(tokens_per_second).toLocaleString("en"), percent(share_of_peak), bytes, resultSaid(row)];
}

/** The table; the newest row stands first. */
export function resultTable(rows, duration) {
  if (!rows.length) return el("p", { class: "quiet" }, "");
  const head = COLUMNS.map((name) => el("th", { scope: "col" }, name));
  const line = (row) => el("tr", { title: [row.equal, row.note].filter(Boolean).join(" ") }, ...wordsOf(row, duration).map((word) => el("td", {}, word)));
  return el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.toReversed().map(line)));
}
