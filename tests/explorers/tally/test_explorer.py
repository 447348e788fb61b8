"""A room's answers, counted: from files that cards have written, or typed in the room; a sentence to each bad file."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from rnnlib import LayerSpec, predict, tally

SPEC = LayerSpec("LSTM", 11, 17, num_layers=2, bidirectional=True, batch_first=True)
SIZES = {"seq_len": 7, "batch": 3}
TYPED = {"4 3 17": 22, "(3, 7, 34)": 14, "3 4 17": 9, "banana": 3, "2, 3, 17": 2}  # what fifty learners typed first
COUNTS = {
    "output for a state": 14,
    "batch_first moved the state": 9,
    "state without num_directions / state without num_layers": 2,
    "right": 22,
    "no answer": 3,
}


def card(**more: Any) -> Any:
    return predict(SPEC, "h_n", **(SIZES | more))


def room(folder: Path) -> Path:
    """Fifty files of a class, each with one answer to the card and some more."""
    typed = [text for text, times in TYPED.items() for _ in range(times)]
    random.shuffle(typed)
    for at, text in enumerate(typed):
        file = folder / f"learner{at:02}.jsonl"
        other, asked = predict(SPEC, "c_n", **SIZES, answers=file), card(answers=file)
        if at % 3 == 0:
            other.reply("4 3 17")
        for answer in [text, "4 3 17", "3 4 17"][: 1 + at % 3]:
            try:
                asked.reply(answer)
            except ValueError:
                assert answer == "banana"
    return folder


def damage(folder: Path) -> dict[str, str]:
    """Ten more, damaged each in its own way, by what is to be said of it."""
    whole = (folder / "learner01.jsonl").read_text("utf-8")
    content: dict[str, str | bytes] = {
        "is empty": "",
        "is learner01.jsonl once more": whole,
        "holds no answer": whole[: len(whole.splitlines()[0]) // 2],
        "holds no answer that": "<html>Sign in</html>",
        "holds no answer that a": "null",
        "holds no answer that a card": whole.replace('"slip"', '"slap"'),
        "holds no answer that a card has": json.dumps([json.loads(line) for line in whole.splitlines()]),
        "cannot be read: it is no text": b"PK\x03\x04\xff\xff",
        "too many for one learner": "1" * 2_000_000,
    }
    for at, told in enumerate(content.values()):
        (folder / f"sick{at}.jsonl").write_bytes(told if isinstance(told, bytes) else told.encode())
    predict(SPEC, "c_n", **SIZES, answers=folder / "sick9.jsonl").reply("1")
    return {f"sick{at}.jsonl": says for at, says in enumerate([*content, "another card, "])}


def test_sixty_files_ten_of_them_damaged_are_counted_in_less_than_a_second(tmp_path: Path) -> None:
    room(tmp_path)
    says = damage(tmp_path)
    began = time.perf_counter()
    told = tally(tmp_path)
    took = time.perf_counter() - began
    assert list(told.counts.items()) == list(COUNTS.items())  # the commonest misconception first
    assert sum(told.counts.values()) == 50
    assert len(told.problems) == 10
    for name, problem in zip(sorted(says), told.problems, strict=True):
        assert problem.startswith(str(tmp_path / name))
        assert says[name] in problem.replace(f"{tmp_path}/", "")
        assert re.fullmatch(r"[^\n]{20,400}\.", problem)
    assert took < 1
    first = told.rows[0]
    assert (first["typed"], first["said"]) == ("(3, 7, 34)", card().answer("3 7 34").said)


def test_it_takes_a_folder_files_a_pattern_or_what_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    name = tmp_path.name
    typed = [text for text, times in TYPED.items() for _ in range(times)]
    kept = card()
    for text in typed:
        try:
            kept.reply(text)
        except ValueError:
            continue
    for answers in (
        str(tmp_path),
        name,
        f"{name}/*.jsonl",
        f"{tmp_path}/learner*.jsonl",
        sorted(tmp_path.glob("*.jsonl")),
        [str(path) for path in tmp_path.iterdir()],
        (path for path in tmp_path.iterdir()),
        [tmp_path],
        [tmp_path, *tmp_path.iterdir()],
        kept.answers,
        typed,
    ):
        told = tally(answers, card())
        assert (told.counts, told.problems) == (COUNTS, [])
        assert told.rows[0]["said"] == card().answer("3 7 34").said
    assert tally([(3, 7, 34), (4, 3, 17)], card()).counts == {"output for a state": 1, "right": 1}
    assert tally(kept.answers).counts == COUNTS


def test_the_card_says_which_answers_are_meant(tmp_path: Path) -> None:
    for at in range(3):
        predict(SPEC, "c_n", **SIZES, answers=tmp_path / f"{at}.jsonl").reply("3 4 17")
    card(answers=tmp_path / "3.jsonl").reply("(3, 7, 34)")
    assert tally(tmp_path).counts == {"batch_first moved the state": 3}
    assert tally(tmp_path).problems == [f'{tmp_path / "3.jsonl"} answers another card, "Predict the shape of h_n".']
    assert tally(tmp_path, card()).counts == {"output for a state": 1}
    assert len(tally(tmp_path, card()).problems) == 3
    assert tally(tmp_path, card()).card == repr(card())


def test_its_text_says_what_the_picture_says(tmp_path: Path) -> None:
    room(tmp_path)
    (tmp_path / "ann.jsonl").write_text("")
    assert repr(tally(tmp_path)) == (
        "Predict the shape of h_n\n"
        "  nn.LSTM(11, 17, num_layers=2, batch_first=True, bidirectional=True) reads x of (3, 7, 11)\n"
        "  50 answers\n"
        f"    14  output for a state  (3, 7, 34)  {card().answer('3 7 34').said}\n"
        f"     9  batch_first moved the state  3 4 17  {card().answer('3 4 17').said}\n"
        "     2  state without num_directions / state without num_layers  2, 3, 17  "
        f"{card().answer('2 3 17').said}\n"
        "    22  right  4 3 17\n"
        "     3  no answer  banana\n"
        f"  {tmp_path / 'ann.jsonl'} is empty: no answer was given."
    )


def test_each_kind_of_question_has_short_names() -> None:
    deep = LayerSpec("GRU", 5, 10, 3, bidirectional=True)
    sizes = {"seq_len": 6, "batch": 3}
    slips = {"a": "It is less."}
    asked = [
        (predict(deep, "h_n", row=(1, "forward"), **sizes), ["1", "0", "9", "2", "3", "-1"]),
        (
            predict(deep, "output", equals="h_n[-1]", **sizes),
            ["[0]", "[-1]", "[99]", "[2, 1]", "[4, :, :10]", "[0,:,10:]"],
        ),
        (predict(question="?", attempt=lambda: 1, expected=lambda: 2), ["it raises", "it runs, and is wrong", "x"]),
        (predict(question="?", larger={"a": lambda: 1, "b": lambda: 2}, slips=slips), ["a", "they are equal", "b"]),
    ]
    assert [list(tally(answers, card).counts) for card, answers in asked] == [
        ["another row", "counted from 1", "layer forgotten", "no such row", "one row a layer", "right"],
        ["both halves", "both halves, other end", "it raises", "other numbers", "other shape", "right"],
        ["it raises", "right", "no answer"],
        ["a", "they are equal", "right"],
    ]


@pytest.mark.parametrize("place", ["~nobody-of-that-name/x", "a" * 5000, "/tmp/***"])
def test_what_names_no_place_is_told(place: str) -> None:
    (said,) = tally(place).problems
    assert said.endswith("names no folder, file or pattern.")
    assert len(said) < 120


def test_before_anyone_has_answered_it_says_so(tmp_path: Path) -> None:
    for place in (tmp_path, f"{tmp_path}/*.jsonl"):
        told = tally(place)
        assert told.counts == {}
        assert told.problems == [f"{place} holds no file of answers: their names end in .jsonl."]
    assert tally([]).counts == {}
    assert tally(tmp_path / "ann.jsonl").problems == [
        f"{tmp_path / 'ann.jsonl'} cannot be read: No such file or directory."
    ]


def test_what_is_no_answer_of_a_card_is_told_and_the_others_count() -> None:
    one = {"typed": "3 4 17", "when": "", "slip": "batch_first moved the state"}
    told = tally([one, {"typed": "3"}, one | {"slip": 3}, one | {"card": "Another?"}, one], card())
    assert told.counts == {"batch_first moved the state": 2}
    assert [problem[:9] for problem in told.problems] == ["answer 2,", "answer 3,", "answer 4,"]
    assert all(problem.endswith(" is none that this card has kept.") for problem in told.problems)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([3], "answers are a folder, files, or a list of what was typed, not 3."),
        ([None], "not None."),
        ([{"typed": "1"}], "not {'typed': '1'}."),
        ([b"x"], "not b'x'."),
        ([["4 3 17"]], "what was typed is judged by its card: give it too, as in tally(answers, card)."),
        ([["4 3 17"], "h_n"], "card is what predict(…) gives, not 'h_n'."),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(given: Any, says: str) -> None:
    with pytest.raises(TypeError) as raised:
        tally(*given)
    assert str(raised.value).endswith(says)


def test_a_card_that_cannot_judge_is_not_the_learners_fault() -> None:
    broken = predict(question="?", attempt=lambda: 1, expected=lambda: 1 / 0)
    with pytest.raises(ValueError, match="Whoever wrote this card has to mend it"):
        tally(["it raises"], broken)
