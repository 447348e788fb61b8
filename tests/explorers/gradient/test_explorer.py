"""The gradient explorer: its curves are the real layers' gradients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnlib import GradientExplorer, LayerSpec, reach
from rnnlib.engine.reach.way_back import begun, input_for
from tests.node import run
from tests.strategies import refused

VIEW = Path(__file__).parents[3] / "rnnlib" / "explorers" / "gradient" / "view.js"


def curve(explorer: Any, name: str, part: str = "x") -> np.ndarray:
    return np.frombuffer(explorer.answer["curves"][name][part], dtype=np.float64)


def agrees(explorer: Any) -> None:
    """What the front end is sent is what `reach` says of layers that are begun the same."""
    begin = (explorer.initialisation, explorer.factor, explorer.forget_bias)
    for kind in ("RNN", "LSTM", "GRU"):
        layer = begun(LayerSpec(kind, 12, explorer.hidden_size), *begin)
        expected = reach(layer, input_for(layer, explorer.seq_len)).x[:, 0]
        np.testing.assert_allclose(curve(explorer, kind), expected.numpy(), rtol=1e-10)


def test_its_curves_are_what_reach_says_whatever_is_chosen() -> None:
    explorer = GradientExplorer(seq_len=30, hidden_size=7)
    agrees(explorer)
    for move in (
        {"seq_len": 1},
        {"seq_len": 200, "hidden_size": 3},
        {"factor": 0.0},
        {"factor": 3.5, "forget_bias": 4.0},
        {"initialisation": "orthogonal"},
        {"hidden_size": 64, "seq_len": 40},
    ):
        explorer.set_state(move)
        assert explorer.problem == ""
        agrees(explorer)


def test_clipping_leaves_the_curves_and_shortens_the_norm() -> None:
    explorer = GradientExplorer(seq_len=20, hidden_size=8)
    before = {name: (curve(explorer, name), explorer.found[name].norm) for name in explorer.found}
    assert all(way.clipped is None for way in explorer.found.values())
    explorer.set_state({"clipping": True, "max_norm": 2.0})
    for name, (x, norm) in before.items():
        assert np.array_equal(curve(explorer, name), x)
        assert explorer.answer["curves"][name]["norm"] == norm
        assert explorer.answer["curves"][name]["clipped"] == pytest.approx(min(norm, 2.0), rel=1e-5)


def test_a_layer_of_the_learners_own_has_a_curve_beside_the_three() -> None:
    torch.manual_seed(0)
    layer, x = nn.LSTM(5, 6, 2, batch_first=True, bidirectional=True, dropout=0.5), torch.randn(1, 9, 5)
    explorer = GradientExplorer(layer, x, forget_bias=3)
    assert explorer.seq_len == 9
    assert list(explorer.found) == ["RNN", "LSTM", "GRU", "yours"]
    np.testing.assert_allclose(curve(explorer, "yours"), reach(layer, x).x[:, 0].double().numpy(), rtol=1e-5)
    assert layer.training
    assert layer.weight_ih_l0.grad is None
    refused(lambda: setattr(explorer, "seq_len", 8), "seq_len=9")
    explorer.hidden_size = 3
    np.testing.assert_allclose(curve(explorer, "yours"), reach(layer, x).x[:, 0].double().numpy(), rtol=1e-5)


def test_sizes_come_from_a_spec_and_x_may_lack_its_batch() -> None:
    explorer = GradientExplorer(LayerSpec("GRU", 3, 5), torch.ones(4, 3, dtype=torch.float64))
    assert (explorer.hidden_size, explorer.seq_len, list(explorer.found)) == (5, 4, ["RNN", "LSTM", "GRU"])
    assert "your x" in explorer.answer["facts"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GradientExplorer(nn.LSTMCell(3, 4)), "LSTMCell"),
        (lambda: GradientExplorer(3), "layer"),
        (lambda: GradientExplorer(nn.GRU(3, 4), torch.ones(5, 2, 3)), "x[:, :1]"),
        (lambda: GradientExplorer(nn.GRU(3, 4, batch_first=True), torch.ones(2, 5, 3)), "x[:1]"),
        (lambda: GradientExplorer(nn.GRU(3, 4), torch.ones(5, 1, 2)), "input_size=3"),
        (lambda: GradientExplorer(seq_len=10**9), "seq_len"),
        (lambda: GradientExplorer(hidden_size=10**6), "hidden_size"),
        (lambda: GradientExplorer(kind="GRU"), "kind"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make: Any, words: str) -> None:
    refused(make, words)


def test_its_text_says_what_reaches_each_end_and_the_norm() -> None:
    text = repr(GradientExplorer(seq_len=50, clipping=True, max_norm=1e-3, question="what is left?")).splitlines()
    assert text[0] == "How much of each input reaches output[-1]: seq_len 50, hidden_size 32"
    assert [line.split()[0] for line in text[2:5]] == ["RNN", "LSTM", "GRU"]
    assert all("clipped to 0.001" in line for line in text[2:5])
    assert text[5] == "  Find out: what is left?"


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"factor": 3.0, "forget_bias": 2.0},
        {"initialisation": "orthogonal"},
        {"initialisation": "orthogonal", "factor": 0.5, "clipping": True, "max_norm": 0.1},
    ],
)
def test_its_code_makes_the_lstms_curve(chosen: dict[str, Any]) -> None:
    explorer = GradientExplorer(seq_len=9, hidden_size=5, **chosen)
    asked = json.dumps(explorer.answer["asked"])
    said = run(
        "--input-type=module", "--eval", f"import {{ codeOf }} from '{VIEW.as_uri()}'; console.log(codeOf({asked}))"
    )
    built, *lines = said.strip().splitlines()
    assert built == "layer = nn.LSTM({input_size}, {hidden_size}).double()"
    layer = begun(LayerSpec("LSTM", 12, 5))
    x = input_for(layer, 9).requires_grad_()
    torch.manual_seed(0)
    exec("\n".join(line for line in lines if not line.startswith("x = ")), {"nn": nn, "layer": layer, "x": x})
    np.testing.assert_allclose(x.grad.norm(dim=-1)[:, 0].numpy(), curve(explorer, "LSTM"), rtol=1e-10)  # type: ignore[union-attr]
    norm = torch.stack([weight.grad.norm() for weight in layer.parameters()]).norm()  # type: ignore[union-attr]
    way = explorer.found["LSTM"]
    assert norm.item() == pytest.approx(way.norm if way.clipped is None else way.clipped, rel=1e-4)


def test_where_nothing_else_keeps_a_gradient_it_does() -> None:
    with torch.inference_mode():
        explorer = GradientExplorer(seq_len=9, hidden_size=5)
    agrees(explorer)
