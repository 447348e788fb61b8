"""What a sentence says to write is run as it is written, and gives what was meant."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, pad_sequence

from rnnlib import run, time_layer, trace
from rnnlib.spec import LayerSpec
from tests.strategies import refused

GRU = LayerSpec("GRU", 6, 4)
FIRST = LayerSpec("GRU", 6, 4, batch_first=True)
DEEP = LayerSpec("GRU", 6, 4, num_layers=2, bidirectional=True)
DEEP_FIRST = LayerSpec("GRU", 6, 4, num_layers=2, bidirectional=True, batch_first=True)
CELL = LayerSpec("GRUCell", 6, 4)
PROJECTED = LayerSpec("LSTM", 6, 4, proj_size=2)
DOUBLE = nn.GRU(6, 4).double()

x = torch.randn(5, 3, 6)
h = torch.randn(4, 3, 4)  # of two layers in both directions
one, two = torch.randn(5, 6), torch.randn(2, 6)
conv = torch.randn(3, 2, 3, 5)  # (batch, channels, frequency, time): 6 = 2 * 3
steps = conv.flatten(1, 2).transpose(1, 2)  # (batch, time, 6)
rolled = torch.zeros(5, 3, 6)
for index, length in enumerate((5, 2, 4)):
    rolled[5 - length :, index] = x[:length, index]
right = pad_sequence([x[:5, 0], x[:2, 1], x[:4, 2]])

# The layer, the input that does not fit, what is to be written, and what comes of it.
INPUTS: dict[str, tuple[Any, Any, str, Any]] = {
    "no batch axis, one step": (GRU, x[0, 0], "x[None, None]", x[:1, :1]),
    "a row of single numbers": (LayerSpec("GRU", 1, 4), x[:, 0, 0], "x[:, None]", x[:, 0, :1]),
    "the features first": (GRU, x.movedim(2, 0), "x.movedim(0, -1)", x),
    "the features in the middle": (FIRST, x.transpose(1, 2), "x.movedim(1, -1)", x),
    "an axis of 1": (FIRST, x[:, None], "x.squeeze(1)", x),
    "an axis of 1 in front": (GRU, x[None], "x.squeeze(0)", x),
    "a convolution's features": (FIRST, conv, "x.permute(0, 3, 1, 2).flatten(2)", steps),
    "a convolution's features, time first": (GRU, conv, "x.permute(3, 0, 1, 2).flatten(2)", steps.transpose(0, 1)),
    "float64": (nn.GRU(6, 4), x.double(), "x.float()", x),
    "float32 for float64": (DOUBLE, x, "x.to(torch.float64)", x.double()),
    "whole numbers": (GRU, x.long(), "x.float()", x.long().float()),
    "a numpy array": (GRU, x.numpy(), "torch.as_tensor(x, dtype=torch.float32)", x),
    "a numpy array for float64": (DOUBLE, x.double().numpy(), "torch.as_tensor(x, dtype=torch.float64)", x.double()),
    "lists": (GRU, x.tolist(), "torch.as_tensor(x, dtype=torch.float32)", x),
    "a sparse tensor": (GRU, x.to_sparse(), "x.to_dense()", x),
    "what a layer returned": (GRU, nn.LSTM(3, 6)(x[..., :3]), "x[0]", None),
    "a list of steps": (GRU, list(one), "torch.stack(list(x))", one),
    "sequences": (
        GRU,
        [two, one],
        "torch.nn.utils.rnn.pack_sequence(x, enforce_sorted=False)",
        pack_sequence([two, one], enforce_sorted=False),
    ),
    "two sequences": (
        GRU,
        (two, one),
        "torch.nn.utils.rnn.pack_sequence(x, enforce_sorted=False)",
        pack_sequence([two, one], enforce_sorted=False),
    ),
    "what a layer made of packed ones": (GRU, nn.LSTM(3, 6)(pack_sequence([one[:, :3]])), "x[0]", None),
    "complex numbers": (GRU, x.to(torch.complex64), "x.real.float()", x),
}


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor):
        return torch.equal(a, b)
    return all(map(same, a, b)) if isinstance(a, (tuple, list)) else a is b


@pytest.mark.parametrize(("layer", "given", "mend", "meant"), INPUTS.values(), ids=INPUTS)
def test_an_input(layer: Any, given: Any, mend: str, meant: Any) -> None:
    refused(lambda: run(layer, given), mend)
    mended = eval(mend, {"torch": torch, "x": given})
    assert meant is None or same(mended, meant)
    assert run(layer, mended).input is mended


STATES: dict[str, tuple[LayerSpec, Tensor, Tensor, str, Tensor]] = {
    "batch first": (DEEP_FIRST, x.transpose(0, 1), h.transpose(0, 1), "h_0.transpose(0, 1).contiguous()", h),
    "axes 0 and 1 swapped": (DEEP, x, h.transpose(0, 1), "h_0.transpose(0, 1).contiguous()", h),
    "a larger batch": (DEEP, x[:, :2], h, "h_0[:, :2].contiguous()", h[:, :2]),
    "a larger batch of a cell": (CELL, x[0, :2], h[0], "h_0[:2]", h[0, :2]),
    "a batch of one": (DEEP, x, h[:, :1], "h_0.repeat(1, 3, 1)", h[:, :1].expand(4, 3, 4)),
    "a batch of one for a cell": (CELL, x[0], h[0, :1], "h_0.repeat(3, 1)", h[0, :1].expand(3, 4)),
    "a batch for an unbatched x": (DEEP, x[:, 0], h[:, :1], "h_0.squeeze(1)", h[:, 0]),
    "no batch axis": (DEEP, x, h[:, 0], "h_0.unsqueeze(1).repeat(1, 3, 1)", h[:, :1].expand(4, 3, 4)),
    "no batch axis for a batch of one": (DEEP, x[:, :1], h[:, 0], "h_0.unsqueeze(1).repeat(1, 1, 1)", h[:, :1]),
    "no axis for layers": (GRU, x, h[0], "h_0.unsqueeze(0)", h[:1]),
    "layers of a cell": (CELL, x[0], h[:1], "h_0[0]", h[0]),
    "of a bidirectional encoder": (GRU, x, h[:2], "h_0[0::2].contiguous()", h[:1]),
    "of a bidirectional encoder, both": (GRU, x, h[:2], "h_0[0::2] + h_0[1::2]", h[:1] + h[1:2]),
    "of a deep bidirectional encoder": (LayerSpec("GRU", 6, 4, 2), x, h, "h_0[0::2].contiguous()", h[[0, 2]]),
    "for twice the width": (
        LayerSpec("GRU", 6, 8, 2),
        x,
        h,
        "torch.cat([h_0[0::2], h_0[1::2]], dim=-1)",
        torch.stack([torch.cat([h[0], h[1]], -1), torch.cat([h[2], h[3]], -1)]),
    ),
    "whole numbers": (DEEP, x, h.long(), "h_0.float()", h.long().float()),
    "float64": (DEEP, x, h.double(), "h_0.float()", h),
}


@pytest.mark.parametrize(("spec", "x", "hx", "mend", "meant"), STATES.values(), ids=STATES)
def test_a_state(spec: LayerSpec, x: Tensor, hx: Tensor, mend: str, meant: Tensor) -> None:
    message = refused(lambda: run(spec, x, hx), mend)
    assert "Embedding" not in message
    mended = eval(mend, {"torch": torch, "h_0": hx})
    assert torch.equal(mended, meant)
    assert mended.is_contiguous() or not hx.is_contiguous()  # cuDNN takes no other
    assert torch.equal(run(spec, x, mended).h_n, run(spec, x, meant.contiguous()).h_n)


@pytest.mark.parametrize(("batch", "seq_len", "layers"), [(6, 5, 2), (4, 3, 1), (8, 9, 3)])
def test_a_state_that_was_cut_on_the_wrong_axis(batch: int, seq_len: int, layers: int) -> None:
    """nn.DataParallel cuts everything on axis 0."""
    spec = LayerSpec("GRU", 6, 4, layers, bidirectional=True, batch_first=True)
    state, half = torch.randn(2 * layers, batch, 4), batch // 2
    cut = state[:layers]
    message = refused(
        lambda: run(spec, torch.randn(half, seq_len, 6), cut),
        f"{layers} * 2 = {2 * layers}, not {layers}",
        f"the batch, {half}, not {batch}",
        "DataParallel",
        f"state[:, :{half}]",
        "state.transpose(0, 1).contiguous()",
    )
    for mend, whole in (
        (f"state[:, :{half}]", state),
        ("state.transpose(0, 1).contiguous()", state.transpose(0, 1)[:half]),
    ):
        assert mend in message
        mended = eval(mend, {"state": whole})
        assert run(spec, torch.randn(half, seq_len, 6), mended).h_n.shape == (2 * layers, half, 4)


def test_a_cut_state_may_look_like_one_with_swapped_axes() -> None:
    message = refused(lambda: run(DEEP, x[:, :2], h.transpose(0, 1)[:2].new_ones(2, 4, 4)), "axes 0 and 1 are swapped")
    assert "DataParallel" in message
    assert "state[:, :2]" in message
    refused(lambda: run(LayerSpec("GRU", 6, 5), x, h[:2]), "not 2; axis 2 is hidden_size=5, not 4")


LENGTHS: dict[str, tuple[Any, str]] = {
    "a float tensor": (torch.tensor([5.0, 2.0, 4.0]), "[int(length) for length in lengths]"),
    "floats": ([5.0, 2.0, 4.0], "[int(length) for length in lengths]"),
}


@pytest.mark.parametrize(("lengths", "mend"), LENGTHS.values(), ids=LENGTHS)
def test_lengths(lengths: Any, mend: str) -> None:
    refused(lambda: run(GRU, x, lengths=lengths), mend)
    mended = eval(mend, {"lengths": lengths})
    assert torch.equal(run(GRU, x, lengths=mended).output, run(GRU, x, lengths=[5, 2, 4]).output)


@pytest.mark.parametrize("ask", [run, trace])
@pytest.mark.parametrize("spec", [GRU, FIRST], ids=str)
def test_padding_on_the_left(spec: LayerSpec, ask: Any) -> None:
    given = rolled.transpose(0, 1) if spec.batch_first else rolled
    mend = "x = torch.stack([s.roll(int(n) - len(s), 0) for s, n in "
    message = refused(
        lambda: ask(spec, given, lengths=[5, 2, 4]), "padded on the left", "sequence 1 begins with 3", mend
    )
    there: dict[str, Any] = {"torch": torch, "x": given, "lengths": [5, 2, 4]}
    exec(message[message.index("x = torch") : -1], there)
    assert torch.equal(there["x"], right.transpose(0, 1) if spec.batch_first else right)
    ask(spec, there["x"], lengths=[5, 2, 4])


def test_what_only_looks_padded_on_the_left_is_taken() -> None:
    silent = right.clone()
    silent[0] = 0  # every sequence begins with a step of zeros
    run(GRU, silent, lengths=[5, 2, 4])
    run(GRU, torch.zeros(5, 3, 6), lengths=[5, 2, 4])
    run(GRU, rolled, lengths=[5, 5, 5])
    run(GRU, rolled)


@pytest.mark.parametrize(
    ("batch_first", "shape", "mend", "meant"),
    [
        (True, (3, 1, 6), "x.transpose(1, 2)", (3, 6, 1)),
        (False, (1, 3, 6), "x.transpose(0, 2)", (6, 3, 1)),
        (False, (1, 6), "x.T", (6, 1)),
    ],
)
def test_a_window_of_a_series_on_the_feature_axis(
    batch_first: bool, shape: tuple[int, ...], mend: str, meant: tuple[int, ...]
) -> None:
    given = torch.arange(float(torch.Size(shape).numel())).view(shape)
    first = run(nn.LSTM(6, 4, batch_first=batch_first), given).checks[0]
    assert (first.sentence, first.holds) == ("x has more than one step", False)
    assert f"write {mend}, and make the layer with input_size=1" in first.why
    state = torch.zeros(1, 1 if given.dim() == 2 else len(given) if batch_first else given.shape[1], 4)
    state = state[:, 0] if given.dim() == 2 else state
    assert run(nn.LSTM(6, 4, batch_first=batch_first), given, (state, state)).checks[0] != first  # a decoder's step
    mended = eval(mend, {"x": given})
    assert mended.shape == meant
    series = mended[..., 0] if mended.dim() == 2 else mended[0, :, 0] if batch_first else mended[:, 0, 0]
    assert series.tolist() == [0, 1, 2, 3, 4, 5]  # one after the other in time
    result = run(nn.LSTM(1, 4, batch_first=batch_first), mended)
    assert "more than one step" not in repr(result)
    assert "more than one step" not in repr(run(nn.LSTM(6, 4), seq_len=1, batch=3))  # nobody's series


TAKES_TENSORS: dict[str, Callable[[Any], Any]] = {
    "PackedSequence for .shape": lambda x: x * (x.shape[0] > 0),
    "PackedSequence for .size": lambda x: x * (x.size(0) > 0),
    "TypeError: can't multiply": lambda x: x * 2.0,
    "AttributeError: 'tuple'": lambda x: x * 2,
    "TypeError: relu()": torch.relu,
    "TypeError: tuple indices": lambda x: x[:, :],
}


@pytest.mark.parametrize(("said", "change"), TAKES_TENSORS.items(), ids=TAKES_TENSORS)
def test_a_forward_that_cannot_take_what_is_packed(said: str, change: Callable[[Any], Any]) -> None:
    class Asking(nn.GRU):
        def forward(self, x: Any, hx: Any = None) -> Any:
            return super().forward(change(x), hx)

    layer = Asking(6, 4)
    for ask in (run, functools.partial(time_layer, variant="packed", min_run_time=1e-3)):
        refusing = functools.partial(ask, layer, x, lengths=[5, 2, 4])
        refused(refusing, "your Asking", said, "super().forward(x, hx)", "x.data")
    run(layer, x)


def test_a_list_of_which_no_tensor_can_be_made_is_not_told_to_be_one() -> None:
    for given in ([[x], [x]], [x, None], ["a"]):
        assert "write" not in refused(lambda: run(GRU, given), "x must be a torch tensor, not list")  # type: ignore[arg-type]  # noqa: B023


def test_a_number_of_any_length_stands_in_no_message() -> None:
    for number in (10**400, -(10**5000)):
        for refusing in (
            lambda: run(GRU, x, lengths=[5, number, 4]),  # noqa: B023 - called at once
            lambda: run(GRU, x, seq_len=number),  # noqa: B023
            lambda: run(GRU, x, batch=number),  # noqa: B023
            lambda: LayerSpec("GRU", -abs(number), 4),  # noqa: B023
            lambda: LayerSpec("LSTM", 3, 2, proj_size=abs(number)),  # noqa: B023
        ):
            assert len(refused(refusing)) < 300


def test_in_half_precision_and_double_a_layer_is_built_in_the_datas_dtype() -> None:
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        made = run(GRU, x.to(dtype))
        assert made.output.dtype == dtype
        assert trace(GRU, x.to(dtype)).output.dtype == dtype
        torch.testing.assert_close(made.output.float(), run(GRU, x).output, rtol=0, atol=0.05)


@pytest.mark.gpu
def test_a_state_that_is_not_contiguous() -> None:
    layer, state = nn.GRU(6, 4, 2, bidirectional=True).to("cuda"), h.transpose(0, 1).contiguous().cuda().transpose(0, 1)
    refused(lambda: run(layer, x.cuda(), state), "h_0 is not contiguous", "h_0.contiguous()")
    assert run(layer, x.cuda(), state.contiguous()).h_n.shape == (4, 3, 4)


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_batch_of_series_of_one_number_a_step(batch_first: bool) -> None:
    layer, given = nn.GRU(1, 4, batch_first=batch_first), torch.randn(5, 20)
    message = refused(lambda: run(layer, given), "input_size=1", "write x[..., None]")
    assert message.endswith("else make the layer with input_size=20.")
    sizes = run(layer, given[..., None]).input.shape
    assert sizes == (5, 20, 1)
