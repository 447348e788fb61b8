// Brings every recorded view of a page to life. It stands in the page itself, and fetches nothing.
import { pageModel } from "./model.js";

const bytes = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const revive = (_, value) => (value?.base64 === undefined ? value : bytes(value.base64));

/** What Python's `packed` made of plain data. */
async function unpacked(text) {
  const opened = new Blob([bytes(text.trim())]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(opened).text(), revive);
}

const modules = {};
function moduleOf(name) {
  const code = document.getElementById(`rnnlib-${name}-esm`).textContent;
  const blob = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  modules[name] ??= import(blob);
  return modules[name];
}

async function mount(place) {
  const model = pageModel(await unpacked(place.querySelector("script").textContent));
  const { default: view } = await moduleOf(place.dataset.view);
  const el = document.createElement("div");
  place.append(el);
  await view.render({ model, el });
  place.classList.add("alive");
  place.querySelector(".rnnlib-text").hidden = true;
}

/** Light or dark as the page says it, in its root's `data-theme`; else as the reader's system has it. */
function followTheme() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const said = ["light", "dark"].find((theme) => theme === root.dataset.theme);
    document.body.dataset.jpThemeLight = String((said ?? (system.matches ? "dark" : "light")) === "light");
  };
  system.addEventListener("change", show);
  new MutationObserver(show).observe(root, { attributeFilter: ["data-theme"] });
  show();
}

followTheme();
for (const place of document.querySelectorAll(".rnnlib-page")) mount(place);
