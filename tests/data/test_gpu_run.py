"""The recorded run of a GPU: read back as it was stored, told in a sentence where it is damaged, never made up."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmarks import record
from rnnlib import SpeedLab
from rnnlib.data.gpu_run import PATH, gpu_run
from rnnlib.explorers.speed.recorded import NONE_YET, recording
from rnnlib.explorers.speed.rows import COLUMNS, machine
from tests.strategies import is_sentence, refused


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording as `make record` makes it, but of the CPU, of small sizes, and each measured for a moment."""
    path = tmp_path_factory.mktemp("record") / "gpu_run.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "SIZES", {"seq_len": 2, "batch": 1, "hidden_size": 3, "num_layers": 1})
        record.store(record.compared("cpu", values=(1, 2), seconds=1e-4), path)
    return path


def test_a_recording_is_read_back_and_shown(stored: Path) -> None:
    title, rows = gpu_run(stored)
    assert title.startswith(machine())
    assert [(line["setup"], line["value"]) for line in rows] == [(name, at) for at in (1, 2) for name in record.SETUPS]
    assert all(line["low"] <= line["median"] <= line["high"] for line in rows)
    assert (rows[0]["axis"], rows[0]["backward"], rows[0]["hidden_size"]) == ("batch", False, 3)
    shown = recording(stored)
    assert shown["title"] == f"Recorded on a GPU: {title}"
    assert set(shown["chart"]) == {"light", "dark", "about"}


def test_without_one_it_is_said_that_there_is_none(tmp_path: Path) -> None:
    assert gpu_run(tmp_path / "gpu_run.csv") == ("", [])
    assert recording(tmp_path / "gpu_run.csv") == {"title": NONE_YET, "chart": {}}


def test_the_lab_shows_what_is_stored_and_nothing_else() -> None:
    assert SpeedLab().recorded == recording()
    assert (recording()["title"] == NONE_YET) == (not PATH.exists())


def damaged(text: str) -> dict[str, str]:
    title, head, first, *_ = text.splitlines()
    median = head.split(",").index("median")

    def with_median(said: str) -> str:
        cells = first.split(",")  # what is quoted stands after the median
        return "\n".join([title, head, ",".join([*cells[:median], said, *cells[median + 1 :]])])

    return {
        "empty": "",
        "no title": "\n".join([head, first]),
        "a title alone": title,
        "no rows": "\n".join([title, head]),
        "cut off": text[: len(title) + len(head) + 20],
        "other columns": "\n".join([title, "a,b", "1,2"]),
        "a word for a time": with_median("fast"),
        "no time": with_median("nan"),
        "an endless time": with_median("inf"),
        "a time below nothing": with_median("-1"),
        "half of the times": with_median(""),
        "a web page": "<!doctype html>\n<p>Not found</p>",
    }


NAMES = damaged("# t\nmedian\n1")


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_one_is_told_and_the_lab_still_works(stored: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "gpu_run.csv"
    path.write_text(damaged(stored.read_text("utf-8"))[name], encoding="utf-8")
    said = refused(lambda: gpu_run(path), "gpu_run.csv", "fetch that file again")
    assert recording(path) == {"title": said, "chart": {}}
    assert is_sentence(said)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "gpu_run.csv"
    path.write_bytes(b"\xff\xfe\x00")
    refused(lambda: gpu_run(path), "fetch that file again")


def test_a_case_that_could_not_be_timed_is_read_back_without_times(stored: Path, tmp_path: Path) -> None:
    rows = [dict.fromkeys(COLUMNS) | {"kind": "GRU", "setup": "layer", "axis": "batch", "device": "cuda"}]
    rows[0] |= {"backward": False, "note": "too large,\nby far", **dict.fromkeys(("value", *record.SIZES), 4)}
    record.store(rows, tmp_path / "gpu_run.csv")
    ((read,), shown) = gpu_run(tmp_path / "gpu_run.csv")[1], recording(tmp_path / "gpu_run.csv")
    assert (read["median"], read["value"]) == (None, 4)
    assert shown["chart"] == {}


def test_without_a_gpu_nothing_is_stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: object) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(record, "PATH", tmp_path / "gpu_run.csv")
    assert record.main() == 1
    assert not list(tmp_path.iterdir())
