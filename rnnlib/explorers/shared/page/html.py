"""An explorer as HTML: a fragment of a page, or a page of its own. Nothing in it is fetched from anywhere."""

from __future__ import annotations

import datetime
import html
import importlib.metadata
import os
import re
from pathlib import Path
from typing import Any

from rnnlib.explorers.shared import front_end
from rnnlib.explorers.shared.page.recording import MOST_STATE, Recording, packed
from rnnlib.spec.arguments import brief

HERE = Path(__file__).parent
OURS = '<meta name="generator" content="rnnlib">'
NO_SCRIPTS = "Where no scripts run, this is a text; with scripts it is a picture that follows its controls."
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
{ours}
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ margin: 1rem auto; max-width: 76rem; padding: 0 0.5rem; background: light-dark(#fff, #0d1015); }}
</style>
<body>
{fragment}
</body>
</html>
"""


def fragment(name: str, recording: Recording, text: str) -> str:
    """A view as a part of a page, with all that it needs.

    Its scripts and its style have ids: of what stands on a page with the same id the first is enough.

    Args:
        name: of the view, the folder that it is in.
        recording: of the view.
        text: what it says in plain text, which stands there where no script runs.

    Raises:
        ValueError: too large for a page.
    """
    data = packed(recording.as_data(page=about()))
    if len(data) > MOST_STATE:
        raise ValueError(
            f"a page of this would take {len(data):,} bytes, and at most {MOST_STATE:,} open at once: choose a smaller"
            " hidden_size, seq_len or batch."
        )
    return "\n".join(
        (
            f'<div class="rnnlib-page" data-view="{name}">',
            f'<div class="rnnlib-text"><p>{NO_SCRIPTS}</p><pre>{html.escape(text)}</pre></div>',
            f'<script type="application/x-rnnlib">{data}</script>',
            "</div>",
            _script(f"rnnlib-{name}-esm", recording.state["_esm"], "text/plain"),
            f'<style id="rnnlib-{name}-css">{recording.state["_css"]}</style>',
            _script("rnnlib-mount", front_end.module(HERE / "mount.js"), "module"),
        )
    )


def _script(key: str, code: str, kind: str) -> str:
    if "</script" in code.lower():
        raise ValueError(f"{key} cannot stand in a page: it has </script in it.")
    return f'<script id="{key}" type="{kind}">\n{code}\n</script>'


def about() -> dict[str, str]:
    """What a page says of itself: when and by which torch it was made, and where the live course is, if anywhere."""
    torch = importlib.metadata.version("torch").partition("+")[0]
    today = datetime.datetime.now(datetime.UTC).date()
    return {"label": f"recorded: torch {torch}, {today.day} {today:%B %Y}", "course": live_course()}


def live_course() -> str:
    """Where the course runs with nothing to install, as the README says it; "" while it is published nowhere.

    Example:
        >>> live_course() == "" or live_course().startswith("https://")
        True
    """
    readme = str(importlib.metadata.metadata("rnnlib").json.get("description", ""))
    found = re.search(r"^\[binder\]: (\S+)", readme, re.MULTILINE)
    return "" if found is None or "/OWNER/REPO/" in found[1] else found[1]


def save(path: Any, title: str, part: str) -> Path:
    """Write a page of its own.

    Raises:
        ValueError: it cannot be written there, or what stands there is none of ours.
    """
    if not isinstance(path, str | os.PathLike):
        raise ValueError(f"path is the name of a file, such as 'explorer.html', not {brief(path)}.")
    file = Path(path)
    if file.is_dir():
        raise ValueError(f"{file} is a folder: give the name of a file in it, such as {file / 'explorer.html'}.")
    try:
        if file.exists() and OURS not in file.read_text(encoding="utf-8", errors="replace")[:400]:
            raise ValueError(f"{file} is there, and rnnlib did not write it: give another name, or remove it first.")
        file.write_text(PAGE.format(ours=OURS, title=html.escape(title), fragment=part), encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file} cannot be written: {error.strerror or error}. Give another path.") from None
    return file
