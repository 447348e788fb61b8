"""Data of the learner's own, learned as any other task; what is no such data is refused in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from rnnlib import TrainingLab, japanese_vowels
from rnnlib.explorers.training.tasks import MOST_CLASSES
from tests.strategies import refused

ONES = torch.ones(3, 1)
PAIRS = [(ONES, 0), (torch.zeros(5, 1), 1)]


def trained(given: Any, **more: Any) -> TrainingLab:
    lab = TrainingLab(given, "RNN", 4, lr=0.05, **{"epochs": 5} | more)
    lab.start()
    lab.wait()
    assert (lab.problem, lab.doing) == ("", "")
    return lab


def test_it_is_learned_and_a_model_for_it_taken_away() -> None:
    lab = trained((4 * PAIRS, PAIRS))
    assert (lab.run["classes"], lab.run["noun"], lab.run["label"], lab.run["seq_len"]) == (["0", "1"], "class", 0, 3)
    assert lab.rows[-1]["test_accuracy"] == 1
    assert lab.model is not None
    scores = lab.model(torch.stack((ONES, 0 * ONES), dim=1), torch.tensor([3, 3]))
    assert scores.argmax(dim=1).tolist() == [0, 1]
    assert repr(lab).startswith("RNN, hidden_size 4, packed, h_n; learns your own data\n")


def test_the_recordings_given_as_ones_own_are_the_speakers() -> None:
    recorded = japanese_vowels()
    pairs = [(torch.tensor(recorded[i]).double(), int(who) - 1) for i, who in enumerate(recorded.speaker)]
    lab, known = trained((pairs[:270], pairs[270:]), epochs=2), trained("speakers", epochs=2)
    assert lab.scores == known.scores


def test_other_tasks_can_be_chosen_beside_it_and_it_again() -> None:
    lab = trained((PAIRS, PAIRS))
    lab.set_state({"task": "counting"})
    assert (lab.task, lab.model) == ("counting", None)
    lab.set_state({"task": "your own"})
    assert lab.model is not None
    assert lab.tasks == ["your own", "speakers", "memory", "counting"]
    refused(lambda: TrainingLab("your own"), "one of 'speakers'")


TAKEN: dict[str, list[Any]] = {
    "whole numbers": [(ONES.long(), 0), (ONES.long(), 1)],
    "one step": [(ONES[:1], 0), (ONES[:1], 1)],
    "two of 200 steps": [(torch.ones(200, 1), 0), (torch.zeros(200, 1), 1)],
    "classes of numpy and torch": [(ONES, np.int64(1)), (ONES, torch.tensor(0))],
    "a class that is never seen": [(ONES, 0), (ONES, 2)],
    "that need a gradient": [(ONES.clone().requires_grad_(), 0), (ONES, 1)],
}


@pytest.mark.parametrize("pairs", TAKEN.values(), ids=TAKEN)
def test_what_is_taken(pairs: list[Any]) -> None:
    assert len(trained((pairs, pairs[::-1]), epochs=1).rows) == 2


BAD: dict[str, tuple[Any, str]] = {
    "nothing": (None, "(learned, tested)"),
    "one list": (PAIRS[:1], "(learned, tested)"),
    "a function": (lambda: PAIRS, "(learned, tested)"),
    "nothing to learn from": (([], PAIRS), "learned is empty"),
    "nothing to test with": ((PAIRS, []), "tested is empty"),
    "tensors": ((torch.ones(4, 3, 1), torch.ones(4, 3, 1)), "learned must be a list of pairs"),
    "no pairs": (([ONES], PAIRS), "learned[0] must be a pair"),
    "arrays": (([(ONES.numpy(), 0)], PAIRS), "torch.from_numpy"),
    "lists": (([([[1.0], [2.0]], 0)], PAIRS), "torch.tensor(numbers)"),
    "one axis": (([(ONES[:, 0], 0)], PAIRS), "sequences[0].unsqueeze(-1)"),
    "no steps": ((PAIRS, [(ONES[:0], 0)]), "sequences[2] is empty"),
    "another width": (([(torch.ones(3, 2), 0)], PAIRS), "sequences[1] is 1 wide"),
    "another dtype": (([(ONES.double(), 0)], PAIRS), "sequences[1] has dtype torch.float32"),
    "nan": (([(ONES, 0), (ONES * torch.nan, 1)], PAIRS), "sequences[1] holds nan"),
    "complex numbers": (([(ONES + 0j, 0)], [(ONES + 0j, 1)]), "complex numbers"),
    "a word": (([(ONES, "a")], PAIRS), "'a'"),
    "below 0": ((PAIRS, [(ONES, -1)]), "not -1"),
    "half a class": (([(ONES, 0.5)], PAIRS), "0.5"),
    "one class": ((PAIRS[:1], PAIRS[:1]), "at least two"),
    "too many classes": (([(ONES, MOST_CLASSES)], PAIRS), f"at most {MOST_CLASSES}"),
}


@pytest.mark.parametrize(("given", "said"), BAD.values(), ids=BAD)
def test_what_is_no_such_data_is_refused(given: Any, said: str) -> None:
    refused(lambda: TrainingLab(given), said)
