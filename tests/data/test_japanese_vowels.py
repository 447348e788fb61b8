"""The recordings are what data/README.md says, and a damaged file is told in one sentence."""

from __future__ import annotations

import random
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnlib.data.japanese_vowels import PATH, RecordingsMissingError, _load, japanese_vowels
from tests.strategies import refused

README = (PATH.parent / "README.md").read_text(encoding="utf-8")


def test_the_counts_are_the_readmes() -> None:
    data = japanese_vowels()
    assert data.frames.shape == (9961, 12)
    assert data.frames.dtype == np.float32
    assert (len(data), data.lengths.min(), data.lengths.max(), data.lengths.sum()) == (640, 7, 29, 9961)
    told = re.search(r"\((\d+(?: \d+){8}) for speakers 1\.\.9\)", README)
    assert told is not None
    tests = [int(number) for number in told[1].split()]
    for speaker, of_test in enumerate(tests, start=1):
        of_speaker = data.is_test[data.speaker == speaker]
        assert (of_speaker.sum(), (~of_speaker).sum()) == (of_test, 30)
    for number in (640, 9961, sum(tests), 270):
        assert str(number) in README
    assert "Attribution 4.0" in README
    assert "10.24432/C5NS47" in README


def test_each_utterance_is_its_own_stretch_of_frames() -> None:
    data = japanese_vowels()
    joined = b""
    for index, length in enumerate(data.lengths):
        utterance = data[index]
        assert utterance.shape == (length, 12)
        joined += utterance.tobytes()
    assert joined == data.frames.tobytes()
    assert np.array_equal(data[-1], data[639])
    assert sum(len(utterance) for utterance in data) == 9961  # type: ignore[attr-defined]
    assert repr(data) == "640 utterances of 7 to 29 steps, 12 numbers a step"


def test_the_recordings_cannot_be_written_over() -> None:
    data = japanese_vowels()
    for array in (data.frames, data.lengths, data.speaker, data.is_test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    data[0][:] = 0.0  # a copy, the learner's own
    assert data[0].any()


@pytest.mark.filterwarnings("error")
def test_an_utterance_becomes_a_tensor_without_a_warning() -> None:
    assert torch.from_numpy(japanese_vowels()[0]).shape == (20, 12)


@pytest.mark.parametrize("index", [640, -641, 10**9])
def test_an_utterance_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError, match=f"640 utterances, 0 to 639; {index}"):
        japanese_vowels()[index]


@pytest.mark.parametrize("index", [1.0, "0", None, slice(3)])
def test_the_number_of_an_utterance_is_whole(index: object) -> None:
    refused(lambda: japanese_vowels()[index], "whole number", repr(index))  # type: ignore[index]


def test_a_missing_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys.modules[japanese_vowels.__module__], "PATH", tmp_path / "japanese_vowels.npz")
    refused(japanese_vowels, "missing", "japanese_vowels.npz", "Install rnnlib again")
    with pytest.raises(RecordingsMissingError):  # which is a FileNotFoundError too
        japanese_vowels()
    shutil.copy(PATH, tmp_path)
    assert len(japanese_vowels()) == 640  # once it is there, all is well


def damaged(tmp_path: Path, **changed: np.ndarray | None) -> Path:
    """A copy of the file with other arrays; None leaves one out."""
    with np.load(PATH) as stored:
        arrays = dict(stored) | changed
    path = tmp_path / "damaged.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


FRAMES = np.zeros((9961, 12), np.float32)
WRONG = {
    "no lengths": {"lengths": None},
    "other lengths": {"lengths": np.full(640, 15, np.int16)},
    "fewer lengths": {"lengths": np.array([9961], np.int16)},
    "a length of 0": {"lengths": np.array([9961, 0] + 638 * [0], np.int16)},
    "no utterances": {n: np.array([], d) for n, d in (("lengths", np.int16), ("speaker", np.int8), ("is_test", bool))}
    | {"frames": FRAMES[:0]},
    "float lengths": {"lengths": np.full(640, 9961 / 640)},
    "eleven numbers a frame": {"frames": FRAMES[:, :11]},
    "one frame less": {"frames": FRAMES[1:]},
    "flat frames": {"frames": FRAMES.ravel()},
    "float64 frames": {"frames": FRAMES.astype(np.float64)},
    "nan": {"frames": np.full_like(FRAMES, np.nan)},
    "no speakers": {"speaker": None},
    "one speaker": {"speaker": np.ones(1, np.int8)},
    "objects": {"is_test": np.array(640 * [None])},
    "a single number": {"lengths": np.array(9961, np.int16)},
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_wrong_arrays(changed: dict, tmp_path: Path) -> None:
    refused(lambda: _load(damaged(tmp_path, **changed)), "damaged.npz", "Install rnnlib again")


@pytest.mark.parametrize(
    "content", [b"", b"not a zip", b"PK\x03\x04", PATH.read_bytes()[:1000], PATH.read_bytes()[1000:]]
)
def test_a_file_that_is_no_archive(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    path.write_bytes(content)
    refused(lambda: _load(path), "damaged.npz", "cannot be read", "Install rnnlib again")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    refused(lambda: _load(tmp_path), "cannot be read")


def test_any_flipped_byte_is_found_or_harms_nothing(tmp_path: Path) -> None:
    """The archive's own checksums find damage to the numbers; damage to its names and tables must not surprise us."""
    dice = random.Random(0)
    whole = PATH.read_bytes()
    places = [dice.randrange(len(whole)) for _ in range(60)] + [
        dice.randrange(len(whole) - 400, len(whole)) for _ in range(90)
    ]
    for number, place in enumerate(places):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ dice.randrange(1, 256)]) + whole[place + 1 :])
        try:
            data = _load(path)
        except ValueError:
            refused(lambda path=path: _load(path), "Install rnnlib again")
        else:
            assert data.frames.tobytes() == japanese_vowels().frames.tobytes()


def test_a_pointer_of_git_lfs_is_told_as_no_recording(tmp_path: Path) -> None:
    file = tmp_path / "japanese_vowels.npz"
    file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    assert "pickle" not in refused(lambda: _load(file), "is not the recording")


def test_a_number_of_any_length_does_not_stand_in_the_message() -> None:
    with pytest.raises(IndexError, match="so large a number is not one of them"):
        japanese_vowels()[10**5000]
