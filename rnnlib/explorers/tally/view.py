"""What a tally looks like: a bar for each slip, its sentence, and what was wrong with the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rnnlib.explorers.shared.view import View


class TallyView(View):
    """A room's answers to one card, counted by slip.

    Attributes:
        card: the question, as the card's text has it.
        rows: a dict for each slip, the commonest misconception first: the ``slip`` by its short name, its ``number``,
            what is ``said`` to it, and what was ``typed`` most often.
        problems: a sentence for each file that is damaged, empty, of another card, or there twice.
    """

    FOLDER = Path(__file__).parent

    card = traitlets.Unicode().tag(sync=True)
    rows: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    problems: traitlets.List[str] = traitlets.List().tag(sync=True)

    @property
    def counts(self) -> dict[str, int]:
        """How often each slip was made, by its short name; "right" and "no answer" at the end."""
        return {row["slip"]: row["number"] for row in self.rows}

    def __repr__(self) -> str:
        total = sum(self.counts.values())
        lines = [self.card or "A tally", f"{total} answer{'' if total == 1 else 's'}"]
        lines += ["  ".join(filter(None, [f"{r['number']:4}", r["slip"], r["typed"], r["said"]])) for r in self.rows]
        return "\n  ".join([*lines, *self.problems])
