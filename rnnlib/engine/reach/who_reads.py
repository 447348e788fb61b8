"""Who has read what: which input steps each number in output and in the last states depends on, by gradient."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs, call, keeping_torch_settings
from rnnlib.engine.check_call import check_call, check_real, placed
from rnnlib.engine.layers import build
from rnnlib.engine.limits import check_fits
from rnnlib.engine.overrides import is_plain, same_random_numbers
from rnnlib.engine.trace.time_major import time_major
from rnnlib.engine.weights import names_of, weights_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import check_size

CPU = torch.device("cpu")
AT_ONCE = 4_000_000  # numbers of a forward pass, all copies of the batch together


@dataclasses.dataclass(frozen=True, eq=False)
class Reads:
    """How much each input step moves each number that a layer gives: more than 0 where the number has read the step.

    Of sequence b it is the largest ``|d number[b] / d x[s, b, :]|`` over the features of step s. Steps are in time's
    order, whatever batch_first is; an unbatched input is a batch of 1.

    Attributes:
        spec: the layer.
        packed: the batch was packed; else its padding was read as any other step.
        lengths: ``(batch,)``, how many steps of each sequence are its own.
        output: ``(seq_len, batch, num_directions*size, seq_len)``, the last axis the step that is read.
        h_n: ``(num_layers*num_directions, batch, size, seq_len)``.
        c_n: ``(num_layers*num_directions, batch, hidden_size, seq_len)``; None but for LSTM.

    Where only the first units were asked about, ``size`` and ``hidden_size`` are their number.
    """

    spec: LayerSpec
    packed: bool
    lengths: Tensor
    output: Tensor
    h_n: Tensor
    c_n: Tensor | None

    def __repr__(self) -> str:
        parts = {"output": self.output, "h_n": self.h_n, "c_n": self.c_n}
        lines = [f"{self.spec.kind}, {'packed' if self.packed else 'padded'}: who has read what"]
        for name, moved in parts.items():
            if moved is not None:
                read = int((moved > 0).sum())
                lines.append(f"{name:<7} {tuple(moved.shape)}, {read:,} of {moved.numel():,} have been read")
        return "\n".join(lines)


def who_reads(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence,
    lengths: Any = None,
    *,
    packed: bool = False,
    units: int | None = None,
) -> Reads:
    r"""Which input steps each number in output, h_n and c_n has read, by gradient from the real layer.

    A copy of the layer in float64, on the CPU, is asked, so that no small gradient is lost; dropout is off in it. The
    layer itself and torch's random state stay as they are.

    Args:
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or subclass of one.
        x: :math:`(L, N, H_{in})`, or :math:`(N, L, H_{in})` with batch_first, or :math:`(L, H_{in})`; or a
            PackedSequence, which is read packed.
        lengths: how many steps of each sequence are its own, in any order; the rest is padding. None is all.
        packed: pack the batch before; else the layer reads the padding too.
        units: how many of each state's numbers to ask about, the first ones; None is all. All of a large layer take
            long: it is a pass forth and back for each of them at each step.

    Returns:
        `Reads`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence.

    Example:
        >>> reads = who_reads(LayerSpec("GRU", 3, 2, bidirectional=True), torch.ones(5, 1, 3))
        >>> (reads.output[-1, 0, 0] > 0).tolist()  # forward: it has come all the way
        [True, True, True, True, True]
        >>> (reads.output[-1, 0, 2] > 0).tolist()  # backward: it begins here
        [False, False, False, False, True]
    """
    spec, dtype, where = placed(layer, x)
    if spec.is_cell:
        raise TypeError(f"{spec.kind} takes one step, and has read that one alone: use {spec.family}.")
    check_real(dtype)
    _, sizes, _, steps = check_call(spec, x, dtype, where, lengths=lengths)
    if isinstance(x, PackedSequence):
        packed, steps = True, pad_packed_sequence(x)[1]
    batch = sizes.batch or 1
    steps = torch.full((batch,), sizes.seq_len, device=CPU) if steps is None else steps
    units = spec.hidden_size if units is None else check_size("units", units)
    needed = 8 * (count(spec, sizes.seq_len, batch, units) + spec.num_parameters)
    check_fits("to ask who has read what", needed, CPU, "choose a smaller layer, seq_len or batch, or fewer units")
    with torch.inference_mode(False), torch.enable_grad():
        timed = time_major(spec, Inputs(x, sizes))[0].detach().cpu().double().clone()
        output, h_n, *c_n = _read(spec, _in_float64(spec, layer), timed, steps if packed else None, units)
    return Reads(spec, packed, steps, output, h_n, c_n[0] if c_n else None)


def count(spec: LayerSpec, seq_len: int, batch: int, units: int) -> int:
    """How many numbers `Reads` hold.

    Example:
        >>> count(LayerSpec("GRU", 3, 2, bidirectional=True), seq_len=5, batch=1, units=2)  # 5 * (5 * 4 + 2 * 2)
        120
    """
    return seq_len * batch * sum(rows * min(units, width) * halves for rows, halves, width in _parts(spec, seq_len))


def _parts(spec: LayerSpec, seq_len: int) -> list[tuple[int, int, int]]:
    """What one sequence has of output, h_n and c_n: its steps or rows, the halves of one, and the width of a half."""
    rows, size = spec.num_layers * spec.num_directions, spec.proj_size or spec.hidden_size
    states = [(rows, 1, size), (rows, 1, spec.hidden_size)][: len(spec.family.states)]
    return [(seq_len, spec.num_directions, size), *states]


@torch.no_grad()
def _in_float64(spec: LayerSpec, layer: LayerSpec | nn.Module) -> nn.Module:
    """The layer again, on the CPU, with dropout off."""
    if isinstance(layer, nn.Module) and not is_plain(spec, layer):  # code of the learner's own runs too
        with contextlib.suppress(RuntimeError):  # of weights made anew at each call, as by pruning: take those of now
            again = copy.deepcopy(layer).cpu().double().eval().requires_grad_(False)
            for name in set(names_of(spec)) & vars(again).keys():  # no Parameter, so none that double() turns
                setattr(again, name, getattr(again, name).detach().cpu().double())
            return again
    again = build(spec).double().eval().requires_grad_(False)
    if isinstance(layer, nn.Module):
        again.load_state_dict(weights_of(spec, layer))
    return again


def _read(spec: LayerSpec, layer: nn.Module, x: Tensor, lengths: Tensor | None, units: int) -> list[Tensor]:
    """By part, ``(rows, batch, width, seq_len)``: every number is asked in a copy of the batch of its own."""
    seq_len, batch, _ = x.shape
    columns = [
        [half * width + unit for half in range(halves) for unit in range(min(units, width))]
        for _, halves, width in _parts(spec, seq_len)
    ]
    rows = [rows for rows, _, _ in _parts(spec, seq_len)]
    places = [(row, column, part) for part in range(len(rows)) for row in range(rows[part]) for column in columns[part]]
    all_layers = spec.num_layers * spec.num_directions * spec.num_gates * spec.hidden_size
    copies = max(1, AT_ONCE // (seq_len * batch * (spec.input_size + all_layers)))
    asked = [torch.tensor(places[at : at + copies], device=CPU) for at in range(0, len(places), copies)]
    with same_random_numbers(spec, layer):
        moved = torch.cat([_moved(spec, layer, x, lengths, numbers) for numbers in asked])
    if not bool(moved.isfinite().all()):
        raise ValueError(
            "a gradient here is nan or infinite, so it does not tell who has read what: a number in x or in the"
            " weights is, or numbers grow too large on the way. trace(layer, x).note says where, if a state shows it."
        )
    parts = []
    for count_of_rows, asked_of_each in zip(rows, columns, strict=True):
        numbers = count_of_rows * len(asked_of_each)
        part, moved = moved[:numbers], moved[numbers:]
        parts.append(part.view(count_of_rows, -1, batch, seq_len).transpose(1, 2))
    return parts


def _moved(spec: LayerSpec, layer: nn.Module, x: Tensor, lengths: Tensor | None, asked: Tensor) -> Tensor:
    """How much each step moves each number asked for, ``(asked, batch, seq_len)``: one pass forth, one back."""
    (seq_len, batch), copies = x.shape[:2], len(asked)
    every = x.repeat(1, copies, 1).requires_grad_()
    given = Inputs(
        every.transpose(0, 1) if spec.batch_first else every,
        Sizes(seq_len, copies * batch),
        lengths=None if lengths is None else lengths.repeat(copies),
    )
    with keeping_torch_settings(spec, spec.costs(seq_len, copies * batch).multiply_adds):
        gave, _ = call(spec, layer, given)
        output: Any = gave.output  # unpacked, as what was given was no PackedSequence
        parts = [output.transpose(0, 1) if spec.batch_first else output, gave.h_n]
        parts += [] if gave.c_n is None else [gave.c_n]
        _check_shapes(spec, layer, parts, seq_len, copies * batch)
        loss = 0 * every.sum()  # a forward() of one's own may lead nowhere
        for index, part in enumerate(parts):
            (at,) = torch.where(asked[:, 2] == index)
            loss = loss + part.view(len(part), copies, batch, -1)[asked[at, 0], at, :, asked[at, 1]].sum()
        loss.backward()  # type: ignore[no-untyped-call]
    assert every.grad is not None
    return every.grad.abs().amax(-1).view(seq_len, copies, batch).permute(1, 2, 0)


def _check_shapes(spec: LayerSpec, layer: nn.Module, parts: list[Tensor], seq_len: int, batch: int) -> None:
    """Refuse a forward() of the learner's own that gives other shapes than its kind does."""
    for name, part, (rows, halves, width) in zip(("output", "h_n", "c_n"), parts, _parts(spec, seq_len), strict=False):
        if part.shape != (rows, batch, halves * width):
            raise TypeError(
                f"{type(layer).__name__} gives another shape than {spec.kind} does: {name} of {batch} sequences, time"
                f" first, is {tuple(part.shape)}, not {(rows, batch, halves * width)}."
            )
