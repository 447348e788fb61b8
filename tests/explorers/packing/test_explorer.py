"""The packing explorer without a browser: its front end says what torch says; bad values are told and lose nothing."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import math
import random
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlib import LayerSpec
from rnnlib.engine.packing.comparison import padded_and_packed
from rnnlib.engine.packing.mistakes import MISTAKES, run_mistake
from rnnlib.engine.packing.pack_steps import pack_steps
from rnnlib.explorers.packing.explorer import ASKED, PackingExplorer
from rnnlib.explorers.packing.view import STAGES
from tests.node import run
from tests.strategies import cases, refused

DRAWN = Path(__file__).parent / "packing.mjs"
TRAITS = (*ASKED, "families", "sizes", "stages", "most", "controls", "question")


def state_of(explorer: PackingExplorer) -> dict[str, Any]:
    """The explorer's state as its front end gets it: bytes as text."""
    state = explorer.get_state([*TRAITS, "answer"])
    return json.loads(json.dumps(state, default=lambda raw: base64.b64encode(raw).decode(), allow_nan=False))


def drawn(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return json.loads(run(DRAWN, given=json.dumps(states)))


def a_case(chance: random.Random) -> PackingExplorer:
    """An explorer as a learner might set it."""
    kind = chance.choice(["RNN", "LSTM", "GRU"])
    proj = {"proj_size": chance.choice([0, 2])} if kind == "LSTM" else {}
    flags = {name: chance.random() < 0.5 for name in ("bidirectional", "batch_first", "bias")}
    relu = {"nonlinearity": "relu"} if kind == "RNN" and chance.random() < 0.5 else {}
    spec = LayerSpec(kind, chance.choice([5, 12]), 4, num_layers=chance.randint(1, 3), **flags, **proj, **relu)
    explorer = PackingExplorer(spec)
    explorer.lengths = [chance.randint(1, chance.choice([3, 29])) for _ in range(chance.choice([1, 2, 5, 12, 40]))]
    if chance.random() < 0.5:
        explorer.total_length = max(explorer.lengths) + chance.randint(0, 4)
    explorer.padding_value = chance.choice([0, -1, 100, 0.5, math.nan, math.inf])
    return explorer


@pytest.fixture(scope="module")
def pictures() -> list[tuple[PackingExplorer, dict[str, Any]]]:
    chance = random.Random(4)
    explorers = [a_case(chance) for _ in range(40)]
    return list(zip(explorers, drawn([state_of(explorer) for explorer in explorers]), strict=True))


def test_order_batch_sizes_and_starts_are_torchs(pictures: list[Any]) -> None:
    for explorer, there in pictures:
        packed = explorer.packing.packed
        assert there["order"] == packed.sorted_indices.tolist()
        assert there["batchSizes"] == packed.batch_sizes.tolist()
        assert there["starts"] == [0, *packed.batch_sizes.cumsum(0)[:-1].tolist()]
        assert (there["total"], there["longest"]) == (len(packed.data), max(explorer.lengths))


def test_before_the_kernel_has_answered_only_equals_may_stand_otherwise() -> None:
    """torch's sort is not stable: where lengths are equal, only torch knows its order."""
    explorer = PackingExplorer("GRU")
    explorer.lengths = [1 + item % 5 for item in range(60)]
    answered, alone = drawn([state_of(explorer), state_of(explorer) | {"answer": {}}])
    assert answered["order"] == explorer.packing.sorted_indices.tolist()
    assert alone["batchSizes"] == answered["batchSizes"]
    assert sorted(alone["order"]) == list(range(60))
    assert [explorer.lengths[item] for item in alone["order"]] == sorted(explorer.lengths, reverse=True)


# Each stage's sentence about a step, and which numbers of it are which.
TOLD = {
    "padded": r"Step (?P<time>\d+) of sequence (?P<item>\d+) is padded\[(?P<a>\d+), (?P<b>\d+)\]\.",
    "sorted": r"Step (?P<time>\d+) of sequence (?P<item>\d+) is in row (?P<row>\d+) now: the longest come first, and"
    r" sorted_indices\[(?P<rank>\d+)\] is (?P<who>\d+)\.",
    "packed": r"Step (?P<time>\d+) of sequence (?P<item>\d+) is data\[(?P<at>\d+)\]: (after (?P<before>\d+) rows?|"
    r"its first row), the (?P<nth>\w+) of the (?P<size>\d+) that batch_sizes\[(?P<step>\d+)\] counts\.",
    "unpacked": r"output\[(?P<a>\d+), (?P<b>\d+)\] is what the layer gave at step (?P<time>\d+) of sequence"
    r" (?P<item>\d+), in its old row\.",
}
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


def nth(said: str) -> int:
    return ORDINALS.index(said) if said in ORDINALS else int(said[:-2]) - 1


def test_a_sentence_names_the_right_place_at_every_stage(pictures: list[Any]) -> None:
    """Each read back as indices into tensors whose numbers say which step of which sequence they are."""
    for explorer, there in pictures:
        lengths, first = explorer.lengths, explorer.batch_first
        marked = [torch.tensor([[1000.0 * item + time] for time in range(n)]) for item, n in enumerate(lengths)]
        total = explorer.total_length
        made = pack_steps(marked, batch_first=first, padding_value=explorer.padding_value, total_length=total)
        places = [(item, time) for item in range(len(lengths)) for time in range(total or max(lengths))]
        for stage, sentences in there["told"].items():
            for (item, time), said in zip(places, sentences, strict=True):
                if time >= lengths[item]:
                    assert_pad(said, stage, explorer, made, item, time)
                    continue
                found = re.fullmatch(TOLD[stage], said)
                assert found, said
                numbers = {name: int(n) for name, n in found.groupdict("0").items() if name != "nth"}
                assert (numbers["item"], numbers["time"]) == (item, time)
                element = 1000 * item + time
                if stage in ("padded", "unpacked"):
                    tensor = made.padded if stage == "padded" else made.unpacked
                    assert tensor[numbers["a"], numbers["b"]] == element
                elif stage == "sorted":
                    row = numbers["row"]
                    assert made.sorted[(row, time) if first else (time, row)] == element
                    assert (numbers["rank"], made.sorted_indices[row]) == (row, numbers["who"])
                else:
                    at, size = numbers["at"], made.batch_sizes[time]
                    assert made.data[at] == element
                    assert (numbers["before"], numbers["size"], numbers["step"]) == (at, size, time)
                    assert nth(found["nth"]) == at - made.batch_sizes[:time].sum()


def assert_pad(said: str, stage: str, explorer: PackingExplorer, made: Any, item: int, time: int) -> None:
    """What is said of a pad: where it is, and what stands there."""
    index = (item, time) if explorer.batch_first else (time, item)
    if stage == "unpacked":
        assert said.startswith(f"output[{index[0]}, {index[1]}] is padding_value {explorer.padding_value:g}")
        np.testing.assert_equal(made.unpacked[index].item(), explorer.padding_value)
        assert ("total_length" in said) == (time >= max(explorer.lengths))
    elif stage == "padded" and time < max(explorer.lengths):
        assert said.startswith(
            f"padded[{index[0]}, {index[1]}] is a pad: sequence {item} has {explorer.lengths[item]} step"
        )
        np.testing.assert_equal(made.padded[index].item(), explorer.padding_value)
    else:
        assert "pad" in said


def test_the_titles_are_the_real_shapes(pictures: list[Any]) -> None:
    for explorer, there in pictures:
        packing = explorer.packing
        wide = explorer.answer["wide"]
        assert there["titles"] == [
            f"padded {tuple(packing.padded.shape)}",
            f"sorted {tuple(packing.sorted.shape)}",
            f"packed.data {tuple(packing.data.shape)} batch_sizes {tuple(packing.batch_sizes.shape)}",
            f"output {(*packing.unpacked.shape[:2], wide)}",
        ]


def test_a_row_is_as_long_as_its_sequence_and_counts_are_torchs(pictures: list[Any]) -> None:
    """Read off the drawing: each sequence's cells and pads, the batch sizes below, and what is left out."""
    for explorer, there in pictures:
        lengths, packing = explorer.lengths, explorer.packing
        total = explorer.total_length or max(lengths)
        for picture in there["pictures"]:
            drawing = ET.fromstring(picture)
            words = "".join(drawing.itertext())
            assert not re.search("NaN|undefined|Infinity|null", picture)
            assert (f"{len(lengths) - 11} more sequences" in words) == (len(lengths) > 12)
            rows = {int(row.get("data-item", "")): row for row in drawing.findall("./g[@class='row']")}
            assert set(rows) >= set(range(len(lengths))) if len(lengths) <= 12 else len(rows) >= 11
            for item, row in rows.items():
                drawn = {path.get("class"): path.get("d", "") for path in row.findall("path")}
                counts = [
                    drawn.get(name, "").count("M") for name in ("own", "pad read", "pad beyond") if "h" in drawn["own"]
                ]
                bar = counts[0] == 1 and lengths[item] > 1  # too narrow for cells
                assert bar or counts == [lengths[item], max(lengths) - lengths[item], total - max(lengths)], item
            shown = {text.get("data-part"): text.text for text in drawing.iterfind(".//text[@data-part]")}
            assert shown
            for part, size in shown.items():
                assert str(packing.batch_sizes[int(part[12:-1])].item()) == size
            cells = drawing.findall(".//rect[@data-index]")
            assert len(cells) == (len(packing.data) if len(packing.data) <= 600 else 0)
            for at, cell in enumerate(cells):
                item, time = int(cell.get("data-item", "")), int(cell.get("data-time", ""))
                assert torch.equal(packing.data[at], explorer.sequences[item][time])
                shade = float(cell.get("fill-opacity", ""))
                assert shade == pytest.approx(0.25 + 0.75 * (item + 1) / len(lengths), abs=0.006)


def test_the_snippet_runs_as_it_stands_and_prints_what_it_says(pictures: list[Any]) -> None:
    for explorer, there in pictures:
        code, names, printed = there["code"], {}, io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "snippet", "exec"), names)
        said = re.findall(r"print\(.*\)  # (\(.*\))", code)
        assert printed.getvalue().splitlines() == [f"torch.Size([{shape[1:-1]}])" for shape in said]
        shapes = [tuple(explorer.packing.padded.shape), (*explorer.packing.unpacked.shape[:2], explorer.answer["wide"])]
        assert said == [str(shape) for shape in shapes]
        assert names["lengths"].tolist() == explorer.lengths
        assert max(map(len, code.splitlines())) <= 66
        spec = LayerSpec.of(names["layer"])
        assert spec == LayerSpec.of(explorer.layer)
        padded: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(there["padded_code"], "snippet", "exec"), padded)
        assert "pack" not in there["padded_code"]
        assert padded["output"].shape[:2] == explorer.packing.padded.shape[:2]
        directions = 2 if explorer.bidirectional else 1
        assert names["summary"].shape == (len(explorer.lengths), directions * (spec.proj_size or spec.hidden_size))


