"""The card as the front end and a stored notebook see it: what is asked, and nothing of the answer."""

from __future__ import annotations

import datetime
import itertools
import json
import re
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from ipywidgets import Widget
from torch import nn

from rnnlib.explorers.prediction.card import PredictionCard
from rnnlib.explorers.prediction.predict import predict
from rnnlib.spec import LayerSpec, shapes

SPEC = LayerSpec("LSTM", 11, 17, num_layers=2, bidirectional=True, batch_first=True)
SIZES = {"seq_len": 7, "batch": 3}


def card_for(tensor: str = "h_n") -> tuple[PredictionCard, list[dict[str, Any]]]:
    """A card, and the messages that it sends."""
    card, sent = predict(SPEC, tensor, **SIZES), []
    card.send = lambda content, buffers=None: sent.append(content)
    return card, sent


def hear(card: PredictionCard, content: Any) -> None:
    """What ipywidgets does when a custom message arrives."""
    card._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def stored(card: PredictionCard) -> str:
    """All that a notebook could keep of a card: its state, what it shows in text, and the saved widget state.

    But for its `answers`, which are the learner's own.
    """
    left_out = ("_esm", "_css", "answers")
    state = {name: value for name, value in card.get_state().items() if name not in left_out}
    shown = card._repr_mimebundle_()
    saved = Widget.get_manager_state(widgets=[card])["state"][card.model_id]["state"]
    saved = {name: value for name, value in saved.items() if name not in left_out}
    return json.dumps([state, shown, saved, repr(card), str(card)], default=str)


@pytest.mark.parametrize("tensor", list(shapes(SPEC, **SIZES)))
def test_the_answer_is_stored_nowhere_before_or_after(tensor: str) -> None:
    card, sent = card_for(tensor)
    answer = shapes(SPEC, **SIZES)[tensor].sizes
    numbers = r"[^0-9]{1,4}".join(map(str, answer)) if len(answer) > 1 else rf"\b{answer[0]}\b"
    before = stored(card)
    assert not re.search(numbers, before)
    hear(card, {"answer": "(1, 2)", "id": "a"})
    hear(card, {"answer": str(answer), "id": "b"})
    assert [told["right"] for told in sent] == [False, True]
    assert re.search(numbers, str([axis["size"] for axis in sent[1]["axes"]]))
    assert stored(card) == before
    assert [given["typed"] for given in card.answers] == ["(1, 2)", str(answer)]


WRONG = [lambda s: (*s, 1), lambda s: (*s[:-1], s[-1] + 1), lambda s: s[::-1], lambda s: (1,), lambda s: (9, *s)]


@pytest.mark.parametrize("slip", WRONG)
@pytest.mark.parametrize("tensor", list(shapes(SPEC, **SIZES)))
def test_the_shape_is_not_told_at_the_first_slip_but_at_the_second(tensor: str, slip: Any) -> None:
    card, sent = card_for(tensor)
    answer = shapes(SPEC, **SIZES)[tensor].sizes
    if (wrong := slip(answer)) == answer:
        wrong = (*answer, 5)
    for typed in (str(wrong), "banana", str(wrong), str(list(wrong))):  # the same slip again is no second one
        hear(card, {"answer": typed})
    first, nonsense, *again = sent
    assert "axes" not in first
    assert str(answer) not in str(first).replace(str(wrong), "")
    assert set(nonsense) == {"problem", "id"}
    assert again == [first, first]
    hear(card, {"answer": str((*wrong, 3))})
    assert sent[-1]["right"] is False
    assert tuple(axis["size"] for axis in sent[-1]["axes"]) == answer
    hear(card, {"answer": str(wrong)})
    assert "axes" in sent[-1]


def test_who_asks_is_told() -> None:
    card, sent = card_for()
    hear(card, {"show": True, "id": "a"})
    assert sent[0]["id"] == "a"
    assert [axis["size"] for axis in sent[0]["axes"]] == [4, 3, 17]
    assert sent[0]["said"] == "Why: one state for each layer and direction, after the last step."
    assert "right" not in sent[0]
    hear(card, {"answer": "1 2"})
    assert sent[-1]["axes"] == sent[0]["axes"]  # what is known is not hidden again
    for asked in ("yes", 1, None):
        hear(card, {"show": asked})
        assert set(sent[-1]) == {"problem", "id"}


