"""A plain page with explorers in it and no kernel: their front end, their state, and a stub for the model between."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import anywidget

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>explorers without a kernel</title>
<body data-jp-theme-light="true">
<script id="views" type="application/json">VIEWS</script>
<script type="module">
  /** What a front end knows as its model: its state and who listens to it; what is saved or sent reaches nobody. */
  function modelOf(state) {
    const listeners = {};
    const model = {
      sent: [],
      get: (name) => state[name],
      set(name, value) {
        if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
        state[name] = value;
        model.trigger(`change:${name}`);
      },
      on: (event, listener) => (listeners[event] ??= new Set()).add(listener),
      off: (event, listener) => listeners[event]?.delete(listener),
      trigger: (event, ...given) => [...(listeners[event] ?? [])].forEach((listener) => listener(...given)),
      save_changes() {},
      send: (message) => model.sent.push(message),
    };
    return model;
  }

  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const revive = (_, value) => (value?.base64 === undefined ? value : bytes(value.base64));
  window.models = {};
  for (const [name, { esm, css, state }] of JSON.parse(document.getElementById("views").textContent, revive)) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
    const el = document.body.appendChild(Object.assign(document.createElement("div"), { id: name }));
    const { default: view } = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
    window.models[name] = modelOf(state);
    view.render({ model: window.models[name], el });
  }
  document.body.dataset.ready = "true";
</script>
"""


def plain_page(explorers: Mapping[str, anywidget.AnyWidget]) -> str:
    """The page, each explorer in an element that has its name as id; ``window.models`` has their models by name."""
    views = [(name, _view(explorer)) for name, explorer in explorers.items()]
    return PAGE.replace("VIEWS", json.dumps(views, default=_bytes).replace("</", "<\\/"))


def _view(explorer: anywidget.AnyWidget) -> dict[str, Any]:
    state = explorer.get_state()
    return {"esm": state["_esm"], "css": state["_css"], "state": {k: v for k, v in state.items() if k[0] != "_"}}


def _bytes(value: Any) -> dict[str, str]:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} cannot stand in a page")
