"""What of a PackedSequence that was made by hand does not go together."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlib.spec.arguments import brief


def made_by_hand(x: PackedSequence) -> str:
    """What of a PackedSequence does not go together, as torch's own functions make none; "" where all does.

    Example:
        >>> from torch.nn.utils.rnn import pack_sequence
        >>> made_by_hand(pack_sequence([torch.zeros(3, 2)])._replace(batch_sizes=torch.tensor([1, 1])))
        'batch_sizes count 2 steps and x.data has 3'
    """
    sizes: Any = x.batch_sizes
    if not isinstance(sizes, Tensor) or sizes.is_meta:
        return f"batch_sizes must be a tensor on the CPU, not {brief(sizes)}"
    if sizes.dtype != torch.int64 or sizes.dim() != 1 or not len(sizes):
        return f"batch_sizes must be int64 with one axis, a number a step, not {tuple(sizes.shape)} of {sizes.dtype}"
    if int(sizes.min()) < 1 or bool((sizes.diff() > 0).any()):
        return "batch_sizes must fall, from the number of all sequences to at least 1"
    if int(sizes.sum()) != len(x.data):
        return f"batch_sizes count {int(sizes.sum())} steps and x.data has {len(x.data)}"
    sorts, unsorts = x.sorted_indices, x.unsorted_indices
    if sorts is None and unsorts is None:
        return ""
    if not all(isinstance(i, Tensor) and i.dtype in (torch.int64, torch.int32) for i in (sorts, unsorts)):
        return "sorted_indices and unsorted_indices must both be tensors of whole numbers, or both None"
    places = torch.arange(int(sizes[0]), device=x.data.device)
    assert sorts is not None
    assert unsorts is not None
    if not torch.equal(sorts.sort().values, places) or not torch.equal(sorts.argsort(), unsorts):
        return f"sorted_indices and unsorted_indices do not put {len(places)} sequences in order and back"
    return ""
