"""Calls in a row: what is kept, and what learns."""

from __future__ import annotations

import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import (
    H,
    Made,
    a_first_state_that_is_no_parameter,
    a_state_kept,
    a_state_kept_and_detached,
    gru,
    half_a_state_detached,
    head,
    layers_in_a_list,
    noise_in_eval_mode,
    numbers,
    the_state_of_the_lower_layer,
)


def test_what_is_kept_is_told_by_its_place() -> None:
    case = a_state_kept_and_detached()
    finding = checkup(case.model, case.x)["twice"]
    assert finding.evidence.kept == ("state",)
    assert finding.evidence.difference > 0
    kept = a_state_kept()
    report = checkup(kept.model, kept.x)
    assert report["twice"].evidence.kept == ("state[0]", "state[1]")
    assert "second time" in report["backward"].evidence
    assert len(report.causes) == 1  # both come from one thing


def test_a_model_that_was_trained_before_can_still_be_asked() -> None:
    case = half_a_state_detached()
    kept = case.model.state[1]
    assert checkup(case.model, case.x)["backward"].holds is False
    assert case.model.state[1] is kept


def test_random_numbers_in_eval_mode_cannot_be_judged() -> None:
    case = noise_in_eval_mode()
    report = checkup(case.model, case.x)
    assert [report[name].holds for name in ("alone", "order", "twice")] == [None] * 3
    assert "training=self.training" in report["twice"].sentence


def test_what_does_not_learn_is_told_by_name() -> None:
    case = layers_in_a_list()
    hidden = checkup(case.model, case.x)["trained"].evidence
    assert len(hidden.unseen) == 8
    assert hidden.unseen[0] == "layers[0].weight_ih_l0"
    assert hidden.unfelt == ()
    case = a_first_state_that_is_no_parameter()
    assert checkup(case.model, case.x)["trained"].evidence.unseen == ("h_0",)
    case = the_state_of_the_lower_layer()
    lower = checkup(case.model, case.x)
    assert lower["trained"].evidence.unfelt == tuple(
        f"lstm.{w}_l1" for w in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    assert "h_n[0]" in lower.causes[0].sentence


def test_a_model_without_parameters_has_nothing_to_train() -> None:
    report = checkup(Made(lambda _, x: x.cumsum(1)), numbers())
    assert report.ok
    assert [report[name].holds for name in ("backward", "trained", "layers")] == [None] * 3


def test_whole_numbers_are_compared_and_not_differentiated() -> None:
    report = checkup(Made(lambda m, x: m.fc(m.gru(x)[1][-1]).argmax(-1), gru=gru(), fc=head()), numbers())
    assert report["batch"].holds
    assert [report[name].holds for name in ("backward", "trained")] == [None] * 2


def test_a_module_list_is_seen() -> None:
    model = Made(lambda m, x: m.layers[1](m.layers[0](x)[0])[1][-1], layers=nn.ModuleList([gru(), gru(H)]))
    assert checkup(model, numbers())["trained"].holds


def test_a_model_under_inference_mode_or_no_grad_is_asked_all_the_same() -> None:
    with torch.inference_mode():
        model, x = gru(), numbers()
    with torch.no_grad():
        assert checkup(gru(), numbers()).ok
    assert checkup(model, x)["batch"].holds


def test_a_call_that_changes_weights_is_told_by_their_names() -> None:
    def forward(m: Made, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            m.gru.weight_ih_l0 += 0.1
        return m.gru(x)[1][-1]

    model = Made(forward, gru=gru())
    weight = model.gru.weight_ih_l0.clone()
    report = checkup(model, numbers())
    assert report["twice"].evidence.weights == ("gru.weight_ih_l0",)
    assert "changes weights" in report.causes[0].sentence
    assert torch.equal(model.gru.weight_ih_l0, weight)


def test_dropout_is_off_in_training_too() -> None:
    model = Made(lambda m, x: m.fc(m.drop(m.gru(x)[1][-1])), gru=gru(), drop=nn.Dropout(1.0), fc=head())
    assert checkup(model, numbers()).ok
