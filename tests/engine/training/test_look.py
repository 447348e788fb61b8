"""A look at one sequence is what torch gives of it, and leaves the model as it was."""

from __future__ import annotations

import pytest
import torch

from rnnlib import LayerSpec, reach
from rnnlib.engine.training.look import look
from rnnlib.engine.training.model import SUMMARIES, SequenceClassifier
from rnnlib.engine.training.tasks import counting
from rnnlib.engine.training.train import Recipe, Step, train


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("summary", SUMMARIES)
def test_what_is_seen_is_torchs(kind: str, bidirectional: bool, summary: str) -> None:
    model = SequenceClassifier(LayerSpec(kind, 3, 4, 2, bidirectional=bidirectional), 5, summary=summary)
    x = torch.randn(9, 3)
    seen = look(model, x)
    assert torch.allclose(seen.states, model.layer(x[:, None])[0][:, 0], atol=1e-6)
    assert torch.allclose(seen.chances, model(x[:, None], torch.tensor([9]))[0].softmax(0))
    assert torch.allclose(seen.reach, reach(model.layer, x[:, None]).x[:, 0], rtol=1e-4)
    assert not seen.states.requires_grad
    assert not x.requires_grad


def test_looking_between_two_steps_changes_nothing_of_the_training() -> None:
    task, losses = counting(6), []
    for looks in (False, True):
        model = SequenceClassifier(LayerSpec("GRU", 1, 4), 5)
        run = train(model, task, Recipe(epochs=1, batch=64))
        losses.append([])
        for told in run:
            if isinstance(told, Step):
                losses[-1].append(told.loss)
                if looks:
                    grads = [p.grad.clone() for p in model.parameters()]
                    _ = look(model, task.test[0][0])
                    assert all(torch.equal(a, p.grad) for a, p in zip(grads, model.parameters(), strict=True))
                    assert model.training
    assert losses[0] == losses[1]
