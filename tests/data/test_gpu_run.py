"""The recorded run of a GPU: read back as it was stored, told in a sentence where it is damaged, never made up."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from benchmarks import record
from rnnlib import SpeedLab
from rnnlib.data.gpu_run import PATH, gpu_run
from rnnlib.explorers.speed.recorded import NONE_YET, SHOWN, recording
from rnnlib.explorers.speed.rows import machine
from tests.strategies import is_sentence, refused


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording as `make record` makes it, but of the CPU, of small sizes, and each measured for a moment."""
    path = tmp_path_factory.mktemp("record") / "gpu_run.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "SIZES", {"seq_len": 2, "batch": 1, "hidden_size": 3, "num_layers": 1})
        record.store(record.compared("cpu", values=(1, 2), seconds=1e-4), path, "cpu")
    return path


def test_a_recording_is_read_back_and_shown(stored: Path) -> None:
    title, rows = gpu_run(stored)
    assert title.startswith(f"{machine()}, input_size 256, ")
    assert [(line["setup"], line["value"]) for line in rows] == [(name, at) for at in (1, 2) for name in record.SETUPS]
    assert all(line["low"] <= line["median"] <= line["high"] for line in rows)
    assert (rows[0]["axis"], rows[0]["backward"], rows[0]["hidden_size"]) == ("batch", False, 3)
    shown = recording(stored)
    assert shown["title"] == f"Recorded on a GPU: {title}"
    assert shown["about"] == "LSTM, forward on cpu: seq_len 2, hidden_size 3, num_layers 1"
    assert shown["rows"] == [{name: row[name] for name in SHOWN} for row in rows]


def test_without_one_it_is_said_that_there_is_none(tmp_path: Path) -> None:
    assert gpu_run(tmp_path / "gpu_run.csv") == ("", [])
    assert recording(tmp_path / "gpu_run.csv") == {"title": NONE_YET}


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
    assert recording(path) == {"title": said}
    assert is_sentence(said)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "gpu_run.csv"
    path.write_bytes(b"\xff\xfe\x00")
    refused(lambda: gpu_run(path), "fetch that file again")


def test_rows_without_times_are_not_stored_and_what_was_stays(stored: Path, tmp_path: Path) -> None:
    path = tmp_path / "gpu_run.csv"
    path.write_bytes(stored.read_bytes())
    bad = {"setup": "packed", "axis": "batch", "value": 4, "median": None, "note": "too large, by far"}
    for rows in ([bad], []):
        with pytest.raises(ValueError, match="nothing is stored"):
            record.store(rows, path, "cpu")
    with pytest.raises(ValueError, match="packed at batch 4: too large, by far"):
        record.store([{"median": 1.0}, bad], path, "cpu")
    assert path.read_bytes() == stored.read_bytes()


def test_without_a_gpu_nothing_is_stored_and_it_is_said_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(record, "PATH", tmp_path / "gpu_run.csv")
    for cuda, said in ((None, "is built for the CPU alone"), ("13.0", "There is no GPU here that torch can use")):
        monkeypatch.setattr(torch.version, "cuda", cuda)
        assert record.main() == 1
        assert said in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_of_a_gpu_its_driver_its_power_and_its_precision_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that is not there is stood in for."""
    answer = SimpleNamespace(stdout="580.65.06, 300.00 W\n580.65.06, 300.00 W\n")
    monkeypatch.setattr(record.subprocess, "run", lambda *_, **__: answer)
    monkeypatch.setattr(record, "multiplies_in_tf32", lambda device: True)
    said = record.on_gpu(torch.device("cuda", 0))
    assert said.endswith(", driver 580.65.06, power limit 300.00 W, TF32 on")
    answer.stdout = ""  # as on an AMD GPU
    assert "driver" not in record.on_gpu(torch.device("cuda", 0))
    assert record.on_gpu(torch.device("cpu")) == ""


@pytest.mark.gpu
def test_on_the_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(record, "PATH", tmp_path / "gpu_run.csv")
    monkeypatch.setattr(record, "compared", lambda device, of=record.compared: of(device, (1, 4), 0.01))
    assert record.main() == 0
    assert "now run make notebooks" in capsys.readouterr().out
    title, rows = gpu_run(tmp_path / "gpu_run.csv")
    assert torch.cuda.get_device_name() in title
    assert len({row["peak"] for row in rows if row["dtype"] == "float32"}) == 1