def test_the_table_and_the_rows_are_what_the_layer_made(pictures: list[Any]) -> None:
    for explorer, there in pictures:
        assert_table(explorer, there["rows"])
        for stage, offs in zip(STAGES, there["offs"], strict=True):
            way = "padded" if stage in ("padded", "sorted") else "packed"
            assert [{name: off[name] for name in ("off", "holds")} for off in offs] == [
                row[way] for row in there["rows"]
            ]


def assert_table(explorer: PackingExplorer, rows: list[dict[str, Any]]) -> None:
    value = explorer.padding_value
    made = padded_and_packed(explorer.layer, explorer.sequences, padding_value=value)
    assert [row["length"] for row in rows] == explorer.lengths == [len(x) for x in explorer.sequences]
    assert [row["pads"] for row in rows] == [max(explorer.lengths) - length for length in explorer.lengths]
    for name, off in (("padded", made.off(made.padded)), ("packed", made.off(made.packed))):
        shown = [math.nan if row[name]["off"] is None else row[name]["off"] for row in rows]  # JSON knows no nan
        np.testing.assert_allclose(shown, off.amax(0).nan_to_num(math.nan, math.nan).numpy(), rtol=1e-5, atol=1e-6)
    assert all(row["packed"]["holds"] for row in rows)
    ran = explorer.answer
    for name, last in (("last_padded", made.padded.output[-1]), ("last_own", made.last_packed)):
        shown = np.frombuffer(ran[name], dtype="<f4").reshape(len(rows), ran["units"])
        np.testing.assert_allclose(shown, last[:, : ran["units"]].numpy(), rtol=1e-5, atol=1e-6)
    assert (ran["steps"], ran["own_steps"]) == (made.padded.steps, made.packed.steps)


