"""The loop beside the same loop in bare torch, number by number; what goes wrong in it, in words."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from rnnlib import LayerSpec
from rnnlib.engine.training.model import SequenceClassifier
from rnnlib.engine.training.tasks import Task, counting, memory
from rnnlib.engine.training.train import DivergedError, Recipe, Scores, Step, loader_of, padded, train

SHORT = Recipe(epochs=2, batch=20, lr=0.01, max_norm=0.5, seed=3)


def task_of(count: int = 50, scale: float = 1) -> Task:
    """Sequences of many lengths, whose class is the sign of their first number."""
    x = [scale * torch.randn(1 + i % 7, 3) for i in range(count)]
    examples = [(one, (one[0, 0] > 0).long()) for one in x]
    return Task("signs", ("-", "+"), 3, examples[: count // 2], examples[count // 2 :])


def a_model(**given: Any) -> SequenceClassifier:
    return SequenceClassifier(LayerSpec("GRU", 3, 6), 2, seed=1, **given)


def told(model: nn.Module, task: Task, recipe: Recipe = SHORT) -> tuple[list[Step], list[Scores]]:
    every = [*train(model, task, recipe)]
    return [one for one in every if isinstance(one, Step)], [one for one in every if isinstance(one, Scores)]


def bare(model: nn.Module, task: Task, recipe: Recipe) -> list[tuple[float, float]]:
    """The same in bare torch: of every step the loss and the norm of the gradient."""
    order = torch.Generator().manual_seed(recipe.seed)
    places = DataLoader(range(len(task.train)), recipe.batch, shuffle=True, generator=order)  # type: ignore[arg-type]
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr)
    found = []
    for _ in range(recipe.epochs):
        for chosen in places:
            batch = [task.train[i] for i in chosen]
            x = pad_sequence([one for one, _ in batch])
            scores = model(x, torch.tensor([len(one) for one, _ in batch]))
            loss = nn.functional.cross_entropy(scores, torch.stack([label for _, label in batch]))
            optimizer.zero_grad()
            loss.backward()
            norm = math.sqrt(sum(float(p.grad.square().sum()) for p in model.parameters()))
            if recipe.max_norm and norm > recipe.max_norm:
                for p in model.parameters():
                    p.grad.mul_(recipe.max_norm / norm)
            optimizer.step()
            found.append((loss.item(), norm))
    return found


@pytest.mark.parametrize("max_norm", [None, 0.05, 1e3])
def test_it_is_the_same_as_the_loop_in_bare_torch(max_norm: float | None) -> None:
    task, recipe = task_of(scale=30), Recipe(epochs=3, batch=10, lr=0.02, max_norm=max_norm, seed=3)
    ours, theirs = a_model(), a_model()
    steps, _ = told(ours, task, recipe)
    expected = bare(theirs, task, recipe)
    assert max(one.norm for one in steps) > 1 > min(one.norm for one in steps)
    assert [(one.loss, one.norm) for one in steps] == [pytest.approx(pair, rel=2e-3) for pair in expected]
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-4)


def test_a_step_tells_of_its_batch_and_the_epochs_are_counted() -> None:
    task = task_of()
    steps, scores = told(a_model(), task)
    assert [(one.step, one.epoch) for one in steps] == [(1, 1), (2, 1), (3, 2), (4, 2)]  # 25 in batches of 20
    assert [(one.step, one.epoch) for one in scores] == [(0, 0), (2, 1), (4, 2)]
    for one, size in zip(steps, (20, 5, 20, 5), strict=True):
        assert one.accuracy * size == pytest.approx(round(one.accuracy * size), abs=1e-4)


def test_the_scores_are_those_of_the_model_after_the_epoch() -> None:
    task, model = task_of(200), a_model()
    for one in train(model, task, SHORT):
        if not isinstance(one, Scores):
            continue
        assert not model.training
        for examples, loss, accuracy in (
            (task.train, one.train_loss, one.train_accuracy),
            (task.test, one.test_loss, one.test_accuracy),
        ):
            x, lengths, labels = padded(examples)
            with torch.no_grad():
                given = model(x, lengths)
            assert loss == pytest.approx(nn.functional.cross_entropy(given, labels).item(), rel=1e-4)
            assert accuracy == pytest.approx((given.argmax(1) == labels).float().mean().item())
        for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
            wanted = int(((labels == row) & (given.argmax(1) == column)).sum())
            assert one.confusion[row][column] == wanted


def test_it_trains_in_training_mode() -> None:
    modes, model = [], a_model()
    model.layer.register_forward_hook(lambda module, *_: modes.append(module.training))
    _ = told(model, task_of())
    assert modes.count(True) == 4


def test_it_learns() -> None:
    _, scores = told(
        SequenceClassifier(LayerSpec("LSTM", 1, 16), 5), counting(10), Recipe(epochs=12, batch=32, lr=0.01)
    )
    assert scores[0].test_accuracy < 0.5
    assert scores[-1].test_accuracy > 0.9
    assert scores[-1].test_loss < 0.5 < scores[0].test_loss


def test_the_same_seed_gives_the_same_run_and_torchs_random_numbers_stay() -> None:
    state = torch.get_rng_state()
    task = memory(5)
    one, same, other = (
        told(SequenceClassifier(LayerSpec("RNN", 2, 4), 2), task, Recipe(epochs=1, batch=64, seed=seed))[0]
        for seed in (0, 0, 1)
    )
    assert torch.equal(torch.get_rng_state(), state)
    assert one == same
    assert one != other


def test_left_in_the_middle_it_has_done_no_more_than_it_told() -> None:
    model, task = a_model(), task_of()
    run = train(model, task, SHORT)
    while not isinstance(next(run), Step):
        pass
    before = [p.clone() for p in model.parameters()]
    run.close()
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


class Nan(nn.Module):
    """Learns well for two steps, and then not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.calls = nn.Parameter(torch.zeros(2)), 0

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        self.calls += self.training
        return self.weight.expand(x.shape[1], 2) * (math.nan if self.calls > 2 else 1)


