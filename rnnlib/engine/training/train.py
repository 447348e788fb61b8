"""The loop: torch's loader, loss, optimiser and clipping, and after every step what happened in it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from rnnlib.engine.device_errors import in_words
from rnnlib.engine.training.tasks import Example, Task

TESTED_AT_ONCE = 64  # sequences


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: how often all examples are learned from.
        batch: how many of them at a step.
        lr: Adam's learning rate.
        max_norm: to which the norm of all gradients together is clipped; None clips nothing.
        seed: of the order in which the examples come.
    """

    epochs: int = 40
    batch: int = 18
    lr: float = 0.005
    max_norm: float | None = 1.0
    seed: int = 0


@dataclasses.dataclass(frozen=True)
class Step:
    """What happened in one step, counted from 1: of its batch the loss, the accuracy and the gradient's norm.

    The norm is that before it was clipped.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    norm: float


@dataclasses.dataclass(frozen=True)
class Scores:
    """How good the model is after an epoch, and, as epoch 0, before the first.

    Attributes:
        step: after which.
        epoch: after which.
        train_loss: over all training examples, in eval mode.
        train_accuracy: likewise.
        test_loss: over all test examples.
        test_accuracy: likewise.
        confusion: how many test examples of each class, a row, were taken for each, a column.
    """

    step: int
    epoch: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    confusion: tuple[tuple[int, ...], ...]


class DivergedError(ValueError):
    """The loss is no number any more."""


def train(model: nn.Module, task: Task, recipe: Recipe) -> Iterator[Step | Scores | None]:
    """Train a model, a step each time that it is asked for the next.

    Args:
        model: takes a padded batch, time first, and its lengths; gives scores. It is left in the mode of its last use.
        task: what to learn.
        recipe: how.

    Yields:
        Scores before the first step and after every epoch, and a `Step` after each. None now and then while the
        model is evaluated: there is nothing to tell, but it can be stopped.

    Raises:
        DivergedError: the loss is nan or infinite, in a sentence.
        ValueError: the device ran out of memory, or is lost.

    Example:
        >>> from rnnlib.engine.training.model import SequenceClassifier
        >>> from rnnlib.engine.training.tasks import memory
        >>> from rnnlib.spec import LayerSpec
        >>> torch.set_num_threads(1)
        >>> task = memory(seq_len=5)
        >>> model = SequenceClassifier(LayerSpec("RNN", 2, 8), classes=2)
        >>> for told in train(model, task, Recipe(epochs=3, batch=32, lr=0.01)):
        ...     if isinstance(told, Scores):
        ...         print(told.epoch, told.step, told.test_accuracy > 0.9)
        0 0 False
        1 16 True
        2 32 True
        3 48 True
    """
    device = next(model.parameters()).device
    loader = loader_of(task.train, recipe)
    weights = [*model.parameters()]
    optimizer = torch.optim.Adam(weights, lr=recipe.lr)
    step = 0
    yield from _evaluated(model, task, step, 0)
    for epoch in range(1, recipe.epochs + 1):
        model.train()
        for x, lengths, labels in loader:
            with in_words(device):
                x, labels = x.to(device), labels.to(device)
                scores = model(x, lengths)
                loss = cross_entropy(scores, labels)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                norm = clip_grad_norm_(weights, math.inf if recipe.max_norm is None else recipe.max_norm)
                optimizer.step()
                step += 1
                told = Step(step, epoch, loss.item(), _accuracy(scores, labels), norm.item())
            _check(told, recipe)
            yield told
        yield from _evaluated(model, task, step, epoch)


def loader_of(examples: Sequence[Example], recipe: Recipe) -> DataLoader[Example]:
    """torch's own: the examples in an order of this seed, which is another in every epoch."""
    order = torch.Generator("cpu").manual_seed(recipe.seed)
    return DataLoader(examples, recipe.batch, shuffle=True, collate_fn=padded, generator=order)  # type: ignore[arg-type]


def padded(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """A batch of examples: padded with zeros, time first; their lengths; their labels.

    Example:
        >>> x, lengths, labels = padded([(torch.ones(2, 3), torch.tensor(0)), (torch.ones(5, 3), torch.tensor(1))])
        >>> x.shape, lengths, labels
        (torch.Size([5, 2, 3]), tensor([2, 5]), tensor([0, 1]))
    """
    sequences, labels = zip(*examples, strict=True)
    return pad_sequence([*sequences]), torch.tensor([len(one) for one in sequences]), torch.stack(labels)


def _accuracy(scores: Tensor, labels: Tensor) -> float:
    return (scores.argmax(dim=1) == labels).float().mean().item()


def _evaluated(model: nn.Module, task: Task, step: int, epoch: int) -> Iterator[Scores | None]:
    model.eval()
    found: list[float] = []
    size = len(task.classes)
    for examples in (task.train, task.test):
        losses, confusion = 0.0, torch.zeros(size * size, dtype=torch.int64)
        for start in range(0, len(examples), TESTED_AT_ONCE):
            loss, pairs = _tested(model, examples[start : start + TESTED_AT_ONCE])
            losses += loss
            confusion += torch.bincount(pairs, minlength=size * size)
            yield None
        right = int(confusion.view(size, size).trace())
        found += [losses / len(examples), right / len(examples)]
    rows = tuple(tuple(row) for row in confusion.view(size, size).tolist())
    train_loss, train_accuracy, test_loss, test_accuracy = found
    yield Scores(step, epoch, train_loss, train_accuracy, test_loss, test_accuracy, rows)


@torch.no_grad()
def _tested(model: nn.Module, examples: Sequence[Example]) -> tuple[float, Tensor]:
    """The sum of the losses, and of each example its class and that for which it was taken, as one number."""
    device = next(model.parameters()).device
    x, lengths, labels = padded(examples)
    with in_words(device):
        scores = model(x.to(device), lengths).cpu()
    return cross_entropy(scores, labels, reduction="sum").item(), labels * scores.shape[1] + scores.argmax(dim=1)


def _check(told: Step, recipe: Recipe) -> None:
    if math.isfinite(told.loss):
        return
    clip = "" if recipe.max_norm else ", or clip the gradient with max_norm=1"
    raise DivergedError(
        f"the loss is {told.loss:g} since step {told.step}: the weights went astray. Choose an lr smaller than"
        f" {recipe.lr:g}{clip}, and start anew."
    )
