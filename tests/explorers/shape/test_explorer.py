"""The shape explorer without a browser: its traits, its live answer, and what it does with bad values."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from rnnlib import LayerSpec, ShapeExplorer, shapes
from rnnlib.explorers.shape import explorer as shape_explorer
from rnnlib.explorers.shape import payload as live
from rnnlib.explorers.shape.payload import _weights_agree
from rnnlib.spec.kinds import KINDS
from rnnlib.spec.shapes import data_shapes


def sent(explorer: ShapeExplorer, **values: Any) -> None:
    """What a front end's message does."""
    explorer.set_state(values)


def row(explorer: ShapeExplorer, name: str) -> dict[str, Any]:
    """What the kernel says of a tensor's shape."""
    return next(row for row in explorer.answer["rows"] if row["name"] == name)


def face(explorer: ShapeExplorer, name: str) -> torch.Tensor:
    """The numbers on a tensor's front face, ``(rows, columns)``."""
    (shown,) = (face for face in explorer.answer["faces"] if face["tensor"] == name)
    values = torch.frombuffer(bytearray(shown["values"]), dtype=torch.float32)
    return values.reshape(len(shown["rows"]), len(shown["cols"]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_shape_of_the_live_layer_agrees(kind: str) -> None:
    explorer = ShapeExplorer(kind, seq_len=5, batch=2)
    assert all(row["agrees"] for row in explorer.answer["rows"])
    assert explorer.answer["weights_agree"]
    assert {row["name"] for row in explorer.answer["rows"]} == set(data_shapes(explorer.spec, 5, 2))
    expected = shapes(explorer.spec, 5, 2)
    assert all(row["shape"] == expected[row["name"]].sizes for row in explorer.answer["rows"])


def test_a_wrong_rule_is_shown_as_a_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(spec: LayerSpec, seq_len: int, batch: int | None = None) -> Any:
        return shapes(spec, seq_len + 1, batch)

    monkeypatch.setattr("rnnlib.explorers.shape.payload.shapes", wrong)
    agrees = {row["name"]: row["agrees"] for row in ShapeExplorer("RNN").answer["rows"]}
    assert agrees == {"input": False, "h_0": True, "output": False, "h_n": True}


def test_setting_a_trait_asks_the_layer_again() -> None:
    explorer = ShapeExplorer("GRU")
    explorer.seq_len = 7
    assert explorer.answer["asked"]["seq_len"] == 7
    assert row(explorer, "output")["shape"] == (7, 3, 16)


def test_values_that_arrive_together_are_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer, runs = ShapeExplorer("GRU"), []
    monkeypatch.setattr(shape_explorer, "answer", lambda *chosen: runs.append(1) or live.answer(*chosen))
    sent(explorer, seq_len=9, batch=5, kind="RNN", batch_first=True)
    assert runs == [1]
    assert explorer.answer["rows"][0]["shape"] == (5, 9, 12)


def test_a_lecturer_can_link_and_observe() -> None:
    one, other, heard = ShapeExplorer("RNN"), ShapeExplorer("LSTM"), []
    ipywidgets.link((one, "hidden_size"), (other, "hidden_size"))
    other.observe(lambda change: heard.append(change.new), "hidden_size")
    one.hidden_size = 5
    assert other.answer["asked"]["hidden_size"] == 5
    assert heard == [5]


def test_the_recorded_utterances_are_run_where_they_fit() -> None:
    explorer = ShapeExplorer("LSTM", seq_len=8, batch=3)
    assert "3 recorded utterances" in explorer.answer["source"]
    explorer.input_size = 11
    assert "random" in explorer.answer["source"]


def test_a_real_module_runs_with_its_own_weights() -> None:
    layer = nn.LSTM(12, 5, batch_first=True, dtype=torch.float64)
    explorer = ShapeExplorer(layer, seq_len=4, batch=2)
    assert "your own" in explorer.answer["source"]
    with torch.no_grad():
        output, _ = layer(_recorded(4, 2).transpose(0, 1).double())
    assert torch.allclose(face(explorer, "output"), output[0].T.float())
    explorer.hidden_size = 6
    assert "your own" not in explorer.answer["source"]


def _recorded(seq_len: int, batch: int) -> torch.Tensor:
    from rnnlib.explorers.shared.recordings import input_for

    return input_for(LayerSpec("RNN", 12, 1), seq_len, batch)[0]


def test_a_cell_is_called_once_a_step() -> None:
    cell = nn.GRUCell(12, 3)
    state = None
    for x_t in _recorded(6, 2):
        state = cell(x_t, state)
    assert torch.allclose(face(ShapeExplorer(cell, seq_len=6, batch=2), "h_1")[:, 0], state[0])


def test_of_a_long_axis_the_ends_of_each_direction_are_sent() -> None:
    layer = nn.LSTM(12, 60, bidirectional=True)
    explorer = ShapeExplorer(layer, seq_len=26, batch=3)
    with torch.no_grad():
        output, (h_n, _) = layer(_recorded(26, 3))
    (shown,) = (one for one in explorer.answer["faces"] if one["tensor"] == "output")
    assert shown["rows"] == [*range(24), *range(36, 84), *range(96, 120)]
    assert torch.allclose(face(explorer, "output"), output[:, 0, shown["rows"]].T, atol=1e-6)
    assert torch.allclose(face(explorer, "h_n"), h_n[:, 0, [*range(24), *range(36, 60)]].T, atol=1e-6)


def test_a_fact_is_no_fault() -> None:
    """Torch's own layers get = and ≠; ✗ is for a forward() that gives something else than it says."""
    marks = {
        check["sentence"]: check["mark"]
        for check in ShapeExplorer(LayerSpec("GRU", 12, 4, bidirectional=True)).answer["checks"]
    }
    assert marks["output[-1] is not h_n[-1]"] == "≠"
    assert set(marks.values()) == {"=", "≠"}

    class Halved(nn.GRU):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            output, h_n = super().forward(x)
            return output / 2, h_n

    assert [check["mark"] for check in ShapeExplorer(Halved(12, 4)).answer["checks"]] == ["✗"]


def test_sizes_that_no_machine_holds_are_refused_in_words() -> None:
    explorer = ShapeExplorer(LayerSpec("LSTM", 12, 4096), seq_len=2000, batch=256)
    assert "GB" in explorer.answer["refused"]
    assert explorer.answer["parameters"] == explorer.spec.num_parameters
    sent(explorer, hidden_size=16, seq_len=8, batch=3)
    assert "refused" not in explorer.answer


TOO_MUCH = {
    "a cell called often": ("LSTMCell", {"seq_len": 1_500_000, "batch": 1}, "1,500,000 steps"),
    "many steps in each layer": (LayerSpec("GRU", 1, 1, 4), {"seq_len": 500_000, "batch": 1}, "2,000,000 steps"),
    "a wide batch of little": (LayerSpec("LSTM", 1, 1), {"seq_len": 1, "batch": 10**9}, "of numbers|GB"),
    "many weights": (LayerSpec("LSTM", 20_000, 20_000), {}, "million parameters|GB"),
}


@pytest.mark.parametrize(("layer", "sizes", "words"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_for_a_slider_is_refused_in_words_at_once(
    layer: LayerSpec | str, sizes: dict[str, int], words: str
) -> None:
    ShapeExplorer("RNN")  # torch's first call takes longer
    start = time.process_time()  # which stands still while a busy machine does something else
    explorer = ShapeExplorer(layer, **sizes)  # type: ignore[arg-type]
    assert time.process_time() - start < 2
    assert explorer.running == {}
    refused = explorer.answer["refused"]
    assert re.search(words, refused)
    assert re.search("follow a slider.*run.*in a cell|choose a smaller", refused)


@pytest.mark.parametrize("kind", ["RNN", "RNNCell"])
@pytest.mark.parametrize("sizes", [{"seq_len": 10**9}, {"batch": 10**12}, {"hidden_size": 10**18}])
def test_no_size_is_too_large_to_be_refused_in_words(kind: str, sizes: dict[str, int]) -> None:
    explorer = ShapeExplorer(kind)
    sent(explorer, **sizes)
    assert explorer.answer["refused"].endswith("The shapes drawn hold all the same.")
    assert explorer.problem == ""


def test_the_same_good_value_again_clears_the_message() -> None:
    explorer = ShapeExplorer("GRU", seq_len=6)
    sent(explorer, seq_len=0)
    sent(explorer, seq_len=6)
    assert explorer.problem == ""


class Failing(nn.GRU):
    """A layer of one's own that fails, and counts how often it was asked."""

    asked = 0

    def forward(self, *_: Any) -> Any:
        type(self).asked += 1
        raise self.error

    error: Exception = RuntimeError("mine")


@pytest.mark.parametrize("error", [RuntimeError("mine"), ValueError("mine"), KeyError("mine")])
def test_an_error_of_ones_own_layer_is_told_as_such_and_once(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Failing, "error", error)
    monkeypatch.setattr(Failing, "asked", 0)
    explorer = ShapeExplorer(Failing(12, 5))
    assert explorer.problem.startswith(f"Your layer's forward(), or a hook of it, raised {type(error).__name__}: ")
    assert (Failing.asked, len(caplog.records)) == (1, 1)
    sent(explorer, seq_len=4)
    assert (Failing.asked, explorer.problem != "") == (2, True)


def test_an_error_of_a_hook_is_told_as_such() -> None:
    layer = nn.GRU(12, 5)
    layer.register_forward_hook(lambda *_: [][0])
    assert ShapeExplorer(layer).problem.startswith("Your layer's forward(), or a hook of it, raised IndexError")


@pytest.mark.parametrize("name", ["seq_len", "answer"])
@pytest.mark.parametrize("error", [RuntimeError("mine"), ValueError("mine")])
def test_an_error_of_a_lecturers_callback_is_told_as_such(name: str, error: Exception) -> None:
    def callback(_: Any) -> None:
        raise error

    explorer = ShapeExplorer("GRU")
    explorer.observe(callback, name)
    sent(explorer, seq_len=4)
    assert explorer.problem == f"A callback of your own raised {type(error).__name__}: mine"


def test_a_sentence_of_ours_that_a_callback_met_is_told_as_its_error() -> None:
    explorer = ShapeExplorer("GRU")
    explorer.observe(lambda _: explorer.set_trait("batch", 0), "seq_len")
    sent(explorer, seq_len=4)
    assert explorer.problem == "A callback of your own raised ValueError: batch must be at least 1, not 0."


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"layer": "LTSM"}, ValueError, "Did you mean 'LSTM'"),
        ({"layer": nn.Linear(3, 2)}, TypeError, "Linear"),
        ({"layer": nn.LSTM}, TypeError, "class"),
        ({"seq_len": 0}, ValueError, "seq_len"),
        ({"controls": ("seqlen",)}, ValueError, "seqlen"),
        ({"controls": "seq_len"}, TypeError, "several"),
        ({"controls": None}, TypeError, "several names"),
        ({"controls": 3}, TypeError, "several names"),
        ({"question": None}, TypeError, "question must be a text, not None"),
        ({"question": 3}, TypeError, "question must be a text, not 3"),
    ],
)
def test_a_bad_argument_raises_a_sentence(arguments: dict[str, Any], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        ShapeExplorer(**arguments)


def test_its_repr_is_the_shape_table() -> None:
    assert repr(ShapeExplorer("RNN", seq_len=6, batch=3)).splitlines() == [
        "RNN, seq_len 6, batch 3: 480 parameters",
        "  input   (6, 3, 12)     seq_len, batch, input_size",
        "  h_0     (1, 3, 16)     num_layers*num_directions, batch, hidden_size",
        "  output  (6, 3, 16)     seq_len, batch, num_directions*hidden_size",
        "  h_n     (1, 3, 16)     num_layers*num_directions, batch, hidden_size",
    ]


def test_the_sliders_reach_beyond_what_was_asked_for() -> None:
    explorer = ShapeExplorer(LayerSpec("LSTM", 12, 300, proj_size=7), seq_len=100)
    assert explorer.ranges["seq_len"] == [1, 200]
    assert explorer.ranges["hidden_size"] == [8, 600]
    assert explorer.ranges["batch"] == [1, 16]
    assert ShapeExplorer("LSTM", batch=16).ranges["batch"] == [1, 32]  # none stands at the right end at first


class Tagger(nn.GRU):
    """A layer of one's own, with a head and an attribute that LayerSpec has too."""

    kind = "tagger"

    def __init__(self) -> None:
        super().__init__(12, 5)
        self.head = nn.Linear(5, 2)


def weight_normed() -> nn.Module:
    return nn.utils.parametrizations.weight_norm(nn.RNNCell(12, 5), "weight_hh")


@pytest.mark.parametrize("make", [Tagger, weight_normed])
def test_a_layer_of_ones_own_gets_no_false_cross(make: Callable[[], nn.Module]) -> None:
    explorer = ShapeExplorer(make())
    assert explorer.problem == ""
    assert all(row["agrees"] for row in explorer.answer["rows"])
    assert {check["mark"] for check in explorer.answer["checks"]} == {"="}
    assert explorer.answer["weights_agree"]


def test_a_weight_of_another_shape_than_drawn_gets_a_cross() -> None:
    layer = nn.GRU(12, 5)
    explorer = ShapeExplorer(layer)
    del layer.bias_hh_l0
    assert not _weights_agree(layer, shapes(explorer.spec, 8, 3))


def test_a_hook_that_changes_the_output_is_named() -> None:
    def double(module: nn.Module, given: Any, result: Any) -> Any:
        return 2 * result[0], result[1]

    layer = nn.GRU(12, 5)
    layer.register_forward_hook(double)
    first = ShapeExplorer(layer).answer["checks"][0]
    assert (first["mark"], first["why"]) == ("✗", "its hook double() changes what goes in or what comes out")


def test_the_text_says_why_there_are_no_numbers() -> None:
    class OnlyOutput(nn.LSTM):
        def forward(self, *given: Any) -> Any:
            return super().forward(*given)[0]

    explorer = ShapeExplorer(OnlyOutput(12, 4))
    assert "OnlyOutput is an LSTM, but its forward() does not return output, (h_n, c_n)" in explorer.problem
    assert f"  Note: {explorer.problem}" in repr(explorer).splitlines()
    assert "Note" not in repr(ShapeExplorer("LSTM"))
    explorer = ShapeExplorer("RNN", seq_len=10**7)
    assert f"  Note: {explorer.answer['refused']}" in repr(explorer).splitlines()


def test_a_layer_without_numbers_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no device 'meta' here"):
        ShapeExplorer(nn.LSTM(12, 16, device="meta"))


def test_dropout_of_ones_own_layer_is_off_and_its_mode_stays() -> None:
    layer = nn.LSTM(12, 5, num_layers=2, dropout=0.5)
    state = torch.get_rng_state()
    one, other = ShapeExplorer(layer).answer, ShapeExplorer(layer).answer
    assert "your own, with its dropout off" in one["source"]
    assert one["faces"] == other["faces"]
    assert layer.training
    assert torch.equal(torch.get_rng_state(), state)


def test_more_layers_than_can_be_listed_are_refused_at_once() -> None:
    explorer = ShapeExplorer("RNN")
    sent(explorer, num_layers=20_000)
    assert explorer.problem == "num_layers=20000 is more than rnnlib can list: choose at most 10000."
    assert (explorer.num_layers, explorer.running) == (1, {})
    sent(explorer, num_layers=2)
    assert explorer.problem == ""
    assert explorer.answer["asked"]["num_layers"] == 2


def test_a_layer_of_more_than_can_be_listed_has_its_text() -> None:
    explorer = ShapeExplorer(LayerSpec("RNN", 12, 16, num_layers=20_000), weights=True)
    assert explorer.problem == "num_layers=20000 is more than rnnlib can list: choose at most 10000."
    assert "(20000, 3, 16)" in repr(explorer)


def test_a_default_device_changes_nothing() -> None:
    expected = ShapeExplorer("GRU", seq_len=3).answer["faces"], _recorded(30, 2)
    torch.set_default_device("meta")
    try:
        explorer, random = ShapeExplorer("GRU", seq_len=3), _recorded(30, 2)
    finally:
        torch.set_default_device(None)
    assert explorer.problem == ""
    assert explorer.answer["faces"] == expected[0]
    assert torch.equal(random, expected[1])


def test_without_the_recordings_there_are_random_numbers_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from rnnlib.data import japanese_vowels

    monkeypatch.setitem(japanese_vowels.__globals__, "PATH", tmp_path / "gone.npz")
    explorer = ShapeExplorer("RNN", seq_len=4, batch=2)
    assert (explorer.problem, len(explorer.answer["rows"])) == ("", 4)
    assert "random numbers, as the recorded utterances are missing" in explorer.answer["source"]
    explorer.input_size = 5
    assert "With input_size 12 it is recorded speech." in explorer.answer["source"]


def test_what_is_put_back_is_put_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = ShapeExplorer(LayerSpec("LSTM", 12, 16, proj_size=7))
    heard: list[Any] = []
    monkeypatch.setattr(shape_explorer, "answer", lambda *chosen: heard.append(chosen) or {})
    sent(explorer, hidden_size=7, seq_len=5, batch=2)
    assert (explorer.hidden_size, explorer.seq_len, explorer.batch, heard) == (16, 8, 3, [])


def test_a_cells_loop_leaves_the_threads_as_they_were() -> None:
    """A small cell runs on one thread, its loop included."""
    threads: list[int] = []
    layer = nn.GRUCell(12, 4)
    layer.register_forward_hook(lambda *_: threads.append(torch.get_num_threads()))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        ShapeExplorer(layer, seq_len=3)
        assert (threads, torch.get_num_threads()) == ([1, 1, 1], 2)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("layer", [LayerSpec("GRU", 12, 5, 2, dropout=0.5), nn.GRU(12, 5, 2, dropout=0.5)])
def test_the_global_random_numbers_are_never_touched(
    layer: LayerSpec | nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even to be put back: a cell may draw from them at this very moment, and would draw the same ones twice."""

    def touched(*_: Any, **__: Any) -> None:
        raise AssertionError("a cell's random numbers were touched")

    for name in ("set_rng_state", "fork_rng"):
        monkeypatch.setattr(torch.random, name, touched)
    explorer = ShapeExplorer(layer)
    explorer.seq_len = 5
    assert explorer.problem == ""


def test_controls_may_come_one_by_one() -> None:
    names = ("seq_len", "batch")
    assert ShapeExplorer("RNN", controls=(name for name in names)).controls == list(names)  # type: ignore[arg-type]


def tied() -> nn.Module:
    layer = nn.GRU(4, 4, 2)
    layer.weight_ih_l1 = layer.weight_ih_l0
    return layer


OTHER_COUNTS: dict[str, tuple[Callable[[], nn.Module], int, int]] = {
    "weight norm": (lambda: parametrizations.weight_norm(nn.LSTM(3, 4), "weight_hh_l0"), 160, 144),
    "weight norm of a cell": (lambda: parametrizations.weight_norm(nn.GRUCell(3, 4), "weight_ih"), 120, 108),
    "tied": (tied, 192, 240),
}


@pytest.mark.parametrize(("make", "own", "drawn"), OTHER_COUNTS.values(), ids=OTHER_COUNTS)
def test_the_count_is_the_modules_own(make: Callable[[], nn.Module], own: int, drawn: int) -> None:
    explorer = ShapeExplorer(make())
    assert explorer.answer["parameters"] == own
    assert f"{own} parameters" in repr(explorer).splitlines()[0]
    assert f"It has {own} parameters; what is drawn are {drawn} numbers." in explorer.answer["source"]
    explorer.hidden_size = 5
    assert "It has" not in explorer.answer["source"]


def test_code_of_the_learners_own_draws_no_number_of_theirs() -> None:
    class Mine(nn.GRU):
        def forward(self, *given: Any) -> Any:
            self.weight_hh_l0.data.mul_(torch.rand(()))
            return super().forward(*given)

    class Noise(nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight + torch.rand_like(weight)

    layer, noisy = Mine(12, 4), nn.LSTM(12, 4)
    parametrize.register_parametrization(noisy, "weight_hh_l0", Noise())
    before = torch.get_rng_state()
    ShapeExplorer(noisy).seq_len = 3
    explorer = ShapeExplorer(layer)
    explorer.seq_len = 3
    assert torch.equal(before, torch.get_rng_state())
    assert any("changes weight_hh_l0 in place" in check["why"] for check in explorer.answer["checks"])
