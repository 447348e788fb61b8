"""640 recorded utterances of variable length: the course's real sequences."""

from __future__ import annotations

import dataclasses
import functools
import zipfile
from pathlib import Path

import numpy as np

PATH = Path(__file__).with_suffix(".npz")
ARRAYS = {"frames": 2, "lengths": 1, "speaker": 1, "is_test": 1}


@dataclasses.dataclass(frozen=True)
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
        """Utterance `index`: ``(its length, 12)``."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} utterances, 0 to {len(self) - 1}; {index} is not one of them.")
        index %= len(self)
        end = int(self.lengths[: index + 1].sum())
        return self.frames[end - int(self.lengths[index]) : end]

    def __repr__(self) -> str:
        low, high = self.lengths.min(), self.lengths.max()
        return f"{len(self)} utterances of {low} to {high} frames, {self.frames.shape[1]} numbers a frame"


def japanese_vowels() -> Utterances:
    """The vowel pair /ae/, spoken by nine men: 640 utterances of 7 to 29 frames of 12 numbers.

    Returns:
        `Utterances`, read-only. ``japanese_vowels()[i]`` is utterance ``i``, a numpy array ``(length, 12)``.

    Raises:
        FileNotFoundError: the file that belongs to the package is missing.
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
    mend = "Install rnnlib again, or restore the file from its repository."
    if not path.exists():
        raise FileNotFoundError(f"the recorded utterances are missing: {path.name} is not beside the package. {mend}")
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in ARRAYS}
        fits = (
            all(arrays[name].ndim == ndim for name, ndim in ARRAYS.items())
            and len({len(arrays[name]) for name in ("lengths", "speaker", "is_test")}) == 1
            and int(arrays["lengths"].sum()) == len(arrays["frames"])
        )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"the recorded utterances in {path.name} cannot be read ({error}). {mend}") from None
    if not fits:
        raise ValueError(f"the recorded utterances in {path.name} are damaged: lengths and frames disagree. {mend}")
    for array in arrays.values():
        array.flags.writeable = False
    return Utterances(**arrays)