def test_the_stored_text_is_the_question_and_the_call() -> None:
    card, _ = card_for()
    assert repr(card) == (
        "Predict the shape of h_n\n"
        "  nn.LSTM(11, 17, num_layers=2, batch_first=True, bidirectional=True) reads x of (3, 7, 11)"
    )
    data, _ = card._repr_mimebundle_()
    assert data["text/plain"] == repr(card)


@pytest.mark.parametrize(
    ("layer", "tensor", "batch", "call"),
    [
        (LayerSpec("RNN", 5, 10, 2), "h_n", 3, "nn.RNN(5, 10, num_layers=2) reads x of (6, 3, 5)"),
        (LayerSpec("RNN", 5, 10), "h_n", None, "nn.RNN(5, 10) reads x of (6, 5)"),
        (nn.GRUCell(5, 10, bias=False), "h_1", 3, "nn.GRUCell(5, 10, bias=False) reads x of (3, 5)"),
        (LayerSpec("RNNCell", 5, 10), "h_1", None, "nn.RNNCell(5, 10) reads x of (5,)"),
        (LayerSpec("RNN", 5, 10), "input", 3, "nn.RNN(5, 10) reads a batch of 3, seq_len 6"),
        (LayerSpec("RNN", 5, 10), "input", None, "nn.RNN(5, 10) reads one unbatched sequence, seq_len 6"),
        (LayerSpec("RNNCell", 5, 10), "input", 3, "nn.RNNCell(5, 10) reads one step of a batch of 3"),
        (
            LayerSpec("LSTM", 5, 10, 2, bias=False, batch_first=True, dropout=0.5, bidirectional=True, proj_size=4),
            "c_n",
            3,
            "nn.LSTM(5, 10, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True, proj_size=4)"
            " reads x of (3, 6, 5)",
        ),
    ],
)
def test_the_call_is_one_line(layer: Any, tensor: str, batch: int | None, call: str) -> None:
    card = predict(layer, tensor, seq_len=6, batch=batch, question="Guess!")
    assert repr(card) == f"Guess!\n  {call}"


def test_the_sizes_that_are_synced_are_those_of_the_call() -> None:
    card = predict(LayerSpec("RNN", 5, 10), "weight_ih_l0", **SIZES)
    assert card.sizes == {"input_size": 5, "hidden_size": 10, "seq_len": 7, "batch": 3}


def test_feedback_is_a_message_to_the_one_who_asked() -> None:
    card, sent = card_for()
    hear(card, {"answer": "3 4 17", "id": "view-1"})
    hear(card, {"answer": "4 3 17", "id": "view-2"})
    told, right = sent
    assert told["id"] == "view-1"
    assert told["right"] is False
    assert told["said"].startswith("batch_first moves only input and output, never a state.")
    assert right["axes"] == [
        {"axis": "num_layers*num_directions", "size": 4, "worked": "2 × 2"},
        {"axis": "batch", "size": 3, "worked": ""},
        {"axis": "hidden_size", "size": 17, "worked": ""},
    ]
    json.dumps(sent)


@pytest.mark.parametrize("content", [{"answer": "no shape"}, {"answer": None}, {"answer": {}}, {}, None, "x", 3, []])
def test_what_is_no_answer_gets_a_sentence_and_reveals_nothing(content: Any) -> None:
    card, sent = card_for()
    hear(card, content)
    (told,) = sent
    assert set(told) == {"problem", "id"}
    assert re.fullmatch(r".{20,}\.", told["problem"])
    assert "17" not in told["problem"]
    hear(card, {"answer": "4 3 17"})
    assert sent[-1]["right"] is True


def test_a_fault_of_ours_is_told_and_logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    card, sent = card_for()
    ours = FunctionType((lambda answer: 1 / 0).__code__, {"__name__": "rnnlib.planted"})
    monkeypatch.setattr(card, "reply", ours)
    hear(card, {"answer": "4 3 17", "id": "a"})
    assert "fault in rnnlib" in sent[0]["problem"]
    assert "ZeroDivisionError" in caplog.text


