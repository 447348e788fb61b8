"""Nothing of the learner's is changed: not by a checkup, not by one that ends in an error or in Ctrl-C."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnlib import checkup
from tests.engine.checkup.zoo import SICK, SOUND, Case, F, H, Made, gru, head, lstm, numbers

AFTER = ("a_state_kept", "half_a_state_detached", "layers_in_a_list", "a_tuple_into_a_linear", "without_batch_first")
SOUND_AFTER = ("a_convolution_first", "noise_in_eval_mode", "weights_made_anew", "many_heads", "tied_weights")


def everything(model: nn.Module) -> dict[str, Any]:
    """Whatever a careless checkup could change."""
    held = {name: vars(model).get(name) for name in ("state", "layers", "attention")}
    return {
        "weights": {name: tensor.clone() for name, tensor in model.state_dict().items()},
        "gradients": {name: p.grad for name, p in model.named_parameters()},
        "requires": {name: p.requires_grad for name, p in model.named_parameters()},
        "identity": {name: id(p) for name, p in model.named_parameters()},
        "modes": {name: module.training for name, module in model.named_modules()},
        "dropout": {name: (getattr(m, "p", 0), getattr(m, "dropout", 0)) for name, m in model.named_modules()},
        "hooks": {name: (len(m._forward_hooks), len(m._forward_pre_hooks)) for name, m in model.named_modules()},
        "held": {name: id(value) for name, value in held.items()},
        "random": (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()),  # noqa: NPY002
        "process": (torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled()),
    }


def same(before: Any, after: Any) -> bool:
    if isinstance(before, torch.Tensor):
        return torch.equal(before, after)
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(same(before[key], after[key]) for key in before)
    if isinstance(before, tuple):
        return len(before) == len(after) and all(map(same, before, after))
    return bool(before == after)


def assert_untouched(case: Case, ask: Callable[[], object]) -> None:
    x = case.x.clone()
    for module in case.model.modules():  # a mixed lot of modes
        module.training = not module.training
    for parameter in case.model.parameters():
        parameter.grad = torch.ones_like(parameter) if parameter.requires_grad else None
    before = everything(case.model)
    ask()
    after = everything(case.model)
    assert [name for name in before if not same(before[name], after[name])] == []
    assert torch.equal(case.x, x)
    assert not case.x.requires_grad


@pytest.mark.parametrize("name", [*AFTER, *SOUND_AFTER])
def test_nothing_of_the_learners_is_changed(name: str) -> None:
    case = SICK[name][1]() if name in SICK else SOUND[name]()
    assert_untouched(case, lambda: checkup(case.model, case.x, *case.more, **case.options))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize("at", [0, 3, 20])
def test_nor_by_an_error_or_ctrl_c_on_the_way(at: int, error: type[BaseException]) -> None:
    calls = []

    def forward(m: Made, x: torch.Tensor) -> torch.Tensor:
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(3)
        random.random()
        calls.append(1)
        if len(calls) > at:
            raise error
        torch.set_default_dtype(torch.float32)
        return m.gru(x)[1][-1]

    case = Case(Made(forward, gru=gru()), numbers())

    def ask() -> None:
        if error is KeyboardInterrupt:
            with pytest.raises(KeyboardInterrupt):
                checkup(case.model, case.x)
        else:
            checkup(case.model, case.x)

    assert_untouched(case, ask)


def test_what_a_model_prints_is_not_printed_sixty_times(capfd: pytest.CaptureFixture[str]) -> None:
    def forward(m: Made, x: torch.Tensor) -> torch.Tensor:
        print("hello")
        return m.gru(x)[1][-1]

    assert checkup(Made(forward, gru=gru()), numbers()).ok
    assert capfd.readouterr().out == ""


def test_progress_is_shown_where_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    checkup(gru(), numbers())
    assert capfd.readouterr().err == ""
    monkeypatch.setattr("rnnlib.engine.checkup.subject.SLOW", 0.0)
    checkup(gru(), numbers())
    shown = capfd.readouterr().err
    assert "\rcheckup: batch, sequence 2 of 5" in shown
    assert shown.rpartition("\r")[2] == ""


def test_a_model_may_write_into_what_it_is_given() -> None:
    def forward(m: Made, x: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
        return m.gru(x.add_(1))[1][-1] + counts.add_(1)

    counts = torch.zeros(H)
    case = Case(Made(forward, gru=gru()), numbers())
    assert_untouched(case, lambda: checkup(case.model, case.x, counts))
    assert not counts.any()


def test_a_subclass_that_gives_output_alone_is_asked_as_any_module() -> None:
    class Alone(nn.GRU):
        def forward(self, x: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            return super().forward(x)[0]

    report = checkup(Alone(F, H, batch_first=True), numbers())
    assert report.ok
    assert report["layers"].holds is None


def test_a_wrapped_model_is_asked_itself() -> None:
    model = Made(lambda m, x: m.fc(m.lstm(x)[0][:, -1]), lstm=nn.LSTM(F, H), fc=head())
    for wrapped in (nn.DataParallel(model), torch.compile(model)):
        report = checkup(wrapped, numbers())
        assert report.model == "Made"
        assert report.layers[0].path == "lstm"


def test_a_hook_of_the_learners_runs_on_the_copies() -> None:
    layer = gru()
    layer.register_forward_hook(lambda _, __, result: (result[0].flip(0), result[1]))
    assert checkup(layer, numbers())["batch"].holds is False


def test_the_bare_layer_of_torch_is_a_model_too() -> None:
    assert checkup(lstm(num_layers=2, dropout=0.5), numbers()).ok