def test_the_pads_change_the_states_of_shorter_sequences_and_packing_does_not() -> None:
    explorer = PackingExplorer("LSTM")
    (there,) = drawn([state_of(explorer)])
    for row in there["rows"]:
        assert row["packed"]["holds"]
        assert row["padded"]["holds"] == (row["pads"] == 0)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
@pytest.mark.parametrize("layer", ["GRU", LayerSpec("LSTM", 12, 4, 2, bidirectional=True, batch_first=True)], ids=str)
def test_a_mistake_is_made_at_that_moment(mistake: Any, layer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def counted(known: Any, *given: Any) -> Any:
        called.append(known.name)
        return run_mistake(known, *given)

    monkeypatch.setattr("rnnlib.explorers.packing.payload.run_mistake", counted)
    explorer = PackingExplorer(layer)
    assert (explorer.answer["tried"], called) == ({}, [])
    explorer.mistake = mistake.name
    expected = run_mistake(mistake, explorer.layer, explorer.sequences)
    said = {"name": mistake.name, "code": mistake.code, "cure": mistake.cure, "why": mistake.why}
    assert explorer.answer["tried"] == said | {
        "error": expected.error,
        "raised": "Error: " in expected.error,
        "cured": expected.cured,
        "cures": True,
    }
    assert called == [mistake.name]
    explorer.lengths = [9, 20, 4]
    assert called == [mistake.name] * 2
    explorer.mistake = ""
    assert explorer.answer["tried"] == {}


BUG = {
    "name": "bug",
    "title": "the last step of all",
    "code": "output, states = layer(padded)\nlast = output[-1]",
    "cure": "packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)\n"
    "last = pad_packed_sequence(layer(packed)[0])[0][lengths - 1, range(len(lengths))]",
}
LOUD = {
    "name": "loud",
    "title": "no lengths",
    "code": "packed = pack_padded_sequence(padded)",
    "cure": "packed = padded",
}


def test_a_mistake_of_ones_own_is_taken_like_a_built_in_one() -> None:
    explorer = PackingExplorer("GRU", mistakes=[BUG, LOUD, "not_packed"], mistake="bug")
    built_in = PackingExplorer("GRU", mistake="last_step")
    tried, known = explorer.answer["tried"], built_in.answer["tried"]
    assert tried["error"] == known["error"]
    assert "24 of the 32 numbers in last are wrong" in tried["error"]
    assert (tried["cured"], tried["raised"], tried["why"]) == ("last (4, 8)", False, "")
    explorer.set_state({"mistake": "loud"})
    assert explorer.answer["tried"]["error"].startswith("TypeError: pack_padded_sequence() missing 1 required")
    assert explorer.answer["tried"]["raised"]
    explorer.mistake = "not_packed"
    assert explorer.problem == ""


def test_the_menu_knows_what_is_offered_and_no_code() -> None:
    explorer = PackingExplorer("GRU", mistakes=[BUG, "last_step"])
    assert explorer.get_state()["mistakes"] == [
        {"name": "bug", "title": "the last step of all"},
        {"name": "last_step", "title": "output[-1] of a padded batch"},
    ]
    refused(lambda: setattr(explorer, "mistake", "not_packed"), "no mistake 'not_packed': there are bug, last_step.")
    explorer.set_state({"mistakes": [{"name": "bug", "title": "mine"}]})  # what no front end sends
    assert "lacks its code" in explorer.problem
    explorer.mistake = "bug"
    before = explorer.answer
    refused(lambda: setattr(explorer, "mistakes", ["last_step"]), "there is no mistake 'bug': there are last_step.")
    assert explorer.answer is before
    explorer.mistakes = [BUG | {"code": "last = padded[-1]"}]
    assert explorer.answer["tried"]["code"] == "last = padded[-1]"


def test_a_mistake_of_ones_own_is_recorded_for_a_page() -> None:
    explorer = PackingExplorer("GRU", batch=2, mistakes=[BUG, LOUD], controls=("mistake",))
    moves = {move.moved["mistake"]: move.after["answer"]["tried"] for move in explorer._recording().moves}
    assert {name: tried["raised"] for name, tried in moves.items()} == {"bug": False, "loud": True}
    fixed = PackingExplorer("GRU", mistakes=[BUG], mistake="bug", controls=())._recording()
    assert fixed.moves == []
    assert fixed.state["answer"]["tried"]["code"] == BUG["code"]


@pytest.mark.parametrize("cure", ["last = nowhere", "while True: last = 1"])
def test_whatever_a_mistake_of_ones_own_does_nothing_else_is_lost(cure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnlib.engine.packing.outcome.SECONDS", 0.3)
    explorer = PackingExplorer("GRU", mistakes=[BUG | {"cure": cure}], controls=("lengths",))
    explorer.mistake = "bug"
    assert explorer.answer["tried"]["cured"].startswith("The cure raised ")
    assert np.frombuffer(explorer.answer["off_packed"], dtype="<f4").max() < 1e-6
    explorer.set_state({"lengths": [3, 5]})
    assert (explorer.problem, explorer.answer["asked"]["lengths"]) == ("", [3, 5])


def test_the_text_tells_a_mistake_and_its_cure_only_where_it_was_chosen() -> None:
    lines = repr(PackingExplorer("GRU", mistakes=[BUG], mistake="bug", controls=())).splitlines()
    assert lines[6:] == [
        "  Goes wrong:",
        "    output, states = layer(padded)",
        "    last = output[-1]",
        f"    {PackingExplorer('GRU', mistake='last_step').answer['tried']['error']}",
    ]
    assert "  Cure:" in repr(PackingExplorer("GRU", mistake="last_step")).splitlines()


def test_the_stage_is_one_of_those_shown() -> None:
    explorer = PackingExplorer("GRU", stage="packed")
    assert explorer.stage == "packed"
    explorer.stages = ("sorted", "unpacked")
    assert explorer.stage == "sorted"
    refused(lambda: setattr(explorer, "stage", "packed"), "shown, sorted, unpacked")
    refused(lambda: PackingExplorer("GRU", stages=("padded",), stage="packed"), "stage must be one of those")
    assert PackingExplorer("GRU", stages=("packed",)).stage == "packed"


@cases(60)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=5), st.booleans(), st.sampled_from([torch.float32, torch.float64])
)
def test_sequences_and_a_layer_of_ones_own_are_what_runs(lengths: list[int], first: bool, dtype: torch.dtype) -> None:
    layer = nn.LSTM(3, 4, 2, batch_first=first, bidirectional=True, proj_size=2, dropout=0.5, dtype=dtype)
    own = [torch.randn(length, 3, dtype=dtype, requires_grad=True) for length in lengths]
    explorer = PackingExplorer(layer, own)
    assert explorer.layer is layer
    assert layer.training
    assert (explorer.lengths, explorer.more) == (lengths, [])
    assert all(torch.equal(a, b) for a, b in zip(explorer.sequences, own, strict=True))
    assert np.frombuffer(explorer.answer["off_packed"], dtype="<f4").max() < 1e-6
    explorer.lengths = [1]
    assert torch.equal(explorer.sequences[0], own[0][:1])
    explorer.lengths = lengths
    assert explorer.sequences[0].shape == own[0].shape


