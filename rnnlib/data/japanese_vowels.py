"""640 recorded utterances of variable length: the course's real sequences."""

from __future__ import annotations

import dataclasses
import functools
import operator
import zipfile
from pathlib import Path

import numpy as np

PATH = Path(__file__).with_suffix(".npz")
ARRAYS = {"frames": "float32", "lengths": "int16", "speaker": "int8", "is_test": "bool"}
FEATURES = 12
MEND = "Install rnnlib again, or restore the file from its repository."


class RecordingsMissingError(FileNotFoundError, ValueError):
    """The file that belongs to the package is not there."""


@dataclasses.dataclass(frozen=True, eq=False)
class Utterances:
    """Recorded sequences, one after the other in `frames`.

    Attributes:
        frames: float32 ``(9961, 12)``, every frame of every utterance, in time order.
        lengths: int16 ``(640,)``, the frames in each utterance: 7 to 29.
        speaker: int8 ``(640,)``, 1 to 9.
        is_test: bool ``(640,)``, False for the 270 training utterances, True for the 370 test ones.
    """

    frames: np.ndarray
    lengths: np.ndarray
    speaker: np.ndarray
    is_test: np.ndarray

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: int) -> np.ndarray:
        """Utterance `index`, a copy: ``(its length, 12)``."""
        try:
            index = operator.index(index)
        except TypeError:
            kind = type(index).__name__
            raise TypeError(f"the number of an utterance must be a whole number, not {index!r} ({kind}).") from None
        if not -len(self) <= index < len(self):
            given = index if abs(index) < 10**12 else "so large a number"
            raise IndexError(f"there are {len(self)} utterances, 0 to {len(self) - 1}; {given} is not one of them.")
        index %= len(self)
        end = int(self.lengths[: index + 1].sum())
        return self.frames[end - int(self.lengths[index]) : end].copy()

    def __repr__(self) -> str:
        low, high = self.lengths.min(), self.lengths.max()
        return f"{len(self)} utterances of {low} to {high} steps, {self.frames.shape[1]} numbers a step"


def japanese_vowels() -> Utterances:
    """The vowel pair /ae/, spoken by nine men: 640 utterances of 7 to 29 frames of 12 numbers.

    Returns:
        `Utterances`, read-only. ``japanese_vowels()[i]`` is a copy of utterance ``i``: ``(length, 12)``.

    Raises:
        RecordingsMissingError: the file that belongs to the package is missing; it is a ValueError.
        ValueError: the file is damaged.

    Source: Kudo, Toyama and Shimbo (1999); UCI Machine Learning Repository, doi 10.24432/C5NS47,
    Creative Commons Attribution 4.0. See README.md beside this file.

    Example:
        >>> japanese_vowels()[0].shape
        (20, 12)
    """
    return _load(PATH)


@functools.cache
def _load(path: Path) -> Utterances:
    if not path.exists():
        about = f"{path.name} is not beside the package"
        raise RecordingsMissingError(f"the recorded utterances are missing: {about}. {MEND}")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"the recorded utterances cannot be read: {path.name} is not the recording. {MEND}")
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in ARRAYS}
    except Exception as error:  # noqa: BLE001 - a file can be damaged in more ways than numpy and zipfile name
        raise ValueError(f"the recorded utterances in {path.name} cannot be read ({error}). {MEND}") from None
    if not _fit(arrays):
        raise ValueError(f"the recorded utterances in {path.name} are damaged: its arrays do not fit together. {MEND}")
    for array in arrays.values():
        array.flags.writeable = False
    return Utterances(**arrays)


def _fit(arrays: dict[str, np.ndarray]) -> bool:
    """Whether the arrays are of the right kind, and lengths and frames agree."""
    frames, lengths = arrays["frames"], arrays["lengths"]
    return (
        all(arrays[name].dtype == dtype for name, dtype in ARRAYS.items())
        and frames.ndim == 2
        and frames.shape[1] == FEATURES
        and bool(np.isfinite(frames).all())
        and lengths.ndim == 1
        and len(lengths) > 0
        and lengths.shape == arrays["speaker"].shape == arrays["is_test"].shape
        and lengths.min() > 0
        and int(lengths.sum()) == len(frames)
    )
