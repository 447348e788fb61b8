// The theme's switch writes on the body, and explorers read the root: what is chosen stands on both.
const follow = () => {
  document.documentElement.dataset.theme = document.body.dataset.theme;
};
new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
follow();
