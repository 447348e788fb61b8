"""All explorers on one page: each looks as it does alone, whichever was shown before it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import matplotlib.image
import numpy as np
import pytest
import torch
from anywidget import AnyWidget
from playwright.sync_api import Page

from rnnlib import (
    DirectionExplorer,
    LayerSpec,
    PackingExplorer,
    ShapeExplorer,
    SpeedLab,
    StepExplorer,
    TrainingLab,
    checkup,
    predict,
)
from tests.browser.conftest import SHOTS

SHOW = "name => { for (const host of document.querySelectorAll('body > div')) host.hidden = host.id !== name; }"
EDGE = 0.02  # of a colour: round corners come out by less than that otherwise


@pytest.fixture(scope="module")
def explorers() -> dict[str, AnyWidget]:
    return {
        "shape": ShapeExplorer("LSTM"),
        "step": StepExplorer("GRU"),
        "packing": PackingExplorer("LSTM"),
        "direction": DirectionExplorer("LSTM"),
        "speed": SpeedLab("GRU", question="When does packing lose?"),
        "training": TrainingLab(question="Which speakers are confused?"),
        "prediction": predict(LayerSpec("LSTM", 7, 10, 2), "h_n", seq_len=5, batch=3),
        "checkup": checkup(torch.nn.GRU(3, 4), torch.randn(4, 6, 3)).view,
    }


def picture(page: Page, name: str) -> np.ndarray:
    page.evaluate(SHOW, name)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )  # it is laid out
    taken = page.locator(f"#{name} .rnnlib").screenshot(animations="disabled")
    SHOTS.joinpath(f"plain {name}.png").write_bytes(taken)
    return matplotlib.image.imread(io.BytesIO(taken))


def test_no_explorers_look_depends_on_which_was_shown_before(
    page_of: Callable[[Mapping[str, AnyWidget]], Page], explorers: dict[str, AnyWidget]
) -> None:
    alone = {name: picture(page_of({name: explorer}), name) for name, explorer in explorers.items()}
    assert len({image.shape for image in alone.values()}) == len(alone)
    for order in (list(explorers), list(explorers)[::-1]):  # of any two, each comes first once
        page = page_of({name: explorers[name] for name in order})
        for name in order:
            beside = picture(page, name)
            assert beside.shape == alone[name].shape, f"{name} in {order}"
            assert np.abs(beside - alone[name]).max() < EDGE, f"{name} in {order}"