def test_two_cards_know_nothing_of_each_other() -> None:
    (one, heard), (other, unheard) = card_for("output"), card_for("h_n")
    hear(one, {"answer": "3 7 34", "id": "a"})
    assert heard[0]["right"] is True
    assert unheard == []
    assert len({card.model_id for card in itertools.chain([one, other])}) == 2


OTHERS = [
    (lambda: predict(SPEC, "h_n", row=(1, "forward"), **SIZES), ("0", "2")),
    (lambda: predict(SPEC, "output", equals="h_n[-1]", **SIZES), ("[-1]", "[:, 0, 17:]")),
    (lambda: predict(question="And?", attempt=lambda: 1, expected=lambda: 2), ("it raises", "it runs, and is wrong")),
    (lambda: predict(question="And?", larger={"a": lambda: 1, "b": lambda: 2}), ("a", "b")),
]


@pytest.mark.parametrize(("make", "answers"), OTHERS, ids=["row", "slice", "attempt", "larger"])
def test_of_no_kind_the_answer_is_stored_or_told_at_the_first_slip(make: Any, answers: tuple[str, str]) -> None:
    card, sent = make(), []
    card.send = lambda content, buffers=None: sent.append(content)
    before = stored(card)
    for answer in answers:
        hear(card, {"answer": answer})
    assert stored(card) == before
    assert [told["right"] for told in sent] == [False, True]
    assert "truth" not in sent[0]
    truth = sent[1]["truth"]
    assert truth in card.choices or truth not in before + sent[0]["said"]


def test_every_answer_is_kept_by_what_was_typed_when_and_its_slip() -> None:
    card, _ = card_for()
    heard: list[Any] = []
    card.observe(lambda change: heard.append(change.new), "answers")
    began = datetime.datetime.now(datetime.UTC)
    for typed in ("3 4 17", "banana", "(3, 7, 34)", "4x3x17", None, "x" * 5000):
        hear(card, {"answer": typed})
    assert [given["slip"] for given in card.answers] == [
        "batch_first moved the state",
        "no answer",
        "output for a state",
        "",
        "no answer",
        "no answer",
    ]
    assert [given["typed"] for given in card.answers[:5]] == ["3 4 17", "banana", "(3, 7, 34)", "4x3x17", "None"]
    assert len(card.answers[5]["typed"]) == 200
    times = [datetime.datetime.fromisoformat(given["when"]) for given in card.answers]
    assert began <= times[0] <= times[-1] <= datetime.datetime.now(datetime.UTC)
    assert times[0].utcoffset() == datetime.timedelta(0)
    assert heard[-1] == card.answers
    assert [len(answers) for answers in heard] == [1, 2, 3, 4, 5, 6]
    json.dumps(card.answers)


@pytest.mark.parametrize("kind", ["now", "later"])
def test_a_callback_that_fails_is_told_and_the_feedback_comes_all_the_same(kind: str) -> None:
    card, sent = card_for()
    card.later = kind == "later"
    card.observe(lambda change: 1 / 0, "answers")
    hear(card, {"answer": "3 4 17"})
    (told,) = sent
    assert "A callback of your own raised ZeroDivisionError" in told["said" if card.later else "notice"]
    assert told.get("right") is (None if card.later else False)
    assert len(card.answers) == 1


