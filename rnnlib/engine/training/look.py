"""What a model makes of one sequence: its states, what it takes it for, and how much of each step reaches the end."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.call import Inputs
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.reach.reach import reach_of_x
from rnnlib.engine.training.model import SequenceClassifier


@dataclasses.dataclass(frozen=True, eq=False)
class Look:
    """One sequence, as a model reads it.

    Attributes:
        states: ``(seq_len, width)``, the last layer's output.
        reach: ``(seq_len,)``, how much of each step reaches ``output[-1]``: see `rnnlib.engine.reach.reach.Reach`.
        chances: ``(classes,)``, of each class, by softmax.
    """

    states: Tensor
    reach: Tensor
    chances: Tensor


def look(model: SequenceClassifier, sequence: Tensor) -> Look:
    """Look at one sequence ``(seq_len, input_size)`` alone. The model's parameters keep their ``.grad``.

    Example:
        >>> from rnnlib.spec import LayerSpec
        >>> seen = look(SequenceClassifier(LayerSpec("GRU", 3, 4), classes=2), torch.ones(5, 3))
        >>> seen.states.shape, seen.reach.shape, seen.chances.shape
        (torch.Size([5, 4]), torch.Size([5]), torch.Size([2]))
    """
    spec, device = model.spec, next(model.parameters()).device
    x = sequence.to(device)[:, None].clone()
    with in_words(device):
        with torch.no_grad():
            states = model.layer(x)[0][:, 0]
            chances = model(x, torch.tensor([len(x)]))[0].softmax(dim=0)
        with torch.enable_grad():
            given = Inputs(x, Sizes(len(x), 1))
            reach = reach_of_x(spec, model.layer, given, len(x) - 1)[:, 0]
    return Look(states.cpu(), reach.cpu(), chances.cpu())
