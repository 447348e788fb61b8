"""Random layers and sizes for hypothesis, cases for the long run, and what every refusal and problem must look like."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from torch import nn

import rnnlib
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import KINDS, LAYERS

torch.set_num_threads(1)  # tests run side by side: with more threads they would wait for one another

sizes = st.integers(1, 9)
seq_lens = st.integers(1, 7)
batches = st.integers(1, 5)


def later(*case: Any) -> Any:
    """A case for the long run alone: in `make test` others that are like it are asked."""
    return pytest.param(*case, marks=pytest.mark.long)


def cases(number: int) -> settings:
    """Where a case takes long: so many in `make test`, and fifteen times as many in `make test-long`, as elsewhere."""
    return settings(max_examples=number * settings.default.max_examples // 200)


@st.composite
def specs(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, dropout: bool = False) -> LayerSpec:
    """Any layer or cell, with every argument that its kind takes."""
    kind = draw(st.sampled_from(kinds))
    given: dict[str, Any] = {"bias": draw(st.booleans())}
    hidden_size = draw(sizes)
    if kind in LAYERS:
        given |= {"num_layers": draw(st.integers(1, 3))}
        given |= {name: draw(st.booleans()) for name in ("batch_first", "bidirectional")}
        if dropout and given["num_layers"] > 1:
            given["dropout"] = draw(st.sampled_from([0.0, 0.25, 1.0]))
    if kind.startswith("RNN"):
        given["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    if kind == "LSTM":
        given["proj_size"] = draw(st.integers(0, hidden_size - 1))
    return LayerSpec(kind, draw(sizes), hidden_size, **given)


def real(spec: LayerSpec) -> nn.Module:
    """The layer as torch makes it, by torch's own constructor and nothing of rnnlib's engine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dropout with one layer
        return getattr(nn, spec.kind)(**spec.arguments())


def refused(call: Callable[[], Any], *words: str) -> str:
    """Show that a call is refused by rnnlib itself, in one clear message that has these words."""
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    error = caught.value
    message = str(error)
    raised_in = Path(str(caught.traceback[-1].path))
    assert Path(rnnlib.__file__).parent in raised_in.parents, f"raised in {raised_in}: {message}"
    assert error.__cause__ is None, message
    assert error.__context__ is None or error.__suppress_context__, message
    assert message.endswith((".", "?")), message
    for word in words:
        assert word in message, f"{word!r} is not in: {message}"
    return message


def is_sentence(text: str) -> bool:
    """Whether a view's problem is told in words, and is no fault of rnnlib's own."""
    return bool(re.fullmatch(r"\S.{14,}[.?]", text)) and "Traceback" not in text and "fault in rnnlib" not in text