def test_sequences_that_leave_can_join_again_each_in_its_place() -> None:
    own = [torch.randn(length, 2) for length in (5, 2, 7, 9)]
    explorer = PackingExplorer("RNN", own, batch=2)
    assert (explorer.lengths, explorer.more) == ([5, 2], [7, 9])
    for lengths, more in (([4], [2, 7, 9]), ([4, 2, 7], [9]), ([1, 1, 1, 1], []), ([1, 1], [1, 1])):
        explorer.lengths = lengths
        assert explorer.more == more
        sent = {"lengths": lengths, "more": more}
        explorer.set_state(sent)
        assert {name: getattr(explorer, name) for name in sent} == sent
        assert explorer.problem == ""


def test_what_is_refused_takes_no_sequence_away() -> None:
    explorer = PackingExplorer("RNN", [torch.randn(length, 2) for length in (5, 2, 7)], batch=2)
    explorer.set_state({"lengths": [5, 3, 7], "more": []})
    assert "sequence 1 has 2 steps" in explorer.problem
    assert (explorer.lengths, explorer.more) == ([5, 2], [7])


def test_another_draw_gives_other_utterances_as_many_as_before() -> None:
    explorer = PackingExplorer("RNN")
    seen = []
    for draw in range(4):
        explorer.draw = draw
        seen.append((explorer.lengths, explorer.more))
        assert (len(explorer.lengths), len(explorer.more)) == (4, 8)
        explorer.total_length = max(explorer.lengths)  # a draw may need more room: then it is given
    assert len({str(lengths) for lengths in seen}) == 4


