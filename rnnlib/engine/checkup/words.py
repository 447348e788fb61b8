"""Numbers and lists in sentences, and which section of which lesson teaches what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LESSONS = {
    "view": "00_start_here, “What view does, and what transpose does”",
    "loop": "01_rnncell_loop, “A bug that does not raise: the state is left behind”",
    "axes": "02_rnn, “A bug that does not raise: seq and batch swapped”",
    "shapes": "02_rnn, “What it means”",
    "state": "02_rnn, “Between two calls”",
    "list": "05_layers_and_weights, “Another that does not raise: layers in a plain list”",
    "dropout": "05_layers_and_weights, “dropout acts between layers”",
    "rows": "05_layers_and_weights, “Two directions”",
    "pads": "06_padding_packing, “Bugs that do not raise”",
    "order": "06_padding_packing, “Who restores the order”",
    "directions": "07_bidirectional, “A bug that does not raise: output[-1]”",
    "flat": "07_bidirectional, “The summary of a sentence”",
}
MOST = 6  # things that a list names


def said(count: int, noun: str) -> str:
    """A number with its noun.

    Example:
        >>> said(1, "pair"), said(3, "pair")
        ('1 pair', '3 pairs')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def listed(things: Sequence[Any], most: int = MOST) -> str:
    """Things one after the other, the first few.

    Example:
        >>> listed([0, 2]), listed(range(9))
        ('0, 2', '0, 1, 2, 3, 4, 5, …')
    """
    return ", ".join(map(str, things[:most])) + (", …" if len(things) > most else "")
