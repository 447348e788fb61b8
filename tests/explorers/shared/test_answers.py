"""Answers as files: what is written is read again, and what is damaged gets one sentence."""

from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.explorers.shared.answers import MOST_BYTES, Answer, append, place_for, read
from tests.strategies import cases

ONE = Answer(
    "(2, 3)", "2026-03-02T09:30:00.123456+00:00", "transposed", "You turned it round.", "Predict …\n  nn.RNN(…)"
)
texts = st.text(max_size=9)


@cases(60)
@given(st.lists(st.builds(Answer, texts, texts, texts, texts, texts), min_size=1, max_size=5, unique=True))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, answers: list[Answer]) -> None:
    file = tmp_path_factory.mktemp("answers") / "ann.jsonl"
    append(file, answers[:2])
    append(file, answers[2:])
    assert read(file) == (answers, "")


def test_a_line_is_plain_json(tmp_path: Path) -> None:
    append(tmp_path / "ann.jsonl", [ONE])
    (line,) = (tmp_path / "ann.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == ONE._asdict()
    assert "…" in line  # as it is read by people


def test_many_may_write_to_one_file_at_once(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for at in range(50):
            append(tmp_path / "all.jsonl", [ONE._replace(typed=f"{name} {at}")])

    threads = [threading.Thread(target=write, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers, problem = read(tmp_path / "all.jsonl")
    assert problem == ""
    assert {answer.typed for answer in answers} == {f"{name} {at}" for name in "abcd" for at in range(50)}


LINE = json.dumps(ONE._asdict())
DAMAGED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty: no answer was given."),
    "blank": ("\n \n", "is empty: no answer was given."),
    "words": ("ann was here", "holds no answer that a card has written."),
    "a list": ("[1, 2]", "holds no answer that a card has written."),
    "another dict": ('{"typed": "2 3"}', "holds no answer that a card has written."),
    "numbers": (LINE.replace('"transposed"', "3"), "holds no answer that a card has written."),
    "nested": ("[" * 100_000, "holds no answer that a card has written."),
    "bytes": (b"\xff\xfe\x00", "cannot be read: it is no text."),
    "huge": ("x" * (MOST_BYTES + 1), "has 1,000,001 bytes, too many for one learner's answers."),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_gets_one_sentence(name: str, tmp_path: Path) -> None:
    content, says = DAMAGED[name]
    file = tmp_path / "ann.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert read(file) == ([], f"{file} {says}")


def test_what_stands_beside_the_damage_counts(tmp_path: Path) -> None:
    file = tmp_path / "ann.jsonl"
    file.write_text(f"\ufeff{LINE}\n{LINE[:30]}", "utf-8")
    assert read(file) == ([ONE], f"{file} is damaged in line 2: its other answers count.")
    file.write_text(f"{LINE}\n{LINE}\n", "utf-8")
    assert read(file) == ([ONE], f"{file} has the same lines twice: they count once.")


def test_what_is_no_file_gets_one_sentence(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], f"{tmp_path} is no file.")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jsonl")
        assert read(tmp_path / "pipe.jsonl") == ([], f"{tmp_path / 'pipe.jsonl'} is no file.")
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    assert "cannot be read: No such file" in read(tmp_path / "gone.jsonl")[1]


def test_a_learner_is_told_apart_by_user_machine_and_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    def name(user: str, machine: str, notebook: str) -> str:
        monkeypatch.setenv("JUPYTERHUB_USER", user)
        monkeypatch.setenv("JPY_SESSION_NAME", notebook)
        monkeypatch.setattr("platform.node", lambda: machine)
        return place_for("room").name

    names = [name(u, m, n) for u in ("ann", "ben") for m in ("pc1", "pc2") for n in ("06.ipynb", "07.ipynb")]
    assert len(set(names)) == 8
    assert names[0] == name("ann", "pc1", "06.ipynb")
    assert all(re.fullmatch(r"(ann|ben)-[0-9a-f]{8}\.jsonl", name) for name in names)


@pytest.mark.parametrize("given", [3, None, "", " ", ["room"], b"room"])
def test_what_names_no_place_is_refused_in_words(given: Any) -> None:
    with pytest.raises(TypeError, match=r"^answers is a folder, or a file that ends in \.jsonl, not .*\.$"):
        place_for(given)