def test_the_order_torch_chose_is_sent() -> None:
    explorer = PackingExplorer("RNN", batch=40)
    assert explorer.answer["sorted_indices"] == explorer.packing.sorted_indices.tolist()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_padding_that_json_does_not_know_travels(value: float) -> None:
    explorer = PackingExplorer("GRU")
    explorer.padding_value = value
    state = state_of(explorer)
    assert state["padding_value"] == state["answer"]["asked"]["padding_value"] == str(value)
    explorer.set_state({"padding_value": 0})
    explorer.set_state({"padding_value": str(value)})
    assert str(explorer.padding_value) == str(value)
    assert explorer.problem == ""
    assert np.frombuffer(explorer.answer["off_packed"], dtype="<f4").max() < 1e-6


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_in_the_data_is_told_and_does_not_stop_anything(bad: float) -> None:
    own = [torch.randn(6, 2), torch.full((3, 2), bad), torch.randn(4, 2)]
    explorer = PackingExplorer("GRU", own)
    (there,) = drawn([state_of(explorer)])
    assert there["rows"][0]["packed"]["holds"]
    for mistake in MISTAKES:
        explorer.mistake = mistake.name
        assert explorer.problem == ""


def test_padding_that_occurs_in_the_data_is_noted_and_alarms_nobody() -> None:
    explorer = PackingExplorer("GRU", [torch.zeros(5, 2), torch.ones(3, 2)])
    assert "padding_value 0.0 occurs in the data too" in explorer.answer["note"]
    assert explorer.problem == ""
    explorer.padding_value = 0.5
    assert explorer.answer["note"] == ""


