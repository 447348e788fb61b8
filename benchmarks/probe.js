// Runs in the page before JupyterLab: notes when a key went down, and when a picture that changed had been painted.
window.probe = (() => {
  const probe = { keys: [], frames: {}, shown: {} };
  const paint = () =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))));

  addEventListener("keydown", (event) => event.isTrusted && probe.keys.push(event.timeStamp), true);

  /** The sizes that a picture says it shows; null where it does not say. */
  const sizesOf = (picture) => (picture.dataset.sizes ? JSON.parse(picture.dataset.sizes) : null);

  /** Watch the pictures that these selectors find; each paint after a change is a frame `{ at, sizes }`. */
  probe.watch = (selectors) => {
    for (const [name, selector] of Object.entries(selectors)) {
      probe.frames[name] = [];
      const changed = async () => {
        const picture = document.querySelector(selector);
        const images = [...picture.querySelectorAll("img")];
        await Promise.all(images.map((image) => image.decode().catch(() => null)));
        const sizes = sizesOf(picture);
        probe.frames[name].push({
          at: await paint(),
          sizes,
          drawn: picture.dataset.sizes !== undefined || images.length > 0,
        });
      };
      const options = {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
        attributeFilter: ["src", "data-sizes"],
      };
      new MutationObserver(changed).observe(document.querySelector(selector), options);
    }
  };

  probe.arm = () => {
    probe.keys = [];
    for (const name in probe.frames) probe.frames[name] = [];
  };

  /** Wait until every picture has changed, and then not again for `rest` milliseconds. */
  probe.quiet = async (rest) => {
    const from = performance.now();
    const settled = () =>
      Object.values(probe.frames).every((frames) => frames.length && performance.now() - frames.at(-1).at > rest);
    while (!settled()) {
      if (performance.now() - from > 20_000) throw new Error("a picture did not change within 20 seconds");
      await new Promise((done) => setTimeout(done, 10));
    }
  };

  const step = (slider, way) => {
    if (slider.matches("input")) {
      slider.value = Number(slider.value) + way;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      slider.dispatchEvent(new KeyboardEvent("keydown", { key: way > 0 ? "ArrowRight" : "ArrowLeft", bubbles: true }));
    }
  };

  /** Move a slider `count` times, one step each `every` milliseconds, back and forth; gives the time of the last. */
  probe.burst = async (slider, count, every) => {
    const from = performance.now();
    for (let i = 0; i < count; i++) {
      while (performance.now() - from < i * every) await new Promise((done) => setTimeout(done, 1));
      step(slider, Math.floor(i / 10) % 2 ? -1 : 1);
    }
    return performance.now();
  };
  return probe;
})();
