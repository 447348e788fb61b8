// The panel with all that was measured or learned, as text to copy and as a file.
import { el, listen } from "./controls.js";
import { copyButton } from "./copyable_snippet.js";

/** The trait `csv` of a model, offered as `file`; `empty` is said while there is nothing. */
export function csvPanel(model, file, empty) {
  const code = el("code");
  const copy = copyButton(code, () => model.get("csv"));
  const link = el("a", { download: file, href: "#" }, "Download as CSV");
  link.addEventListener("click", () => {
    link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(model.get("csv"))}`;
  });
  const text = el("pre", { tabindex: 0, role: "region", "aria-label": "CSV" }, code);
  const row = el("p", { class: "take" }, copy, link);
  const whole = el("div", { class: "csv" }, row, text);
  const show = () => {
    code.textContent = model.get("csv") || empty;
    row.hidden = !model.get("csv");
  };
  show();
  return { whole, stop: listen(model, { "change:csv": show }) };
}