OWN_BAD: dict[str, tuple[Any, tuple[str, ...]]] = {
    "no sequence": ([], ("empty",)),
    "widths that differ": ([torch.ones(5, 2), torch.ones(2, 3)], ("sequences[1]", "3 wide")),
    "one axis": ([torch.ones(5)], ("2 axes", "unsqueeze")),
    "whole numbers": ([torch.ones(5, 2, dtype=torch.long)], ("float32", ".float()")),
    "dtypes that differ": ([torch.ones(5, 2), torch.ones(2, 2).double()], ("sequences[1]", "float64")),
    "None among them": ([None], ("sequences[0]", "None")),
    "no steps": ([torch.ones(5, 2), torch.ones(0, 2)], ("sequences[1]", "is empty")),
    "one tensor": (torch.ones(3, 2, 2), ("list",)),
    "a text": ("abc", ("list",)),
    "arrays": ([np.ones((3, 2))], ("torch.from_numpy",)),
    "no numbers": ([torch.ones(3, 2, device="meta")], ("meta",)),
}


@pytest.mark.parametrize(("own", "words"), OWN_BAD.values(), ids=OWN_BAD)
def test_sequences_that_cannot_be_are_refused(own: Any, words: tuple[str, ...]) -> None:
    refused(lambda: PackingExplorer("GRU", own), *words)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16], ids=str)
