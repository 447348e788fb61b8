"""What each recurrent layer takes its axes for, beside what they are."""

from __future__ import annotations

import contextlib
import warnings

import torch
from torch import nn

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.gradient import Gradient
from rnnlib.engine.checkup.hooks import Call
from rnnlib.engine.checkup.report import Finding, LayerCall
from rnnlib.engine.checkup.subject import modules_of
from rnnlib.engine.checkup.words import LESSONS, said
from rnnlib.spec import LayerSpec
from rnnlib.spec.kinds import in_code
from rnnlib.spec.shapes import symbol_values
from rnnlib.spec.snippet import FIELD, constructor


def ask_layers(basis: Basis, gradients: list[Gradient]) -> tuple[Finding, tuple[LayerCall, ...]]:
    """Compare, layer by layer, the axes that it reads with what they are by experiment."""
    paths = list(dict.fromkeys(call.path for call in basis.seen.calls))
    if not paths:
        sentence = "No recurrent layer of torch.nn was called; the other questions are asked all the same."
        if any(isinstance(module, torch.jit.ScriptModule) for _, module in modules_of(basis.seen.model)):
            sentence = "What is scripted or traced does not show its layers: give the model that it was made from."
        return Finding("layers", None, sentence, ()), ()
    layers = tuple(_layer(basis, path, gradients) for path in paths)
    faults = [layer.fault for layer in layers if layer.fault]
    idle = [layer for layer in layers if layer.dropout]
    note = f" The dropout of {named(idle[0].path)} does nothing: it has one layer." if idle else ""
    if faults:
        cure = "Give each layer the axes that it reads: see the causes."
        return Finding("layers", False, f"{faults[0]}.{note}", layers, cure, LESSONS["axes"]), layers
    reads = "reads" if len(layers) == 1 else "read"
    sentence = f"{said(len(layers), 'recurrent layer')} {reads} the batch and the steps as such.{note}"
    return Finding("layers", True, sentence, layers), layers


def named(path: str) -> str:
    """A layer as a sentence calls it.

    Example:
        >>> named("encoder.lstm"), named("")
        ('encoder.lstm', 'the model')
    """
    return path or "the model"


def made(spec: LayerSpec) -> str:
    """The line that makes a layer.

    Example:
        >>> made(LayerSpec("GRU", 3, 2, batch_first=True))
        'nn.GRU(3, 2, batch_first=True)'
    """
    values = symbol_values(spec, 1, 1)
    return FIELD.sub(lambda field: str(values[field[1]]), constructor(spec))


def spec_of(layer: nn.Module) -> LayerSpec | None:
    """The spec of a layer, if its attributes tell it."""
    with contextlib.suppress(TypeError, ValueError, AttributeError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LayerSpec.of(layer)
    return None


def _layer(basis: Basis, path: str, gradients: list[Gradient]) -> LayerCall:
    at = [index for index, call in enumerate(basis.seen.calls) if call.path == path]
    calls = [basis.seen.calls[index] for index in at]
    first, axes = calls[0], basis.layer_axes[at[0]]
    spec = spec_of(basis.subject.module(path))
    given = (first.hx is not None, any(call.hx is not None for call in calls[1:]))
    idle = spec.dropout if spec and spec.num_layers == 1 and not spec.is_cell else 0.0
    return LayerCall(
        path=path,
        kind=first.kind,
        calls=len(calls),
        shape=tuple(first.x.shape),
        axes=axes,
        reads=first.axes,
        packed=first.lengths is not None,
        state_given=given,
        dropout=idle,
        uses=_uses(at, gradients),
        made=made(spec) if spec else in_code(first.kind),
        fault=_fault(basis, calls, axes, state_given=any(given)),
    )


def _uses(at: list[int], gradients: list[Gradient]) -> tuple[str, ...]:
    """Which results of a layer the model's result depends on."""
    output, rows = False, set[int]()
    for gradient in gradients:
        for index in at:
            if index < len(gradient.output):
                out, h_n = gradient.output[index], gradient.h_n[index]
                output |= out is not None and bool(out.any())
                rows |= set() if h_n is None or h_n.dim() < 3 else {r for r in range(len(h_n)) if bool(h_n[r].any())}
    return (("output",) if output else ()) + tuple(f"h_n[{row}]" for row in sorted(rows))


def _fault(basis: Basis, calls: list[Call], axes: tuple[str, ...], *, state_given: bool) -> str:
    first, where = calls[0], named(calls[0].path)
    for axis, (is_, read) in enumerate(zip(axes, first.axes, strict=True)):
        if read == "seq_len" and "batch" in is_ and "seq_len" not in is_:
            return f"{where} reads your batch as seq_len: it got {tuple(first.x.shape)} and takes axis {axis} for time"
    if basis.given.seq_len == 1:
        return ""
    steps, is_one = first.steps, all(call.steps == 1 for call in calls) and not state_given
    if axes[-1] == "seq_len" and (is_one or (axes.count("batch") == 1 and not first.is_cell)):
        return f"{where} takes {said(steps, 'step')} of {first.x.shape[-1]} numbers: your seq_len is its features"
    if is_one:
        times = "one step" if len(calls) == 1 else f"{len(calls)} steps, each from a state of zeros"
        return f"{where} takes {times}: it is given no state, so it remembers nothing"
    return ""
