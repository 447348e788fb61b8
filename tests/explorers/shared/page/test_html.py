"""A page of its own: it fetches nothing, says when it was made, and is written only where it may be."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import torch

from rnnlib import LayerSpec, ShapeExplorer, StepExplorer, checkup, predict
from rnnlib.explorers.shared.page.html import NO_SCRIPTS, OURS, live_course
from rnnlib.explorers.shared.page.recording import unpacked

EXPLORER = ShapeExplorer("RNN", seq_len=3, controls=("batch",), question="Which <axis> moves?")


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/x-rnnlib">(.*?)</script>', page)
    assert found
    data: dict[str, object] = unpacked(found[1])
    return data


def test_a_saved_page_says_what_it_is_and_fetches_nothing(tmp_path: Path) -> None:
    page = EXPLORER.save(tmp_path / "rnn.html").read_text("utf-8")
    assert OURS in page
    assert "<title>RNN, seq_len 3, batch 3" in page
    assert NO_SCRIPTS in page
    assert "Find out: Which &lt;axis&gt; moves?" in page
    assert not re.search(r"(src|href)=|@import|url\(|://(?!www\.w3\.org/2000/svg)", page)
    about = data_of(page)["page"]
    assert isinstance(about, dict)
    assert re.fullmatch(rf"recorded: torch {torch.__version__.split('+')[0]}, \d+ \w+ 20\d\d", about["label"])
    assert about["course"] == live_course()


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda: predict(LayerSpec("GRU", 3, 4), "h_n", seq_len=2, batch=2), id="card"),
        pytest.param(lambda: checkup(torch.nn.RNN(3, 2), torch.ones(4, 5, 3)), id="checkup"),
        pytest.param(lambda: StepExplorer(weights="latch"), id="step"),
    ],
)
def test_every_view_can_be_saved(view: object, tmp_path: Path) -> None:
    saved = view().save(tmp_path / "view.html")  # type: ignore[operator]
    assert data_of(saved.read_text("utf-8"))["state"]


def test_a_page_of_ours_is_written_over_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rnn.html"
    EXPLORER.save(path)
    EXPLORER.save(str(path))
    path.write_text("my thesis", "utf-8")
    with pytest.raises(ValueError, match=r"rnn\.html is there, and rnnlib did not write it: give another name"):
        EXPLORER.save(path)
    assert path.read_text("utf-8") == "my thesis"


def test_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is a folder: give the name of a file in it, such as .*explorer\.html\.$"):
        EXPLORER.save(tmp_path)
    with pytest.raises(ValueError, match=r"cannot be written: No such file or directory\. Give another path\.$"):
        EXPLORER.save(tmp_path / "nowhere" / "rnn.html")
    if os.geteuid():  # root may write anywhere
        tmp_path.chmod(0o500)
        with pytest.raises(ValueError, match="cannot be written: Permission denied"):
            EXPLORER.save(tmp_path / "rnn.html")
    with pytest.raises(ValueError, match=r"path is the name of a file, .* not 3"):
        EXPLORER.save(3)  # type: ignore[arg-type]


def test_what_is_too_large_for_a_page_says_how_large(tmp_path: Path) -> None:
    explorer = StepExplorer("LSTM", hidden_size=400, seq_len=200, controls=())
    explorer.wait()
    with pytest.raises(ValueError, match=r"would take [\d,]+ bytes, and at most .* choose a smaller hidden_size"):
        explorer.save(tmp_path / "large.html")
    assert list(tmp_path.iterdir()) == []


def test_a_callback_is_not_saved_and_that_is_said(tmp_path: Path) -> None:
    explorer = ShapeExplorer("RNN", controls=("batch",))
    explorer.observe(print, "batch")
    with pytest.warns(UserWarning, match=r"what you gave to observe\(…\) is Python, and no page can run it"):
        explorer.save(tmp_path / "rnn.html")
