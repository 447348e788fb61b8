"""The states of a layer that hides none: an RNN or a GRU of one layer puts every state out, so no loop is needed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnnlib.engine.call import Inputs
from rnnlib.engine.closeness import difference
from rnnlib.engine.equations import States, step_of, what_h_says, what_x_says
from rnnlib.engine.layers import is_plain
from rnnlib.engine.trace.unroll import Unrolled, weights_at
from rnnlib.spec import LayerSpec

ROWS = 512  # of a matrix, steps times batch: few enough to stay near the processor, enough to keep it busy


def hides_nothing(spec: LayerSpec, module: nn.Module, given: Inputs, gradients: bool) -> bool:
    """Whether the layer's own output holds every state, and its gradients are those of the equations.

    An LSTM hides c, and a stack the layers below. What is padded or packed is followed step by step, and so are
    gradients elsewhere than on the CPU: cuDNN has no backward pass in eval mode.
    """
    device = given.x.data.device.type
    alone = spec.family.states == ("h",) and spec.num_layers == 1 and not spec.is_cell
    whole = isinstance(given.x, Tensor) and given.lengths is None
    exact = device == "cpu" or not gradients
    return alone and whole and exact and is_plain(spec, module)


def read_off(spec: LayerSpec, module: nn.Module, x: Tensor, first: States, output: Tensor) -> Unrolled:
    """What `rnnlib.engine.trace.unroll.unroll` would make, from what the layer put out.

    Args:
        spec: the layer's.
        module: the layer; only its weights are read.
        x: ``(seq_len, batch, input_size)``.
        first: the state it started from, ``(num_directions, batch, hidden_size)``.
        output: ``(seq_len, batch, num_directions*hidden_size)``.
    """
    done = Unrolled([], [x.clone(memory_format=torch.contiguous_format)], first, [], [], output)
    for direction, hs in enumerate(output.chunk(spec.num_directions, dim=-1)):
        h = hs.clone()  # x and the output are yours: they may change before a part is asked for
        done.weights.append(weights_at(spec, module, 0, direction))
        done.after.append((h,))
        done.ends.append((h[0 if direction else -1],))
    return done


@torch.no_grad()
def farthest_step(spec: LayerSpec, unrolled: Unrolled) -> float:
    """The largest difference, at any step, between the layer's state and what the equations make of the one before.

    Where every step agrees, but for rounding, so does the whole: each begins where the last one ended.
    """
    x, take_step, farthest = unrolled.inputs[0], step_of(spec.family.name, spec.nonlinearity), 0.0
    some = max(1, ROWS // x.shape[1])
    for direction, (h,) in enumerate(unrolled.after):
        w, first = unrolled.weights[direction], unrolled.first[0][direction : direction + 1]
        for begin in range(0, len(x), some):
            end = min(begin + some, len(x))
            before = _before(h, first, begin, end, backward=direction == 1)
            made = take_step(what_x_says(x[begin:end], w), what_h_says(before, w), before)
            farthest = max(farthest, difference(made.states[0], h[begin:end]))
    return farthest


def _before(h: Tensor, first: Tensor, begin: int, end: int, *, backward: bool) -> Tensor:
    """The states that the steps from `begin` to `end` started from: of each the one before, which is made already."""
    if backward:
        return h[begin + 1 : end + 1] if end < len(h) else torch.cat([h[begin + 1 :], first])
    return h[begin - 1 : end - 1] if begin else torch.cat([first, h[: end - 1]])
