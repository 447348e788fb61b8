"""How much of each input step reaches a result: the gradient that comes back to it, asked of a real layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.arguments.states import State
from rnnlib.engine.call import Inputs, call, keeping_torch_settings
from rnnlib.engine.check_call import check_call, check_real, placed
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.layers import build, evaluation_copy
from rnnlib.engine.overrides import is_plain, same_random_numbers
from rnnlib.engine.trace.memory import check_trace
from rnnlib.engine.trace.time_major import first_states, time_major
from rnnlib.engine.trace.unroll import unroll
from rnnlib.engine.weights import weights_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief


@dataclasses.dataclass(frozen=True, eq=False)
class Reach:
    """How much of each step reaches ``output[step]``: the 2-norm, over the features, of the gradient of its sum.

    Steps are in time's order, whatever batch_first is; an unbatched input is a batch of 1.

    Attributes:
        spec: the layer.
        step: of output, counted from 0.
        x: ``(seq_len, batch)``, of the gradient towards ``x[t]``.
        h: ``(seq_len, batch)``, of that towards the last layer's h after step t, both directions side by side; None
            where code that is not torch's runs when the layer is called: its states cannot be asked.
        c: likewise towards its c; None but for LSTM.
    """

    spec: LayerSpec
    step: int
    x: Tensor
    h: Tensor | None
    c: Tensor | None

    def __repr__(self) -> str:
        lines = [f"{self.spec.kind}: how much of each step reaches output[{self.step}]"]
        for name, norms in (("x", self.x), ("h", self.h), ("c", self.c)):
            if norms is not None:
                first, last = (f"{float(norms[t].max()):.2g} of step {t}" for t in (0, self.step))
                lines.append(f"{name}  {tuple(norms.shape)}, {first}, {last}")
        return "\n".join(lines)


def reach(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence,
    hx: State | None = None,
    *,
    step: int = -1,
    lengths: Any = None,
) -> Reach:
    r"""How much of each input step, and of each state, reaches a result: by gradient from the real layer.

    .. math::
        \text{x}_t = \lVert \partial \textstyle\sum \text{output}_{step} / \partial x_t \rVert_2, \quad
        \text{h}_t = \lVert \partial \textstyle\sum \text{output}_{step} / \partial h_t \rVert_2

    All is computed in the layer's own dtype: in float32 a gradient may be 0 where in float64 it is 1e-55. Dropout is
    off. The layer, its parameters' ``.grad``, and torch's random state stay as they are, but for what a ``forward()``
    of your own changes.

    Args:
        layer: a spec, or a real ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or subclass of one.
        x: :math:`(L, N, H_{in})`, or :math:`(N, L, H_{in})` with batch_first, or :math:`(L, H_{in})`; or a
            PackedSequence.
        hx: ``h_0``, or ``(h_0, c_0)`` for LSTM; None is zeros.
        step: of output; -1 is the last. Packed, output has zeros past a sequence's end, which nothing reaches.
        lengths: how many steps of each sequence are its own, in any order: the batch is packed.

    Returns:
        A `Reach`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence: before the layer is called.

    Source: `Learning long-term dependencies with gradient descent is difficult`, Bengio, Simard and Frasconi, 1994, for
    why it fades.

    Example:
        >>> found = reach(LayerSpec("RNN", 3, 2), torch.ones(50, 1, 3))
        >>> bool(found.x[0] < 1e-9), bool(found.x[49] > 0.1)
        (True, True)
    """
    spec, dtype, where = placed(layer, x)
    if spec.is_cell:
        raise TypeError(f"{spec.kind} takes one step, and nothing comes back to it from another: use {spec.family}.")
    check_real(dtype)
    given = check_call(spec, x, dtype, where, hx, lengths)
    step = _check_step(step, given.sizes.seq_len)
    with in_words(where), torch.inference_mode(False), torch.enable_grad():
        check_trace(spec, given, dtype, where, gradients=True)
        module = build(spec, where, dtype) if isinstance(layer, LayerSpec) else layer
        given = _of_its_own(given)
        with (
            keeping_torch_settings(spec, spec.costs(*given.sizes).multiply_adds),
            torch.autocast(where.type, enabled=False),
            same_random_numbers(spec, module),
        ):
            towards_x = reach_of_x(spec, module, given, step)
            states = _reach_of_states(spec, module, given, step) if is_plain(spec, module) else {}
    return Reach(spec, step, towards_x, states.get("h"), states.get("c"))


def reach_of_x(spec: LayerSpec, layer: nn.Module, given: Inputs, step: int) -> Tensor:
    """``Reach.x`` alone, ``(seq_len, batch)``: one pass of the layer itself forth, and one back."""
    return back_from(spec, layer, given, step)[1]


def back_from(
    spec: LayerSpec, layer: nn.Module, given: Inputs, step: int, parameters: Sequence[Tensor] = ()
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """The output, ``Reach.x``, and the gradients of ``output[step].sum()`` towards parameters."""
    if any(weight.is_inference() for weight in layer.parameters()):
        raise ValueError("nothing comes back through a layer made in torch.inference_mode(): make it outside.")
    data = given.x.data.requires_grad_()
    x = given.x._replace(data=data) if isinstance(given.x, PackedSequence) else data
    asked = evaluation_copy(layer, training=data.is_cuda)  # dropout off; cuDNN goes back in training mode alone
    gave, _ = call(spec, asked, given._replace(x=x))
    output = gave.output
    if isinstance(output, PackedSequence):
        output, _ = pad_packed_sequence(output, spec.batch_first)
    if spec.batch_first and output.dim() > 2:
        output = output.transpose(0, 1)
    if len(output) <= step:
        steps = f"{len(output)} of {given.sizes.seq_len} steps"
        raise ValueError(f"your {type(layer).__name__} gives {steps}: there is no output[{step}].")
    back, *grads = _gradients(output[step].sum(), [data, *parameters])
    grad = given.x._replace(data=back) if isinstance(given.x, PackedSequence) else back
    return output.detach(), _length(time_major(spec, given._replace(x=grad))[0]), grads


def _reach_of_states(spec: LayerSpec, layer: nn.Module, given: Inputs, step: int) -> dict[str, Tensor]:
    """By state, ``(seq_len, batch)``: a layer hands out its last states alone, so here its equations are asked."""
    x, mask = time_major(spec, given)
    x, first = x.detach().clone().requires_grad_(), first_states(spec, given)
    unrolled = unroll(spec, weights_of(spec, layer), x, first, mask)
    ways = unrolled.ways[-spec.num_directions :]
    found: dict[str, Tensor] = {}
    for index, name in enumerate(spec.family.states):
        towards = [made[index] for way in ways for made in way.made]
        back = torch.stack(_gradients(unrolled.output[step].sum(), towards))
        found[name] = _length(torch.cat(back.chunk(len(ways)), dim=-1))
    return found


def _gradients(result: Tensor, towards: Sequence[Tensor]) -> list[Tensor]:
    """Of a number towards tensors, zeros where it does not depend on one; nothing gets a ``.grad``."""
    if not result.requires_grad:  # a forward() of one's own may lead nowhere
        return [torch.zeros_like(tensor) for tensor in towards]
    return list(torch.autograd.grad(result, towards, retain_graph=True, materialize_grads=True))


def _length(grad: Tensor) -> Tensor:
    """The 2-norm over the features. The squares of small numbers would be 0 long before the numbers are."""
    largest = grad.abs().amax(-1, keepdim=True)
    unit = torch.where((largest > 0) & largest.isfinite(), largest, 1)
    norms: Tensor = ((grad / unit).norm(dim=-1, keepdim=True) * unit).squeeze(-1)
    return norms


def _of_its_own(given: Inputs) -> Inputs:
    """The same numbers in tensors of our own, which gradients may be asked towards."""
    data = given.x.data.detach().clone()
    x = given.x._replace(data=data) if isinstance(given.x, PackedSequence) else data
    hx = given.hx
    if isinstance(hx, tuple):
        hx = (hx[0].detach().clone(), hx[1].detach().clone())
    elif hx is not None:
        hx = hx.detach().clone()
    return given._replace(x=x, hx=hx)


def _check_step(step: Any, seq_len: int) -> int:
    if isinstance(step, bool) or not isinstance(step, int):
        raise TypeError(f"step must be a whole number, such as -1 for the last one, not {brief(step)}.")
    if not -seq_len <= step < seq_len:
        raise ValueError(
            f"step must be from 0 to {seq_len - 1}, or from -{seq_len} to -1 counted from the end, not {brief(step)}:"
            f" x has {seq_len} step{'s' if seq_len > 1 else ''}."
        )
    return step % seq_len
