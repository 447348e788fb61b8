"""The step equations are those of torch's cells: forward, backward, and no other ones."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from rnnlib.engine import equations as steps
from rnnlib.engine.equations import Weights, gru_step, projected, step_of, what_h_says, what_x_says
from rnnlib.spec.kinds import family_of
from tests.strategies import batches, sizes

FAMILIES = ["RNN", "relu RNN", "LSTM", "GRU"]


def cell_of(name: str, input_size: int, hidden_size: int, bias: bool) -> nn.RNNCellBase:
    if name == "relu RNN":
        return nn.RNNCell(input_size, hidden_size, bias, "relu", dtype=torch.float64)
    return getattr(nn, f"{name}Cell")(input_size, hidden_size, bias, dtype=torch.float64)


def weights_of(cell: nn.RNNCellBase) -> Weights:
    return Weights(cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)


def ours(module: ModuleType, name: str, cell: nn.RNNCellBase, x: Tensor, states: tuple[Tensor, ...]) -> steps.Step:
    """One step by the equations of this module."""
    take_step = module.step_of(name.removeprefix("relu "), "relu" if "relu" in name else "tanh")
    w = weights_of(cell)
    return take_step(module.what_x_says(x, w), module.what_h_says(states[0], w), *states)


def theirs(cell: nn.RNNCellBase, x: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return cell(x, states) if len(states) == 2 else (cell(x, states[0]),)


def assert_equal_to_torch(module: ModuleType, name: str, batch: int, input_size: int, size: int, bias: bool) -> None:
    cell = cell_of(name, input_size, size, bias)
    x = torch.randn(batch, input_size, dtype=torch.float64)
    states = tuple(torch.randn(batch, size, dtype=torch.float64) for _ in range(2 if name == "LSTM" else 1))
    for a, b in zip(ours(module, name, cell, x, states).states, theirs(cell, x, states), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


@given(st.sampled_from(FAMILIES), batches, sizes, sizes, st.booleans())
def test_a_step_is_that_of_torchs_cell(name: str, batch: int, input_size: int, size: int, bias: bool) -> None:
    assert_equal_to_torch(steps, name, batch, input_size, size, bias)


# One slip in each place where one is easily made.
FAULTS = {
    "i from f's rows": ("LSTM", "i = torch.sigmoid(pre[0])", "i = torch.sigmoid(pre[1])"),
    "f from i's rows": ("LSTM", "f = torch.sigmoid(pre[1])", "f = torch.sigmoid(pre[0])"),
    "g from o's rows": ("LSTM", "g = torch.tanh(pre[2])", "g = torch.tanh(pre[3])"),
    "o from g's rows": ("LSTM", "o = torch.sigmoid(pre[3])", "o = torch.sigmoid(pre[2])"),
    "g a sigmoid": ("LSTM", "g = torch.tanh", "g = torch.sigmoid"),
    "c without its tanh": ("LSTM", "h = o * torch.tanh(c)", "h = o * c"),
    "c forgets nothing": ("LSTM", "torch.addcmul(f * c, i, g)", "torch.addcmul(c, i, g)"),
    "r and z": ("GRU", "x_r, x_z, x_n = from_x", "x_z, x_r, x_n = from_x"),
    "z the other way": ("GRU", "torch.lerp(n, h, z)", "torch.lerp(h, n, z)"),
    "r on what x says": ("GRU", "pre_n = torch.addcmul(x_n, r, h_n)", "pre_n = r * (x_n + h_n)"),
    "no r": ("GRU", "pre_n = torch.addcmul(x_n, r, h_n)", "pre_n = x_n + h_n"),
    "no tanh": ("RNN", "(torch.tanh(pre),)", "(pre,)"),
    "another nonlinearity": ("relu RNN", "(torch.relu(pre),)", "(torch.abs(pre),)"),
    "no state": ("RNN", "linear(h, w.weight_hh, w.bias_hh)", "linear(h * 0, w.weight_hh, w.bias_hh)"),
    "one bias": ("RNN", "linear(x, w.weight_ih, w.bias_ih)", "linear(x, w.weight_ih)"),
}


@pytest.mark.parametrize(("name", "right", "wrong"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_an_equation_is_noticed(name: str, right: str, wrong: str) -> None:
    source = inspect.getsource(steps)
    assert source.count(right) == 1
    planted = ModuleType("planted")
    exec(source.replace(right, wrong), vars(planted))
    torch.manual_seed(0)
    with pytest.raises(AssertionError):
        assert_equal_to_torch(planted, name, batch=3, input_size=4, size=5, bias=True)
    assert_equal_to_torch(steps, name, batch=3, input_size=4, size=5, bias=True)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_gates_are_blocks_of_rows_in_torchs_order(name: str) -> None:
    torch.manual_seed(1)
    cell = cell_of(name, 4, 5, bias=True)
    x, states = torch.randn(3, 4).double(), tuple(torch.randn(3, 5).double() for _ in range(2))
    step = ours(steps, name, cell, x, states if name == "LSTM" else states[:1])
    gates = family_of(name.removeprefix("relu ")).gates
    assert len(step.gates) == len(gates)
    assert len(step.pre) == len(gates or "h")
    for index, gate in enumerate(gates or "h"):
        rows = slice(5 * index, 5 * (index + 1))
        from_x = x @ cell.weight_ih[rows].T + cell.bias_ih[rows]
        from_h = states[0] @ cell.weight_hh[rows].T + cell.bias_hh[rows]
        pre = from_x + (step.gates[0] if name == "GRU" and gate == "n" else 1) * from_h
        torch.testing.assert_close(step.pre[index], pre)
        if gates:
            squashed = torch.tanh(pre) if gate in "gn" else torch.sigmoid(pre)
            torch.testing.assert_close(step.gates[index], squashed)


@pytest.mark.parametrize("name", FAMILIES)
def test_gradients_are_those_of_torchs_cell(name: str) -> None:
    torch.manual_seed(2)
    cell = cell_of(name, 4, 5, bias=True)
    x = torch.randn(3, 4).double().requires_grad_()
    states = tuple(torch.randn(3, 5).double().requires_grad_() for _ in range(2 if name == "LSTM" else 1))
    leaves = [x, *states, *cell.parameters()]
    towards = [torch.randn(3, 5).double() for _ in states]
    ours_now = ours(steps, name, cell, x, states).states
    for a, b in zip(
        torch.autograd.grad(ours_now, leaves, towards),
        torch.autograd.grad(theirs(cell, x, states), leaves, towards),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", FAMILIES)
def test_all_steps_at_once_are_as_one_by_one(name: str) -> None:
    torch.manual_seed(3)
    cell = cell_of(name, 4, 5, bias=True)
    x = torch.randn(2, 6, 3, 4).double()
    states = tuple(torch.randn(2, 6, 3, 5).double() for _ in range(2 if name == "LSTM" else 1))
    together = ours(steps, name, cell, x, states)
    alone = ours(steps, name, cell, x[1, 4], tuple(state[1, 4] for state in states))
    for a, b in zip(together, alone, strict=True):
        for a_part, b_part in zip(a, b, strict=True):
            torch.testing.assert_close(a_part[1, 4], b_part)


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_projected_narrows_h_alone() -> None:
    torch.manual_seed(4)
    layer = nn.LSTM(4, 5, proj_size=2)
    w = Weights(layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0, layer.weight_hr_l0)
    x, h, c = torch.randn(3, 4), torch.randn(3, 2), torch.randn(3, 5)
    step = step_of("LSTM")(what_x_says(x, w), what_h_says(h, w), h, c)
    _, (h_1, c_1) = layer(x[None], (h[None], c[None]))
    torch.testing.assert_close(projected(step.states[0], w), h_1[0])
    torch.testing.assert_close(step.states[1], c_1[0])
    assert projected(h, w._replace(weight_hr=None)) is h


def test_torchs_gru_is_not_the_papers() -> None:
    """In the paper r acts on h before the product with W_hn; in torch on the product, bias and all."""
    torch.manual_seed(5)
    cell = cell_of("GRU", 4, 5, bias=True)
    w, x, h = weights_of(cell), torch.randn(3, 4).double(), torch.randn(3, 5).double()
    r, z, _ = gru_step(what_x_says(x, w), what_h_says(h, w), h).gates
    paper = torch.tanh(
        x @ cell.weight_ih[10:].T + cell.bias_ih[10:] + (r * h) @ cell.weight_hh[10:].T + cell.bias_hh[10:]
    )
    papers_h = (1 - z) * paper + z * h
    assert (papers_h - cell(x, h)).abs().max() > 0.01


def test_where_a_family_has_no_weight_hh_h_says_nothing() -> None:
    says = what_h_says(torch.ones(5, 3, dtype=torch.float64), Weights(torch.ones(6, 2)))
    assert says.dtype == torch.float64
    assert torch.equal(says, torch.zeros(5, 6, dtype=torch.float64))
