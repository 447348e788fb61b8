"""Run a real layer once, and say what came of it."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.gradients import are_kept
from rnnlib.engine.arguments.inputs import Sizes, shapes_of
from rnnlib.engine.arguments.states import State, zeros
from rnnlib.engine.call import Inputs, Outputs, call, keeping_torch_settings
from rnnlib.engine.check_call import check_call, placed
from rnnlib.engine.checks import MOST, NOT_FOUND, Check, cell_checks, layer_checks, unchanged_check
from rnnlib.engine.closeness import close
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import name_of
from rnnlib.engine.layers import build, random_numbers
from rnnlib.engine.limits import check_run
from rnnlib.engine.overrides import is_plain, is_torchs, other_than_forward
from rnnlib.engine.weights import changed_in_place, weights_of
from rnnlib.spec import LayerSpec

TWICE = 10**7  # multiply-adds up to which a second run costs nothing that a learner would notice


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """One forward pass of a real layer. Its repr lists the shapes and the checks, and no time.

    Attributes:
        spec: the layer.
        input: the x that went in.
        output: what came out, as the layer gave it; of a cell ``h_1``.
        h_n: the last h; of a cell ``h_1``.
        c_n: the last c of an LSTM, ``c_1`` of an LSTMCell, else None.
        seconds: what this one call took; the first call on a device takes longer.
        device: its name in `rnnlib.engine.devices.available`.
        checks: what holds between these tensors, in words.
    """

    spec: LayerSpec
    input: Any  # a Tensor, or a PackedSequence where x was one
    output: Any
    h_n: Tensor
    c_n: Tensor | None
    seconds: float
    device: str
    checks: tuple[Check, ...]

    def __deepcopy__(self, _memo: Any) -> Any:
        return pickle.loads(pickle.dumps(self))  # torch deepcopies no tensor that gradients flow through

    def __repr__(self) -> str:
        h, c = ("h_1", "c_1") if self.spec.is_cell else ("h_n", "c_n")
        named = {"input": self.input, "output": self.output, h: self.h_n, c: self.c_n}
        lines = [f"{self.spec.kind} on {self.device}"]
        lines += [f"{name:<7} {_shape(tensor)}" for name, tensor in named.items() if tensor is not None]
        lines += [f"{'yes' if c.holds else 'no':<4}{c.sentence}{c.why and f' ({c.why})'}" for c in self.checks]
        return "\n".join(lines)


def run(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence | None = None,
    hx: State | None = None,
    *,
    seq_len: int | None = None,
    batch: int | None = None,
    lengths: Any = None,
    device: str | torch.device | None = None,
) -> Run:
    r"""Call a real layer once, on an input of your own or on random numbers.

    Of a spec the layer is built for this run, with the same weights every time and in eval mode, so dropout is off;
    torch's random state stays as it was. A module of yours is called as it is and where it is, in its own mode:
    gradients flow, and dropout draws its random numbers, just as when you call it yourself.

    Args:
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, cell or subclass of one.
        x: :math:`(L, N, H_{in})`, or :math:`(N, L, H_{in})` with batch_first, or :math:`(L, H_{in})`; for a cell
            :math:`(N, H_{in})` or :math:`(H_{in})`; or a PackedSequence. None makes random numbers.
        hx: ``h_0``, or ``(h_0, c_0)`` for LSTM and LSTMCell; None is zeros.
        seq_len: the steps of a random x. A cell takes one step, whatever it is.
        batch: the sequences of a random x; None is unbatched.
        lengths: how many steps of each sequence are its own. The batch is packed, in any order of lengths, and
            output is padded with zeros to seq_len again.
        device: where to run; None is where the layer is, or else where x is, or else the CPU.

    Returns:
        A `Run`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence: before the layer is called.

    Example:
        >>> run(LayerSpec("GRU", 3, 2), seq_len=9, batch=1)
        GRU on cpu
        input   (9, 1, 3)
        output  (9, 1, 2)
        h_n     (1, 1, 2)
        yes output[-1] equals h_n[-1]
        yes no state given equals zeros given
    """
    spec, dtype, where = placed(layer, x, device)
    given = check_call(spec, x, dtype, where, hx, lengths, seq_len=seq_len, batch=batch, random=True)
    weights = () if isinstance(layer, LayerSpec) else tuple(weights_of(spec, layer).values())
    kept = are_kept(x, given.hx, weights)
    with in_words(where):
        costs = check_run(spec, *given.sizes, where, dtype, built=bool(weights), gradients=kept)
        module = build(spec, where, dtype).requires_grad_(False).eval() if isinstance(layer, LayerSpec) else layer
        if x is None:
            shape = shapes_of(spec, given.sizes)["input"].sizes
            given = given._replace(x=random_numbers(shape, dtype).to(where))
        with keeping_torch_settings(spec, costs.multiply_adds):
            zeros_too = _from_zeros(spec, module, given) if costs.multiply_adds <= TWICE else None
            with changed_in_place(spec, module) as changed:
                answer, seconds = call(spec, module, given)
        with torch.no_grad():
            checks = _checks(spec, module, given, answer, zeros_too)
    checks = (*unchanged_check(changed), *checks)[:MOST]
    if x is not None and hx is None:  # else it may well be a decoder's step
        checks = (*_has_steps(spec, x, given.sizes), *checks)[:MOST]
    return Run(spec, given.x, *answer, seconds, name_of(where), checks)


def _from_zeros(spec: LayerSpec, module: nn.Module, given: Inputs) -> Outputs | None:
    """Where no state was given, the answer when zeros are; only of torch's own layers, with no hooks.

    It also warms the layer up for the call that is timed. Past ``forward()`` nothing of the learner's is called.
    """
    random = spec.dropout and module.training
    if given.hx is not None or random or not is_torchs(module) or not is_plain(spec, module):
        return None
    return call(spec, module.forward, given._replace(hx=_zeros(spec, given)))[0]


def _zeros(spec: LayerSpec, given: Inputs) -> State:
    return zeros(spec, given.sizes, given.x.data.dtype, given.x.data.device)


def _has_steps(spec: LayerSpec, x: Tensor | PackedSequence, sizes: Sizes) -> tuple[Check, ...]:
    """What must be said of one step: often it is a window of a series, which stands on the wrong axis then."""
    if spec.is_cell or sizes.seq_len > 1 or spec.input_size == 1 or not isinstance(x, Tensor):
        return ()
    mend = "x.T" if sizes.batch is None else f"x.transpose({'1' if spec.batch_first else '0'}, 2)"
    why = (
        "after one step there is nothing to remember; if its numbers are a window of a series, time stands on the"
        f" feature axis: write {mend}, and make the layer with input_size=1"
    )
    return (Check("x has more than one step", False, why),)


def _checks(
    spec: LayerSpec, module: nn.Module, given: Inputs, answer: Outputs, zeros_too: Outputs | None
) -> tuple[Check, ...]:
    if spec.is_cell:
        first = _zeros(spec, given) if given.hx is None else given.hx
        found = cell_checks(spec, module, given.x.data, first, answer)
    else:
        found = layer_checks(spec, given, answer)
    if zeros_too is not None:
        pairs = zip(answer.tensors, zeros_too.tensors, strict=True)
        found.append(Check("no state given equals zeros given", all(close(a, b) for a, b in pairs)))
    if other := other_than_forward(spec, module):
        found = [dataclasses.replace(c, why=other) if c.why == NOT_FOUND else c for c in found]
    return tuple(found[:MOST])


def _shape(tensor: Tensor | PackedSequence) -> str:
    if isinstance(tensor, PackedSequence):
        return f"packed, data {tuple(tensor.data.shape)}"
    return str(tuple(tensor.shape))
