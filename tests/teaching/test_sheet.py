"""The sheet to print: each shape and each rule on it is torch's own, of random layers, and it is one page."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from teaching.sheet import COLUMNS, KINDS, RULES, Column, Rule, rows, sheet
from tests.strategies import cases

ROOT = Path(__file__).parents[2]
size = st.integers(1, 6)
SIZES = st.fixed_dictionaries(
    dict.fromkeys(("seq_len", "batch", "input_size", "hidden_size", "num_layers"), size) | {"seed": st.integers(0, 99)}
)


def tensors(column: Column, kind: str, at: dict[str, int]) -> dict[str, Tensor]:
    """All that a real layer of these sizes reads, gives and has, made as the column says."""
    given = (at["input_size"], at["hidden_size"])
    if column.cell:
        cell: Any = getattr(nn, f"{kind}Cell")(*given)
        x = torch.randn(at["batch"], at["input_size"])
        states, first = cell(x), torch.zeros(at["batch"], at["hidden_size"])
        states = states if isinstance(states, tuple) else (states,)
        _ = cell(x, (first, first) if len(states) == 2 else first)  # it takes them so
        named = dict(zip(("h_1", "c_1"), states, strict=False)) | dict.fromkeys(("h_0", "c_0")[: len(states)], first)
        return {"input": x, **named, **dict(cell.named_parameters())}
    layer: Any = getattr(nn, kind)(*given, num_layers=at["num_layers"], bidirectional=True, **column.given)
    lead = [at["seq_len"], at["batch"]] if column.batched else [at["seq_len"]]
    x = torch.randn(*(lead[::-1] if column.given else lead), at["input_size"])
    output, states = layer(x)
    states = states if isinstance(states, tuple) else (states,)
    _ = layer(x, tuple(map(torch.zeros_like, states)) if len(states) == 2 else torch.zeros_like(states[0]))
    named = {f"{name}_{end}": state for name, state in zip("hc", states, strict=False) for end in "0n"}
    return {"input": x, "output": output, **named, **dict(layer.named_parameters())}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
@pytest.mark.parametrize("kind", KINDS)
@cases(12)
@given(at=SIZES)
def test_each_shape_is_that_of_the_real_layer(kind: str, column: Column, at: dict[str, int]) -> None:
    values = at | {"num_directions": 2, "num_gates": {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]}
    real = tensors(column, kind, at)
    said = {name: axes for name, axes in rows(kind, column).items() if not name.endswith("_l1") or at["num_layers"] > 1}
    assert {name: tuple(real[name].shape) for name in said} == {
        name: tuple(math.prod(values[symbol] for symbol in axis.split("*")) for axis in axes)
        for name, axes in said.items()
    }
    assert {name for name in real if not name.endswith("_reverse") and not re.search(r"_l[1-9]", name)} == {
        name for name in said if not name.endswith("_l1")
    }


def test_the_weight_of_a_projection_is_as_on_the_sheet() -> None:
    axes = rows("LSTM", COLUMNS[0], proj_size=3)["weight_hr_l0"]
    sizes = {"proj_size": 2, "hidden_size": 5}
    assert tuple(nn.LSTM(3, 5, proj_size=2).weight_hr_l0.shape) == tuple(sizes[axis] for axis in axes)


def made(rule: Rule, kind: str, at: dict[str, int]) -> dict[str, Any]:
    """What a rule speaks of, of a real layer in float64."""
    torch.manual_seed(at["seed"])
    directions = rule.directions or 1 + at["seed"] % 2
    names = ("input_size", "hidden_size", "num_layers")
    layer: Any = getattr(nn, kind)(*(at[name] for name in names), bidirectional=directions == 2).double()
    x = torch.randn(at["seq_len"], at["batch"], at["input_size"]).double()
    lengths = torch.randint(1, at["seq_len"] + 1, (at["batch"],))
    lengths[0] = at["seq_len"]
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    output, states = layer(packed if rule.packed else x)
    h_n, c_n = states if isinstance(states, tuple) else (states, None)
    begin = torch.zeros_like(h_n)
    alone = [layer(x[:length, [item]])[1] for item, length in enumerate(lengths)]
    return {
        **at,
        "x": x,
        "H": at["hidden_size"],
        "D": directions,
        "i": at["seed"] % at["num_layers"],
        "d": at["seed"] % directions,
        "lengths": lengths,
        "packed": packed,
        "layer": layer,
        "zeros": begin if c_n is None else (begin, torch.zeros_like(c_n)),
        "output": pad_packed_sequence(output)[0] if rule.packed else output,
        "h_n": h_n,
        "c_n": c_n,
        "ends": h_n[-directions],
        "each_alone": torch.cat([one[0] if isinstance(one, tuple) else one for one in alone], dim=1),
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
@cases(12)
@given(at=SIZES, data=st.data())
def test_each_rule_holds_in_the_real_layer(rule: Rule, at: dict[str, int], data: st.DataObject) -> None:
    names = made(rule, data.draw(st.sampled_from(rule.kinds)), at)
    left, right = (eval(side, {"range": range, "len": len}, names) for side in rule.code.split(" == "))
    both = isinstance(left, Tensor) and isinstance(right, Tensor)
    assert torch.allclose(left, right) if both else left == right


def test_every_shape_and_rule_is_on_the_page() -> None:
    text = re.sub(r"<[^>]+>", "", sheet())
    assert "($" not in text
    for column in COLUMNS:
        for axes in (axes for name, axes in rows("LSTM", column).items() if name in ("input", "h_0", "output", "c_n")):
            short = ", ".join(axes).replace("num_directions", "D").replace("*", "·")
            assert f"({short})" in text
    assert text.count(" == ") == len(RULES)


@pytest.mark.browser
def test_it_is_one_page_to_print_and_asks_for_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "teaching.sheet", str(tmp_path)]  # two Playwrights cannot run in one process
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    pdf = (tmp_path / "shapes.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert not re.search(r"(src|href)=|@import|url\(|://", (tmp_path / "shapes.html").read_text("utf-8"))