def test_a_kind_is_built_in_the_dtype_of_your_own_sequences(dtype: torch.dtype) -> None:
    explorer = PackingExplorer("GRU", [torch.ones(5, 2, dtype=dtype), torch.ones(2, 2, dtype=dtype)])
    assert explorer.layer.weight_ih_l0.dtype == dtype
    refused(lambda: PackingExplorer(nn.GRU(2, 3), [torch.ones(5, 2, dtype=dtype)]), "float32", "sequences[0].float()")


MADE_BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a cell": ({"layer": nn.GRUCell(3, 4)}, ("GRUCell", "'GRU'")),
    "a cell's kind": ({"layer": "LSTMCell"}, ("LSTMCell", "'LSTM'")),
    "no recurrent layer": ({"layer": nn.Linear(3, 4)}, ("Linear",)),
    "one inside another": ({"layer": nn.Sequential(nn.GRU(3, 4))}, ("get_submodule",)),
    "a class": ({"layer": nn.LSTM}, ("class",)),
    "nothing": ({"layer": None}, ("NoneType",)),
    "a layer without numbers": ({"layer": nn.GRU(12, 4, device="meta")}, ("layer", "meta")),
    "another width": ({"layer": nn.GRU(5, 4), "sequences": [torch.ones(3, 2)]}, ("5", "input_size=2")),
    "no batch": ({"batch": 0}, ("batch", "at least 1")),
    "half a sequence": ({"batch": 2.5}, ("batch", "whole number")),
    "more than are recorded": ({"batch": 641}, ("640", "641")),
    "more than were given": ({"sequences": [torch.ones(3, 2)], "batch": 2}, ("at most 1", "2")),
    "an unknown stage": ({"stages": ("x",)}, ("stages", "padded")),
    "one text for stages": ({"stages": "padded"}, ("stages", "several names", "('padded',)")),
    "one text for controls": ({"controls": "batch"}, ("controls", "several names", "('batch',)")),
    "no stages": ({"stages": None}, ("stages", "padded")),
    "an unknown control": ({"controls": ("x",)}, ("control", "'x'")),
    "no controls": ({"controls": None}, ("controls",)),
    "no question": ({"question": None}, ("question", "text")),
}


