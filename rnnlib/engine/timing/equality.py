"""Whether what is timed gives what the layer gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs, Outputs, call
from rnnlib.engine.closeness import difference, named, rounding
from rnnlib.engine.overrides import is_plain, other_code, overrides_forward
from rnnlib.engine.timing.variants import layer_of
from rnnlib.engine.timing.workload import Workload
from rnnlib.engine.trace.comparison import MANY, Equal, amplified, moved_by_a_last_digit
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import in_code

ALONE = 4  # of the lengths in a packed batch: the sequences of so many are run alone, to compare


@torch.no_grad()
def equal_to_layer(workload: Workload, result: Outputs, ask: Callable[[], None] = lambda: None) -> Equal:
    """Compare what a variant gave with what the layer gives.

    Of a packed batch the sequences of a few lengths, the shortest and the longest too, are run alone to compare.

    Args:
        workload: what is timed.
        result: what the variant gave.
        ask: called before each call of the layer; it may raise.
    """
    if workload.variant == "layer":
        return Equal(0.0, True, "this is the layer itself, with which the others are compared")
    if isinstance(result.output, PackedSequence):
        result = result._replace(output=pad_packed_sequence(result.output, workload.spec.batch_first)[0])
    layer, farthest, holds, rounded_to, moved = layer_of(workload), 0.0, True, "", 0.0
    spec, module = LayerSpec.of(workload.module), workload.module
    for part, inputs in _parts(workload, result.tensors):
        ask()
        for a, b in zip(part, call(workload.spec, layer, inputs)[0].tensors, strict=True):
            apart, rounded_to = difference(a, b), named(b, a)
            farthest, holds = max(farthest, apart), holds and apart <= rounding(b, a)
        if not holds and is_plain(spec, module):
            ask()
            moved = max(moved, moved_by_a_last_digit(workload.spec, layer, inputs))
    against = "the layer's, each sequence run alone" if workload.lengths is not None else "the layer's"
    if holds:
        rounding_in = f"rounding in {rounded_to}" if rounded_to else "rounding"
        return Equal(farthest, True, f"output and last states equal {against}: they differ by {rounding_in} at most")
    only_rounding, why = farthest <= MANY * moved, ", which is more than rounding"
    if only_rounding:
        why = f": {amplified(moved)}"
    elif overrides_forward(spec, module):
        why = f": {type(module).__name__} has a forward() of its own, and {in_code(workload.spec.kind)} has not"
    elif not is_plain(spec, module):
        why = f": {other_code(module)}"
    return Equal(farthest, only_rounding, f"output and last states differ from {against} by up to {farthest:.2g}{why}")


def _parts(workload: Workload, ours: list[Tensor]) -> Iterator[tuple[list[Tensor], Inputs]]:
    """Parts of a result, each with what the layer is to be called on for the same."""
    if workload.lengths is None:
        yield ours, Inputs(workload.x, workload.sizes)
        return
    found = sorted(set(workload.lengths.tolist()))
    chosen = {found[round(i * (len(found) - 1) / (ALONE - 1))] for i in range(ALONE)}
    steps, batch = (1, 0) if workload.spec.batch_first else (0, 1)
    for length in sorted(chosen):
        where = (workload.lengths == length).nonzero().flatten().to(workload.x.device)
        x, output = (t.index_select(batch, where).narrow(steps, 0, length) for t in (workload.x, ours[0]))
        states = [state.index_select(1, where) for state in ours[1:]]
        yield [output, *states], Inputs(x.contiguous(), Sizes(length, len(where)))