@pytest.mark.parametrize(("max_norm", "mend"), [(None, "max_norm=1"), (1.0, "")])
def test_a_loss_that_is_nan_is_said_with_its_step(max_norm: float | None, mend: str) -> None:
    run = train(Nan(), task_of(), Recipe(epochs=2, batch=20, lr=0.25, max_norm=max_norm))
    seen = []
    with pytest.raises(DivergedError) as caught:
        seen += run
    assert str(caught.value).startswith("the loss is nan since step 3: ")
    assert "smaller than 0.25" in str(caught.value)
    assert mend in str(caught.value)


def test_a_device_out_of_memory_is_said_in_words_and_the_next_run_works() -> None:
    model, task = a_model(), task_of()

    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB.")

    hook = model.layer.register_forward_hook(full)
    with pytest.raises(ValueError, match=r"cpu ran out of memory: choose a smaller hidden_size"):
        told(model, task)
    hook.remove()
    assert len(told(model, task)[0]) == 4


def test_a_loader_gives_every_example_once_an_epoch_in_another_order() -> None:
    examples: list[tuple[Tensor, Tensor]] = [(torch.zeros(1, 1), torch.tensor(i)) for i in range(10)]
    loader = loader_of(examples, SHORT)
    first, second = ([int(i) for *_, labels in loader for i in labels] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


@pytest.mark.gpu
@pytest.mark.parametrize("packed", [True, False])
def test_it_learns_on_a_gpu(packed: bool) -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    model = SequenceClassifier(LayerSpec("LSTM", 1, 16), 5, packed=packed).to(device)
    _, scores = told(model, counting(10), Recipe(epochs=12, batch=32, lr=0.01))
    assert scores[-1].test_accuracy > 0.9
