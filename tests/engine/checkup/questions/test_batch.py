"""Who moves whom, and which results go along when the batch is permuted: the evidence, compared with torch itself."""

from __future__ import annotations

import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import B, F, H, Made, T, head, lstm, numbers, pack, sorted_and_left_so, view_for_transpose


def test_batch_as_time_moves_all_that_come_after() -> None:
    moved = checkup(nn.LSTM(F, H), numbers())["batch"].evidence.moved
    assert torch.equal(moved, torch.ones(B, B).tril().bool())


def test_a_sound_one_moves_itself_alone() -> None:
    assert torch.equal(checkup(lstm(), numbers())["batch"].evidence.moved, torch.eye(B).bool())


def test_who_moves_whom_is_what_torch_says() -> None:
    case = view_for_transpose()
    moved = checkup(case.model, case.x)["batch"].evidence.moved
    case.model.eval()
    with torch.no_grad():
        before = case.model(case.x)
        for j in range(B):
            x = case.x.clone()
            x[j] = torch.randn(T, F)
            assert torch.equal((case.model(x) != before).any(-1), moved[:, j])


def test_it_tells_where_sequences_meet() -> None:
    case = view_for_transpose()
    assert checkup(case.model, case.x)["batch"].evidence.layers == ("x",)
    assert checkup(nn.LSTM(F, H), numbers())["batch"].evidence.layers == ("axes",)
    assert checkup(lstm(), numbers())["batch"].evidence.layers == ("",)


def test_a_result_with_an_axis_of_steps_alone_is_told_by_its_shape() -> None:
    model = Made(lambda m, x: m.fc(m.lstm(x)[0][-1]), lstm=lstm(), fc=head())
    finding = checkup(model, numbers())["batch"]
    assert finding.holds is False
    assert "(9, 3)" in finding.sentence


def test_of_one_sequence_or_of_a_loss_nothing_can_be_asked() -> None:
    report = checkup(lstm(), numbers()[:1])
    assert [report[name].holds for name in ("batch", "alone", "order")] == [None] * 3
    assert "give at least two" in report["batch"].sentence
    loss = checkup(Made(lambda m, x: m.lstm(x)[0].mean(), lstm=lstm()), numbers())
    assert [loss[name].holds for name in ("batch", "alone", "order")] == [None] * 3
    assert "result ()" in loss["batch"].sentence
    assert loss["every_step"].holds


def test_the_order_of_results_is_followed_by_sequence() -> None:
    case = sorted_and_left_so()
    finding = checkup(case.model, case.x, *case.more, **case.options)["order"]
    assert finding.holds is False
    assert finding.evidence.shape == (B,)


def test_a_batch_that_must_be_sorted_is_permuted_among_equal_lengths() -> None:
    def forward(m: Made, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.lstm(pack(x, n, enforce_sorted=True))[1][0][-1]

    model = Made(forward, lstm=lstm())
    equal, unequal = torch.tensor([9, 9, 6, 5, 5]), torch.tensor([9, 8, 6, 5, 4])
    assert checkup(model, numbers(equal), equal, lengths=equal)["order"].holds
    assert "enforce_sorted" in checkup(model, numbers(unequal), unequal, lengths=unequal)["order"].sentence
