// In a page: what is wrong with how a view is shown, a line each. Of every text its size, its box, and whose box it lies over.
(name) => {
  const root = document.querySelector(`#${name} .rnnlib`);
  const frame = root.getBoundingClientRect();
  const wrong = new Set();
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const words = (e) => [...e.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
  const boxes = [];
  for (const e of [...root.querySelectorAll("*")].filter((e) => shown(e) && words(e).length)) {
    const said = e.textContent.trim().slice(0, 30);
    const matrix = e.ownerSVGElement?.getScreenCTM();
    const size = parseFloat(getComputedStyle(e).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
    if (size < 10.95) wrong.add(`"${said}" is ${size.toFixed(1)} px high`);
    if (e.closest("pre, .scrolls, select, .line")) continue; // which scroll by themselves, or lie over all else
    for (const node of words(e)) {
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width === 0) continue;
        if (box.left < frame.left - 1 || box.right > frame.right + 1) wrong.add(`"${said}" leaves the card`);
        boxes.push({ said, box, e });
      }
    }
  }
  boxes.forEach((a, place) => {
    for (const b of boxes.slice(place + 1)) {
      if (a.e.contains(b.e) || b.e.contains(a.e)) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      const lies = wide > 2 && high > 0.4 * Math.min(a.box.height, b.box.height);
      if (lies) wrong.add(`"${a.said}" lies over "${b.said}"`);
    }
  });
  for (const e of [...root.querySelectorAll("button, select, input")].filter(shown)) {
    const { width, height } = (e.closest("label") ?? e).getBoundingClientRect();
    const said = e.getAttribute("aria-label") ?? e.textContent;
    if (Math.min(width, height) < 23.5) wrong.add(`${said} can hardly be touched: ${width} x ${height}`);
  }
  const asked = root.querySelector(".question p:not([tabindex])");
  if (asked?.scrollHeight > asked?.clientHeight + 1) wrong.add("the question is cut");
  if (root.scrollWidth > root.clientWidth + 1) wrong.add("it scrolls sideways");
  return [...wrong];
};
