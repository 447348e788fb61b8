"""What a page knows of the real layer: the state that an explorer stands in, and the answers to its next moves."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MOST_BYTES = 400_000  # of one explorer's recording, as it stands in a page
MOST_STATE = 3_000_000  # of a state alone, packed: more opens too slowly


class Move(NamedTuple):
    """One control, moved from where the explorer stands.

    Attributes:
        moved: the control's trait, and its value.
        after: what became of the other traits, the `answer` among them.
        most: the last place that the answer has, by each of the places to look at.
    """

    moved: dict[str, Any]
    after: dict[str, Any]
    most: dict[str, int] = {}


class Recording(NamedTuple):
    """All that a page needs.

    Attributes:
        state: the synced traits.
        asked: those that only the kernel can answer.
        places: those that say where in the answer to look.
        acts: those of `asked` that make the kernel do something, such as `measuring`.
        moves: what was answered to moves of one of `asked`.
        most: the last place that the answer in `state` has, by each of the places to look at.
        snaps: whether sliders stop at what was recorded alone, where nothing can be drawn without the kernel.
    """

    state: dict[str, Any]
    asked: Sequence[str] = ()
    places: Sequence[str] = ()
    acts: Sequence[str] = ()
    moves: Sequence[Move] = ()
    most: dict[str, int] = {}
    snaps: bool = False

    def as_data(self, **more: Any) -> dict[str, Any]:
        """Plain data, for a page's front end."""
        state = {name: value for name, value in self.state.items() if not name.startswith("_")}
        return self._asdict() | {"state": state, "moves": [move._asdict() for move in self.moves]} | more


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What is another after than before, by name.

    Example:
        >>> differences({"a": 1, "b": b"2"}, {"a": 1, "b": b"3"})
        {'b': b'3'}
    """
    return {name: value for name, value in after.items() if value != before[name]}


def packed(data: Any) -> str:
    """Plain data as one line of text: JSON, its bytes in base64, compressed.

    Raises:
        TypeError: what is no plain data.

    Example:
        >>> unpacked(packed({"values": b"abc", "shape": [2, 3]}))
        {'values': b'abc', 'shape': [2, 3]}
    """
    text = json.dumps(data, default=_bytes, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def unpacked(text: str) -> Any:
    """What was packed."""
    return json.loads(gzip.decompress(base64.b64decode(text)), object_hook=_revived)


def _bytes(value: Any) -> dict[str, str]:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} cannot stand in a page")


def _revived(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if set(value) == {"base64"} else value


def fitting(moves: Sequence[Move], most: int = MOST_BYTES) -> list[Move]:
    """All moves, or every second of the control that has most of them, until they fit; the ends of each stay.

    Example:
        >>> all_of_them = [Move({"seq_len": n}, {"answer": n}) for n in range(1, 100)]
        >>> fitting(all_of_them) == all_of_them
        True
        >>> [move.moved["seq_len"] for move in fitting(all_of_them, most=0)]
        [1, 99]
    """
    kept = list(moves)
    while len(packed([move._asdict() for move in kept])) > most:
        by_control: dict[Any, list[Move]] = {}
        for move in kept:
            by_control.setdefault(tuple(move.moved), []).append(move)
        many = max(by_control.values(), key=len)
        if len(many) < 3:
            break
        dropped = many[1:-1:2]
        kept = [move for move in kept if not any(move is one for one in dropped)]
    return kept
