r"""One step of each family of layers, as torch computes it: the equations, and nothing else.

==================  ==================================================================
symbol              what it is
==================  ==================================================================
``from_x``          :math:`W_{i} x_t + b_{i}`, what the input says, all gates side by side
``from_h``          :math:`W_{h} h_{t-1} + b_{h}`, what the state says, likewise
``pre``             a gate's sum before its sigmoid or tanh
:math:`\odot`       number by number
==================  ==================================================================

Gates stand in torch's order, the order of the blocks of rows in ``weight_ih`` and ``weight_hh``.
Everything here is differentiable, and takes any axes in front of the last: a step works on one step of a batch, or,
once the states are known, on all steps at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear

States = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM


class Weights(NamedTuple):
    """The parameters of one layer in one direction; None for those that it has not."""

    weight_ih: Tensor
    weight_hh: Tensor | None = None
    bias_ih: Tensor | None = None
    bias_hh: Tensor | None = None
    weight_hr: Tensor | None = None


class Step(NamedTuple):
    """What a step made: the new states, and by gate, in torch's order, what led to them."""

    states: States
    pre: tuple[Tensor, ...]
    gates: tuple[Tensor, ...]


def what_x_says(x: Tensor, w: Weights) -> Tensor:
    """``from_x``: it needs no state, so it is taken for all steps at once."""
    return linear(x, w.weight_ih, w.bias_ih)


def what_h_says(h: Tensor, w: Weights) -> Tensor:
    """``from_h``: it needs the step before. Zeros where the family has no ``weight_hh``."""
    if w.weight_hh is None:
        return h.new_zeros(*h.shape[:-1], len(w.weight_ih))
    return linear(h, w.weight_hh, w.bias_hh)


def rnn_step(from_x: Tensor, from_h: Tensor, h: Tensor) -> Step:
    r"""RNN with ``nonlinearity="tanh"``.

    .. math::
        h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})
    """
    pre = from_x + from_h
    return Step((torch.tanh(pre),), (pre,), ())


def relu_rnn_step(from_x: Tensor, from_h: Tensor, h: Tensor) -> Step:
    r"""RNN with ``nonlinearity="relu"``.

    .. math::
        h_t = \max(0, W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})
    """
    pre = from_x + from_h
    return Step((torch.relu(pre),), (pre,), ())


def lstm_step(from_x: Tensor, from_h: Tensor, h: Tensor, c: Tensor) -> Step:
    r"""LSTM: what to take in, what to keep, what is new, what to show. With proj_size, h is `projected` then.

    .. math::
        i_t &= \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\
        f_t &= \sigma(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}) \\
        g_t &= \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) \\
        o_t &= \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)
    """
    pre = (from_x + from_h).chunk(4, dim=-1)
    i = torch.sigmoid(pre[0])
    f = torch.sigmoid(pre[1])
    g = torch.tanh(pre[2])
    o = torch.sigmoid(pre[3])
    c = torch.addcmul(f * c, i, g)  # f * c + i * g, at once
    h = o * torch.tanh(c)
    return Step((h, c), pre, (i, f, g, o))


def projected(h: Tensor, w: Weights) -> Tensor:
    r"""LSTM's h made proj_size wide, :math:`W_{hr} h_t`; without proj_size, h as it is."""
    return h if w.weight_hr is None else linear(h, w.weight_hr)


def gru_step(from_x: Tensor, from_h: Tensor, h: Tensor) -> Step:
    r"""GRU in torch's form: r acts after the product with the state, and z keeps the old state.

    .. math::
        r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
        z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
        n_t &= \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})) \\
        h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}

    The original paper has :math:`W_{hn} (r_t \odot h_{t-1})` instead, which is another number.
    """
    x_r, x_z, x_n = from_x.chunk(3, dim=-1)
    h_r, h_z, h_n = from_h.chunk(3, dim=-1)
    pre_r = x_r + h_r
    pre_z = x_z + h_z
    r = torch.sigmoid(pre_r)
    z = torch.sigmoid(pre_z)
    pre_n = torch.addcmul(x_n, r, h_n)  # x_n + r * h_n, at once
    n = torch.tanh(pre_n)
    h = torch.lerp(n, h, z)  # n + z * (h - n), the same as (1 - z) * n + z * h
    return Step((h,), (pre_r, pre_z, pre_n), (r, z, n))


def step_of(family: str, nonlinearity: str = "tanh") -> Callable[..., Step]:
    """The step of a family of layers.

    Example:
        >>> step_of("GRU").__name__
        'gru_step'
    """
    if nonlinearity == "relu":
        return relu_rnn_step
    steps: dict[str, Callable[..., Step]] = {"RNN": rnn_step, "LSTM": lstm_step, "GRU": gru_step}
    return steps[family]
