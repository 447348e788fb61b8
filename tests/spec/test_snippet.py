"""The snippet runs on its own and prints every shape by its name."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.snippet import FIELD, code, constructor, template
from tests.strategies import batches, seq_lens, specs


def said(spec: LayerSpec, seq_len: int, batch: int | None) -> str:
    """The lines that the snippet has to print."""
    return "".join(f"{name} {t.sizes}\n" for name, t in shapes(spec, seq_len, batch).items())


@given(specs(dropout=True), seq_lens, st.none() | batches)
def test_the_snippet_prints_every_shape(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "LSTM with projections")
        exec(spec.code(seq_len, batch), {"__name__": "__main__"})
    assert printed.getvalue() == said(spec, seq_len, batch)


ALONE = {
    "a layer": (LayerSpec("LSTM", 12, 16, 2, bidirectional=True, batch_first=True, proj_size=4, dropout=0.5), 8, 3),
    "an unbatched cell": (LayerSpec("RNNCell", 12, 16, nonlinearity="relu", bias=False), 8, None),
}


@pytest.mark.parametrize(("spec", "seq_len", "batch"), ALONE.values(), ids=ALONE)
def test_the_snippet_runs_alone(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    command = [sys.executable, "-I", "-W", "ignore", "-c", spec.code(seq_len, batch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", said(spec, seq_len, batch))


@given(specs(dropout=True), seq_lens, batches, st.booleans())
def test_sizes_are_put_into_the_template(spec: LayerSpec, seq_len: int, batch: int, unbatched: bool) -> None:
    """The front end does the same while a slider moves, so only sizes may be left open."""
    fields = set(FIELD.findall(template(spec, unbatched)))
    names = {"seq_len", "batch", "input_size", "hidden_size", "num_layers", "num_directions", "proj_size"}
    assert {name for field in fields for name in field.split("*")} <= names
    assert "batch" not in fields or not unbatched
    assert "{" not in code(spec, seq_len, None if unbatched else batch)


@given(specs(dropout=True), seq_lens, st.none() | batches)
def test_the_snippet_can_be_read(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    lines = spec.code(seq_len, batch).splitlines()
    assert max(map(len, lines)) <= 88
    assert len(lines) <= 24


@given(specs(dropout=True))
def test_the_constructor_is_on_one_line(spec: LayerSpec) -> None:
    values = {field: field for field in FIELD.findall(constructor(spec))} | spec.arguments()
    assert "\n" not in constructor(spec)
    assert LayerSpec.of(eval(FIELD.sub(lambda f: str(values[f[1]]), constructor(spec)), {"nn": nn})) == spec