@pytest.mark.parametrize(("given", "words"), MADE_BAD.values(), ids=MADE_BAD)
def test_an_explorer_that_cannot_be_is_refused(given: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(lambda: PackingExplorer(**given), *words)


def test_a_fault_of_ones_own_forward_is_said_to_be_that() -> None:
    class Own(nn.GRU):
        broken = False

        def forward(self, x: Any, hx: Any = None) -> Any:
            if self.broken:
                raise KeyError("mine")
            return super().forward(x, hx)

    layer = Own(12, 4)
    explorer = PackingExplorer(layer)
    layer.broken = True
    explorer.set_state({"lengths": [9, 20]})
    assert explorer.problem == "Your layer's forward(), or a hook of it, raised KeyError: 'mine'"
    assert explorer.lengths == [17, 12, 22, 17]


@pytest.mark.parametrize("stages", [(), ("packed",), ("unpacked", "padded"), STAGES])
def test_stages_are_shown_in_their_order(stages: tuple[str, ...]) -> None:
    assert PackingExplorer("RNN", stages=stages).stages == [stage for stage in STAGES if stage in stages]


def test_many_sequences_are_told_with_counts() -> None:
    explorer = PackingExplorer("GRU", [torch.randn(int(n), 3) for n in torch.randint(1, 500, (100,))])
    assert len(explorer.lengths) == 100
    assert "batch 100" in repr(explorer)
    assert "…] (100)" in repr(explorer)
    assert max(map(len, repr(explorer).splitlines())) < 100


def test_its_text_says_the_shapes_and_the_question() -> None:
    explorer = PackingExplorer(LayerSpec("GRU", 12, 8, batch_first=True, bidirectional=True), question="How many pads?")
    shown = repr(explorer)
    for words in (
        "lengths [17, 12, 22, 17]",
        "(4, 22, 12)",
        "[2, 0, 3, 1]",
        "(68, 12)",
        "(4, 22, 16)",
        "How many pads?",
    ):
        assert words in shown


class Reads(nn.GRU):
    """A layer of one's own that looks at its input."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        if x.shape[-1] != 12:
            raise ValueError("another width")
        return super().forward(x, hx)


class Mended(nn.GRU):
    """As the sentence says: what is packed is handed on as it is, and asked for its data."""

    def forward(self, x: Any, hx: Any = None) -> Any:
        assert x.data.shape[-1] == 12
        return super().forward(x, hx)


def test_a_forward_that_takes_no_packed_sequence_is_told_how_it_could() -> None:
    refused(lambda: PackingExplorer(Reads(12, 4)), "forward() of your Reads", ".shape", "x.data", "super().forward")
    assert PackingExplorer(Mended(12, 4)).problem == ""


def test_what_takes_too_long_is_refused_and_what_takes_its_time_runs_in_the_background() -> None:
    own, sentence = [torch.zeros(20_000, 12)], "are too much to run here: choose fewer, or shorter, sequences."
    refused(lambda: PackingExplorer(LayerSpec("LSTM", 12, 512), own), sentence)
    explorer = PackingExplorer(LayerSpec("GRU", 12, 256), [torch.zeros(1500, 12)])
    before = explorer.answer
    explorer.set_state({"bidirectional": True})
    assert explorer.answer is before
    assert explorer.running["asked"]["bidirectional"] is True
    assert explorer.running["says"].endswith("take a moment.")
    explorer.wait()
    assert (explorer.running, explorer.problem, explorer.answer["wide"]) == ({}, "", 512)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_of_a_kind_the_layer_is_built_in_the_dtype_of_the_sequences(dtype: torch.dtype) -> None:
    explorer = PackingExplorer("GRU", [torch.randn(5, 3, dtype=dtype), torch.randn(2, 3, dtype=dtype)])
    explorer.num_layers = 2
    assert {weight.dtype for weight in explorer.layer.parameters()} == {dtype}


def test_a_note_stands_on_screen_and_in_the_text() -> None:
    explorer = PackingExplorer("GRU", [torch.zeros(5, 2), torch.ones(3, 2)])
    assert f"  Note: {explorer.answer['note']}" in repr(explorer).splitlines()
