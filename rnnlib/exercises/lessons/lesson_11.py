"""Lesson 11: a model with two faults, mended."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from rnnlib.engine.checkup.checkup import checkup
from rnnlib.exercises.answers import call, name_of
from rnnlib.exercises.verdict import SlipError

LENGTHS = (3, 7, 5, 4, 6)


def judge(summary: Any) -> str:
    """Of the class ``Summary``: what a checkup says to it."""
    if not (inspect.isclass(summary) and issubclass(summary, nn.Module)):
        raise SlipError("no class", f"check takes the class itself, Summary, not {name_of(summary)}.")
    with torch.inference_mode(False), torch.enable_grad():
        model = call(summary, 16, batch_first=True, bidirectional=True)
        layers = [module for module in model.modules() if isinstance(module, nn.RNNBase)]
        if not layers:
            raise SlipError("no layer", f"{name_of(summary)} has no recurrent layer any more. Listener makes it.")
        padded = pad_sequence([torch.randn(length, layers[0].input_size) for length in LENGTHS], batch_first=True)
        lengths = torch.tensor(LENGTHS)
        report = call(checkup, model, padded, lengths, lengths=lengths)
    if report.ok:
        return f"Right: {report.head}"
    failed = [finding.name for finding in report.findings if finding.holds is False]
    cause = report.causes[0]
    raise SlipError(cause.question or failed[0], f"{', '.join(failed)} in the report: {cause.sentence}")