def test_what_is_right_is_kept_until_it_is_revealed() -> None:
    card, sent = predict(SPEC, "h_n", **SIZES, reveal="later"), []
    card.send = lambda content, buffers=None: sent.append(content)
    before = stored(card)
    for typed in ("3 4 17", "(7, 3, 34)", "4 3 17", "1 1"):
        hear(card, {"answer": typed, "id": "a"})
        assert sent[-1] == {"kept": True, "said": "What is right is told later, with card.reveal().", "id": "a"}
    hear(card, {"answer": "banana"})
    assert "not all numbers" in sent[-1]["problem"]
    hear(card, {"show": True, "id": "b"})
    assert sent[-1] == {"problem": "What is right is told later, with card.reveal().", "id": "b"}
    with pytest.raises(ValueError, match="told later"):
        card.answer("4 3 17")
    assert card._recording().state["recording"] == {"problem": "What is right is told later, with card.reveal()."}
    assert stored(card) == before
    card.reveal()
    assert sent[-1]["revealed"] is True
    assert sent[-1]["right"] is False
    assert sent[-1]["said"] == card.answer("1 1").said
    assert [axis["size"] for axis in sent[-1]["axes"]] == [4, 3, 17]
    hear(card, {"answer": "3 4 17"})
    assert sent[-1]["truth"] == card.answer("4 3 17").truth


def test_a_card_that_nobody_answered_is_revealed_too() -> None:
    card, sent = predict(SPEC, "h_n", **SIZES, reveal="later"), []
    card.send = lambda content, buffers=None: sent.append(content)
    card.reveal()
    assert sent[-1]["truth"].startswith("(4, 3, 17)")
    assert "right" not in sent[-1]


def written(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_each_answer_is_written_where_the_lecturer_says(tmp_path: Path) -> None:
    card = predict(SPEC, "h_n", **SIZES, answers=tmp_path / "class" / "ann.jsonl")
    assert list(tmp_path.iterdir()) == []  # nothing before an answer
    for typed in ("3 4 17", "banana", "4×3×17", "\ud800"):
        hear(card, {"answer": typed})
    told = written(tmp_path / "class" / "ann.jsonl")
    assert [{name: one[name] for name in ("typed", "when", "slip")} for one in told] == card.answers
    assert [one["said"][:20] for one in told] == [
        "batch_first moves on",
        '"banana" is not all ',
        "",
        '"\ud800" is no shape: giv',
    ]
    assert {one["card"] for one in told} == {repr(card)}
    again = predict(SPEC, "h_n", **SIZES, answers=tmp_path / "class" / "ann.jsonl")
    hear(again, {"answer": "1"})
    assert len(written(tmp_path / "class" / "ann.jsonl")) == 5  # a second start goes on


def test_in_a_folder_everyone_has_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for user, notebook in (("ann", "06.ipynb"), ("ben", "06.ipynb"), ("ann", "06.ipynb"), ("a/../nn é", "")):
        monkeypatch.setenv("JUPYTERHUB_USER", user)
        monkeypatch.setenv("JPY_SESSION_NAME", notebook)
        hear(predict(SPEC, "h_n", **SIZES, answers=str(tmp_path)), {"answer": "4 3 17"})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [re.sub("-[0-9a-f]{8}.jsonl$", "", name) for name in names] == ["a_.._nn_é", "ann", "ben"]
    assert len(written(tmp_path / names[1])) == 2


def test_where_it_cannot_be_written_it_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    card, sent = predict(SPEC, "h_n", **SIZES, answers=tmp_path / "not" / "there"), []
    card.send = lambda content, buffers=None: sent.append(content)
    for typed in ("3 4 17", "4 3 17"):
        hear(card, {"answer": typed})
    assert [told["right"] for told in sent] == [False, True]
    said = f"Your answer is kept here, but cannot be written to {tmp_path / 'not' / 'there'}"
    assert all(told["notice"].startswith(said) for told in sent)
    (tmp_path / "not").mkdir()
    hear(card, {"answer": "1"})
    assert "notice" not in sent[-1]
    (file,) = (tmp_path / "not" / "there").iterdir()
    assert [one["typed"] for one in written(file)] == ["3 4 17", "4 3 17", "1"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"answers": 3}, "answers is a folder, or a file that ends in .jsonl, not 3."),
        ({"answers": ""}, "answers is a folder, or a file that ends in .jsonl, not ''."),
        ({"reveal": "never"}, "reveal must be 'now' or 'later', not 'never'."),
        ({"reveal": True}, "reveal must be 'now' or 'later', not True."),
    ],
)
def test_what_a_lecturer_may_not_ask_is_refused_in_words(given: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        predict(SPEC, "h_n", **SIZES, **given)
    assert str(raised.value) == says
