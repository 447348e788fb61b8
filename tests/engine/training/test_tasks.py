"""The tasks made on the spot: every label is what the sequence says, and nothing but the seed changes them."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from rnnlib.engine.training.tasks import LEARNED_FROM, MADE, TESTED_WITH, counting, memory


@pytest.mark.parametrize("seq_len", [1, 2, 10, 50, 200])
def test_the_label_of_memory_is_the_first_bit_and_nothing_else_tells_it(seq_len: int) -> None:
    task = memory(seq_len)
    for sequence, label in [*task.train, *task.test]:
        assert sequence.shape == (seq_len, task.input_size)
        assert sequence[0].tolist() == [2.0 * label - 1, 0]
        assert not sequence[1:, 0].any()
        assert (sequence[1:, 1].abs() == 1).all()
    if seq_len > 1:
        agree = sum(bool((x[1, 1] > 0) == (label == 1)) for x, label in task.train) / LEARNED_FROM
        assert 0.4 < agree < 0.6


@pytest.mark.parametrize("seq_len", [1, 3, 10, 200])
def test_the_label_of_counting_is_how_many_are_one(seq_len: int) -> None:
    task = counting(seq_len)
    assert task.classes == ("0", "1", "2", "3", "4")[: seq_len + 1]
    for sequence, label in [*task.train, *task.test]:
        assert sequence.shape == (seq_len, 1)
        assert int((sequence == 1).sum()) == int(label) == seq_len - int((sequence == 0).sum())
    if seq_len == 200:
        places = Counter(t for x, _ in task.train for t in x.flatten().nonzero().flatten().tolist())
        assert len(places) > 150  # anywhere


@pytest.mark.parametrize("name", MADE)
def test_a_task_has_every_class_and_follows_its_seed_alone(name: str) -> None:
    state = torch.get_rng_state()
    one, same, other = (MADE[name](9, seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert (one.name, one.longest, len(one.train), len(one.test)) == (name, 9, LEARNED_FROM, TESTED_WITH)
    counts = Counter(int(label) for _, label in one.train)
    assert sorted(counts) == list(range(len(one.classes)))
    assert max(counts.values()) < 1.5 * min(counts.values())
    as_one = [torch.stack([x for x, _ in task.train]) for task in (one, same, other)]
    assert torch.equal(as_one[0], as_one[1])
    assert not torch.equal(as_one[0], as_one[2])
    assert not torch.equal(as_one[0][:TESTED_WITH], torch.stack([x for x, _ in one.test]))
