"""The truth of every check, computed again by numpy, and what a learner is to find in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, pad_packed_sequence

from rnnlib import ShapeExplorer, predict, reach
from rnnlib.engine.checks import MOST, Check
from rnnlib.engine.run import Run, run
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import CELLS, LAYERS
from tests.strategies import batches, cases, real, refused, seq_lens, specs

ZEROS = "no state given equals zeros given"


def truths(result: Run) -> dict[str, bool]:
    return {check.sentence: check.holds for check in result.checks}


def arrays(**tensors: object) -> dict[str, object]:
    return {name: t.detach().numpy() if isinstance(t, Tensor) else t for name, t in tensors.items()}


def recomputed(sentence: str, there: dict[str, object]) -> bool:
    """A sentence's truth by numpy's indexing, arithmetic and comparison."""
    left, right = sentence.split(": ")[0].split(" equals ")
    names = {"range": range, "tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)} | there
    a, b = eval(left, names), eval(right, names)
    if np.shape(a) != np.shape(b):
        return False
    return np.allclose(a, b, atol=1e-4) if "(" in right and "@" in right else np.array_equal(a, b)


@cases(100)
@given(specs(LAYERS), seq_lens, st.none() | batches, st.data())
@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_a_layers_checks_are_true_when_they_say_so(
    spec: LayerSpec, seq_len: int, batch: int | None, data: st.DataObject
) -> None:
    lengths = None
    if batch is not None and data.draw(st.booleans()):
        lengths = data.draw(st.lists(st.integers(1, seq_len), min_size=batch, max_size=batch))
    layer = real(spec)
    result = run(layer, seq_len=seq_len, batch=batch, lengths=lengths)
    there = arrays(output=result.output, h_n=result.h_n, c_n=result.c_n)
    there["lengths"] = None if lengths is None else np.array(lengths)
    for check in result.checks:
        if check.sentence != ZEROS:
            assert check.holds == recomputed(check.sentence, there), check
        assert check.holds or check.why
        assert len(check.sentence) < 90
        assert len(check.why) < 110
    assert truths(result)[ZEROS] or len(result.checks) == MOST if ZEROS in truths(result) else True
    assert 2 <= len(result.checks) <= MOST
    assert len(truths(result)) == len(result.checks)


@given(specs(CELLS), st.none() | batches, st.booleans())
def test_a_cells_checks_are_true_when_they_say_so(spec: LayerSpec, batch: int | None, given_state: bool) -> None:
    cell = real(spec)
    n = [] if batch is None else [batch]
    h_0, c_0 = (torch.randn(*n, spec.hidden_size) for _ in "hc")
    hx = None if not given_state else (h_0, c_0) if spec.family.name == "LSTM" else h_0
    result = run(cell, hx=hx, batch=batch)
    there = arrays(x=result.input, h_1=result.h_n, c_1=result.c_n, h_0=h_0 if given_state else 0 * h_0)
    there |= arrays(**dict(cell.named_parameters()))
    for check in result.checks:
        if check.sentence != ZEROS:
            assert check.holds == recomputed(check.sentence, there), check
        assert check.holds or check.why
    assert (ZEROS in truths(result)) == (not given_state)
    assert truths(result).get(ZEROS, True)
    if spec.kind == "RNNCell":
        assert sum("weight_ih" in sentence and holds for sentence, holds in truths(result).items()) == 1


TOLD = {
    "one direction": (
        LayerSpec("RNN", 12, 16),
        {"seq_len": 8, "batch": 3},
        {"output[-1] equals h_n[-1]": True, ZEROS: True},
    ),
    "unbatched": (
        LayerSpec("GRU", 12, 16, batch_first=True),
        {"seq_len": 8},
        {"output[-1] equals h_n[-1]": True, ZEROS: True},
    ),
    "LSTM": (
        LayerSpec("LSTM", 12, 16, 2),
        {"seq_len": 8, "batch": 3},
        {"output[-1] equals h_n[-1]": True, "output[-1] equals c_n[-1]": False, ZEROS: True},
    ),
    "batch_first": (
        LayerSpec("GRU", 12, 16, batch_first=True),
        {"seq_len": 8, "batch": 3},
        {
            "output[-1] equals h_n[-1]": False,
            "output[:, -1] equals h_n[-1]": True,
            "h_n.shape[1] equals 3: batch is in the middle, batch_first or not": True,
            ZEROS: True,
        },
    ),
    "two directions": (
        LayerSpec("LSTM", 12, 16, bidirectional=True),
        {"seq_len": 8, "batch": 3},
        {
            "output[-1] equals h_n[-1]": False,
            "output[-1, :, :16] equals h_n[-2]: the forward end": True,
            "output[0, :, 16:] equals h_n[-1]: the backward end": True,
            ZEROS: True,
        },
    ),
    "two directions, projected, unbatched": (
        LayerSpec("LSTM", 12, 16, bidirectional=True, proj_size=5),
        {"seq_len": 8},
        {
            "output[-1] equals h_n[-1]": False,
            "output[-1, :5] equals h_n[-2]: the forward end": True,
            "output[0, 5:] equals h_n[-1]: the backward end": True,
            ZEROS: True,
        },
    ),
    "two directions, batch_first": (
        LayerSpec("RNN", 12, 16, bidirectional=True, batch_first=True),
        {"seq_len": 8, "batch": 3},
        {
            "output[-1] equals h_n[-1]": False,
            "output[:, -1] equals h_n[-1]": False,
            "output[:, -1, :16] equals h_n[-2]: the forward end": True,
            "output[:, 0, 16:] equals h_n[-1]: the backward end": True,
            "h_n.shape[1] equals 3: batch is in the middle, batch_first or not": True,
        },
    ),
    "lengths": (
        LayerSpec("RNN", 12, 16),
        {"seq_len": 8, "batch": 3, "lengths": [3, 8, 2]},
        {
            "output[-1] equals h_n[-1]": False,
            "output[lengths - 1, range(3)] equals h_n[-1]: each sequence at its own last step": True,
            ZEROS: True,
        },
    ),
    "lengths, two directions, batch_first": (
        LayerSpec("RNN", 12, 16, batch_first=True, bidirectional=True),
        {"seq_len": 8, "batch": 3, "lengths": [3, 8, 2]},
        {
            "output[-1] equals h_n[-1]": False,
            "output[:, -1] equals h_n[-1]": False,
            "output[range(3), lengths - 1, :16] equals h_n[-2]: the forward end": True,
            "output[:, 0, 16:] equals h_n[-1]: the backward end": True,
            "h_n.shape[1] equals 3: batch is in the middle, batch_first or not": True,
        },
    ),
    "lengths that are all seq_len": (
        LayerSpec("RNN", 12, 16),
        {"seq_len": 8, "batch": 2, "lengths": [8, 8]},
        {"output[-1] equals h_n[-1]": True, ZEROS: True},
    ),
    "RNNCell": (
        LayerSpec("RNNCell", 12, 16),
        {"batch": 3},
        {
            "h_1.shape equals (3, 16): one step, so no time axis": True,
            "h_1 equals tanh(x @ weight_ih.T + bias_ih + h_0 @ weight_hh.T + bias_hh)": True,
            ZEROS: True,
        },
    ),
    "LSTMCell, unbatched": (
        LayerSpec("LSTMCell", 12, 16),
        {},
        {"h_1.shape equals (16,): one step, so no time axis": True, "h_1 equals c_1": False, ZEROS: True},
    ),
}


@pytest.mark.parametrize(("spec", "given", "told"), TOLD.values(), ids=TOLD)
def test_what_a_learner_is_told(spec: LayerSpec, given: dict, told: dict[str, bool]) -> None:
    result = run(spec, **given)
    assert list(truths(result).items()) == list(told.items())
    assert all(bool(check.why) != check.holds for check in result.checks)


def test_the_reason_fits_the_layer() -> None:
    def why(spec: LayerSpec, sentence: str, **given: object) -> str:
        return next(c.why for c in run(spec, seq_len=8, batch=3, **given).checks if c.sentence == sentence)  # type: ignore[arg-type]

    assert "the last sequence" in why(LayerSpec("GRU", 12, 16, batch_first=True), "output[-1] equals h_n[-1]")
    assert "one step only" in why(LayerSpec("GRU", 12, 16, bidirectional=True), "output[-1] equals h_n[-1]")
    assert "zeros" in why(LayerSpec("GRU", 12, 16), "output[-1] equals h_n[-1]", lengths=[8, 3, 8])
    assert "never c itself" in why(LayerSpec("LSTM", 12, 16), "output[-1] equals c_n[-1]")
    both = why(LayerSpec("GRU", 12, 16, bidirectional=True), "output[-1] equals h_n[-1]", lengths=[8, 3, 8])
    assert "zeros where a sequence is shorter" in both
    assert "proj_size=5" in why(LayerSpec("LSTM", 12, 16, proj_size=5), "output[-1] equals c_n[-1]")


def test_a_packed_output_is_checked_once_it_is_padded() -> None:
    packed = pack_sequence([torch.randn(4, 3), torch.randn(6, 3)], enforce_sorted=False)
    result = run(LayerSpec("GRU", 3, 2), packed)
    told = truths(result)
    assert told["padded[-1] equals h_n[-1]: padded, lengths = pad_packed_sequence(output)"] is False
    assert told["padded[lengths - 1, range(2)] equals h_n[-1]: each sequence at its own last step"] is True
    padded, lengths = pad_packed_sequence(result.output)
    assert torch.equal(padded[lengths - 1, range(2)], result.h_n[-1])


@pytest.mark.parametrize("batch_first", [False, True])
def test_how_to_pad_is_said_as_it_works(batch_first: bool) -> None:
    layer = nn.GRU(3, 2, batch_first=batch_first)
    result = run(layer, pack_sequence([torch.randn(6, 3), torch.randn(4, 3)]))
    sentence = next(check.sentence for check in result.checks if "pad_packed_sequence" in check.sentence)
    there = {"output": result.output, "pad_packed_sequence": pad_packed_sequence}
    exec(sentence.split(": ")[1], there)
    assert there["padded"].shape == ((2, 6, 2) if batch_first else (6, 2, 2))


def test_nan_equals_nan_and_is_said() -> None:
    with torch.no_grad():
        layer = nn.GRU(3, 2)
        layer.bias_hh_l0.fill_(torch.nan)
    first, *_ = run(layer, seq_len=4, batch=1).checks
    assert first == Check("output[-1] equals h_n[-1]", True, "nan counts as equal to nan here")


def test_a_forward_of_the_learners_own_is_found_out() -> None:
    class Doubled(nn.GRU):
        def forward(self, *given: object) -> object:
            output, h_n = super().forward(*given)
            return 2 * output, h_n

    (check,) = run(Doubled(3, 2), seq_len=4, batch=1).checks
    assert (check.holds, check.why) == (False, "the layer's own forward() makes them differ")


OTHERS: dict[str, Callable[[Any, Any], Any]] = {
    "no h_n": lambda output, h_n: (output, None),
    "the last step alone": lambda output, h_n: (output[-1], h_n),
    "a state of one axis less": lambda output, h_n: (output, h_n[0]),
    "a packed output of a padded x": lambda output, h_n: (pack_sequence([output[:, 0]]), h_n),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("lengths", [None, [4, 2]])
def test_a_forward_that_gives_half_of_it_is_told_in_words(change: Callable[[Any, Any], Any], lengths: Any) -> None:
    class Half(nn.GRU):
        def forward(self, *given: Any) -> Any:
            output, h_n = super().forward(*given)
            return change(pad_packed_sequence(output)[0] if isinstance(output, PackedSequence) else output, h_n)

    if lengths and change is OTHERS["a packed output of a padded x"]:
        return
    refused(lambda: run(Half(3, 2), seq_len=4, batch=2, lengths=lengths), "Half is a GRU", "output, h_n")
    explorer = ShapeExplorer(Half(3, 2))
    assert explorer.problem.startswith("Half is a GRU, but its forward() does not return output, h_n")
    with pytest.raises(TypeError, match="Half is a GRU"):
        predict(Half(3, 2), "output", seq_len=4, batch=2).answer("4 2 2")


def test_a_hook_that_gives_something_else() -> None:
    layer = nn.LSTM(3, 2)
    layer.register_forward_hook(lambda *_: torch.zeros(3))
    refused(lambda: run(layer, seq_len=4), "a hook on this LSTM", "output, (h_n, c_n)")


def test_a_forward_that_leaves_steps_out_or_changes_the_dtype() -> None:
    class Short(nn.GRU):
        def forward(self, *given: Any) -> Any:
            output, h_n = super().forward(*given)
            return pad_packed_sequence(output)[0][-1:].double(), h_n

    told = run(Short(3, 2), seq_len=4, batch=2, lengths=[4, 2]).checks
    assert [check.holds for check in told] == [False, False]


@pytest.mark.parametrize("result", ["only output", (1, 2, 3), None])
def test_a_forward_that_gives_something_else(result: object) -> None:
    class Odd(nn.LSTM):
        def forward(self, *given: object) -> object:
            return result

    refused(lambda: run(Odd(3, 2), seq_len=4), "Odd is an LSTM", "output, (h_n, c_n)")


@pytest.mark.parametrize("dtype", [torch.int64, torch.complex64])
@pytest.mark.parametrize("asked", [run, reach])
def test_an_output_of_other_numbers_is_refused(asked: Any, dtype: torch.dtype) -> None:
    class Cast(nn.GRU):
        def forward(self, *given: Any) -> Any:
            output, h_n = super().forward(*given)
            return output.to(dtype), h_n

    refused(lambda: asked(Cast(3, 2), torch.randn(4, 1, 3)), "Cast is a GRU", f"Its output is {dtype}.")


def test_a_hook_that_changes_the_output_is_named() -> None:
    def double(module: nn.Module, given: object, result: Any) -> Any:
        return 2 * result[0], result[1]

    layer = nn.GRU(3, 2)
    layer.register_forward_hook(double)
    first = run(layer, seq_len=4, batch=1).checks[0]
    assert (first.holds, first.why) == (False, "its hook double() changes what goes in or what comes out")


def test_a_layer_with_hooks_is_not_called_past_them() -> None:
    layer = nn.GRU(3, 2)
    layer.register_forward_hook(lambda module, given, result: (2 * result[0], result[1]))
    assert ZEROS not in truths(run(layer, seq_len=4, batch=1))


@pytest.mark.parametrize("norm", [nn.utils.weight_norm, nn.utils.parametrizations.weight_norm])
@pytest.mark.filterwarnings("ignore:.*weight_norm. is deprecated")
def test_a_cell_whose_weights_are_made_of_others(norm: Callable[..., nn.Module]) -> None:
    cell = norm(nn.RNNCell(3, 2), "weight_hh")
    assert all(check.holds for check in run(cell, batch=2).checks)
