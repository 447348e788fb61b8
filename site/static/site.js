// The theme's switch writes on the body, and explorers read the root: what is chosen stands on both.
const follow = () => {
  document.documentElement.dataset.theme = document.body.dataset.theme;
};
new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
follow();

// A check-up points to lessons as JupyterLab opens them: here they are pages.
for (const place of document.querySelectorAll('.rnnlib-page[data-view="checkup"]')) {
  const lead = () => {
    for (const link of place.querySelectorAll('a[href*=".ipynb"]'))
      link.setAttribute("href", link.getAttribute("href").replace(".ipynb", ".html"));
  };
  lead();
  new MutationObserver(lead).observe(place, { childList: true, subtree: true });
}

// What is wider than its place is scrolled by keyboard, too.
const wide = document.querySelectorAll("article :is(.highlight pre, .math, .table-wrapper)");
const reach = () => {
  for (const one of wide) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
};
for (const article of document.querySelectorAll("article")) new ResizeObserver(reach).observe(article); // slides have none
