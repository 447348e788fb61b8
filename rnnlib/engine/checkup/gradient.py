"""One pass back from the result: how much each step of x, and each half of each layer's output, moves it."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.changes import AS_DATA
from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.hooks import Call
from rnnlib.engine.checkup.subject import FailedError, modules_of
from rnnlib.engine.checkup.weights import JITTERS, jitter, trainable

HALVES = 7  # passes at least that tell which half of an output is used: a maximum may be at its end in a few


@dataclasses.dataclass(frozen=True, eq=False)
class Gradient:
    """How much the result feels, by gradient.

    Attributes:
        steps: ``(batch, seq_len)``, the largest number of the gradient towards each step of x (of ids, towards what
            their embedding gives); None where no gradient reaches it.
        output: of each call of a recurrent layer ``(seq_len, batch, num_directions*size)``, or None.
        h_n: of each call ``(num_layers*num_directions, batch, size)``, or None.
        calls: the calls.
    """

    steps: Tensor | None
    output: tuple[Tensor | None, ...]
    h_n: tuple[Tensor | None, ...]
    calls: tuple[Call, ...]


def gradients_of(basis: Basis) -> list[Gradient]:
    """On the batch as it is and on others, with these weights and others: what is used shows in one of them.

    A maximum is elsewhere in another batch; a gate that is shut, or starts at 0, is open with other weights.
    """
    batches: list[tuple[Given, int | None]] = [(basis.given, None)]
    if basis.changes.can:
        own = basis.given.own
        batches += [(basis.changes.replaced(basis.given, own, attempt), None) for attempt in range(AS_DATA)]
    other = basis.given if basis.given.has_ids else basis.changes.noise(basis.given)
    batches += [(other, None), *((other, seed) for seed in range(JITTERS))]
    found: list[Gradient] = []
    untold = basis.given.own.clone()
    for number, (batch, seed) in enumerate(batches):
        gradient = _gradient(basis, batch, seed)
        if gradient is None:
            break
        found.append(gradient)
        untold &= True if gradient.steps is None else gradient.steps == 0
        halves = any(getattr(call.layer, "bidirectional", False) for call in gradient.calls)
        if not untold.any() and (not halves or number >= HALVES):
            break
    return found


def _gradient(basis: Basis, given: Given, seed: int | None) -> Gradient | None:
    """The gradient of the result, each of its numbers weighted at random; None where there is none."""
    model, embedded = basis.subject.copy(), list[Tensor]()
    if seed is not None:
        jitter(trainable(model).values(), seed)
    x = given.x.clone()
    handles = []
    if given.has_ids:
        for _, module in modules_of(model):
            if isinstance(module, nn.Embedding):
                handles.append(module.register_forward_hook(_embedding_of(x, embedded)))
    else:
        x.requires_grad_()
    try:
        seen = basis.subject.run(dataclasses.replace(given, x=x), model, gradients=True)
    except FailedError:
        return None
    finally:
        for handle in handles:
            handle.remove()
    loss = weighted(list(seen.tensors.values()))
    if loss is None:
        return None
    targets = [embedded[0] if given.has_ids and embedded else x]
    for call in seen.calls:
        targets += [call.output.data if isinstance(call.output, PackedSequence) else call.output, call.states[0]]
    asked = [target for target in targets if target.requires_grad]
    try:
        found = iter(torch.autograd.grad(loss, asked, allow_unused=True))
    except RuntimeError:  # as of what is changed in place
        return None
    grads = [next(found) if target.requires_grad else None for target in targets]
    outputs = [
        None if grad is None else call.output_time_first(grad)
        for call, grad in zip(seen.calls, grads[1::2], strict=True)
    ]
    return Gradient(_by_step(given, grads[0]), tuple(outputs), tuple(grads[2::2]), tuple(seen.calls))


def weighted(tensors: list[Tensor]) -> Tensor | None:
    """A loss that feels every number of every tensor; None where no gradient flows from any."""
    generator = torch.Generator("cpu").manual_seed(0)
    loss: Tensor | None = None
    for tensor in tensors:
        if tensor.requires_grad and tensor.is_floating_point():
            weights = torch.randn(tensor.shape, generator=generator, device="cpu", dtype=torch.float32)
            part = (tensor * weights.to(tensor)).sum()
            loss = part if loss is None else loss + part.to(loss)
    return loss


def _embedding_of(ids: Tensor, found: list[Tensor]) -> Any:
    """A hook that keeps what an embedding of these ids gives, as (batch, seq_len, …) has them."""

    def hook(_module: nn.Module, args: tuple[Any, ...], result: Tensor) -> None:
        if found or not args or not isinstance(args[0], Tensor) or args[0].is_floating_point():
            return
        if args[0].shape == ids.shape and torch.equal(args[0], ids):
            found.append(result)

    return hook


def _by_step(given: Given, grad: Tensor | None) -> Tensor | None:
    if grad is None or not bool(grad.isfinite().all()):
        return None
    extra = grad.dim() - given.x.dim()
    steps = dataclasses.replace(given, x=grad, axes=given.axes + ("",) * extra).by_sequence()
    return (steps.flatten(2).abs().amax(2) if steps.dim() > 2 else steps.abs()).cpu()
