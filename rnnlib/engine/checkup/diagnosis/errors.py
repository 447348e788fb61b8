"""What torch says when a model does not run, in the learner's terms."""

from __future__ import annotations

import re

from torch import nn

from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.subject import FailedError, modules_of
from rnnlib.spec.modules import kind_of_class


def in_learners_terms(failed: FailedError, model: nn.Module, given: Given) -> tuple[str, str]:
    """What is wrong, with the place, and what to write.

    Args:
        failed: the error, and the path of the module that was running.
        model: the model.
        given: what it was called on.

    Example:
        >>> import torch
        >>> from rnnlib.engine.checkup.given import AXES, check_given
        >>> failed = FailedError("", TypeError("forward() missing 1 required positional argument: 'lengths'"))
        >>> in_learners_terms(failed, nn.Linear(1, 1), check_given(torch.ones(2, 3, 4), (), None, AXES))[1]
        'checkup(model, x, lengths)'
    """
    module = dict(modules_of(model)).get(failed.path, model)
    where = f"{failed.path}, {type(module).__name__}," if failed.path else type(module).__name__
    return f"{where} raises {failed.said.rstrip('.')}.", _mend(failed.said, module, given)


def _mend(said: str, module: nn.Module, given: Given) -> str:
    layer = kind_of_class(type(module))
    if missing := re.search(r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)", said):
        names = ", ".join(re.findall(r"'(\w+)'", missing[1]))
        return f"checkup(model, x, {names})"
    if "positional arguments but" in said or "positional argument but" in said:
        return "Give checkup what your forward() takes, and no more: checkup(model, x)."
    if layer and (size := re.search(r"Expected (\d+), got (\d+)", said)) and "input" in said.lower():
        return f"Make the layer as wide as what it reads, input_size={size[2]}; or are the features on another axis?"
    if "Expected hidden" in said or ("hidden" in said.lower() and "size" in said):
        return "States are (num_layers*num_directions, batch, hidden_size), never batch first; take batch from x."
    if "on the same device" in said or "Expected all tensors" in said:
        return "Put them in one place: x.to(next(model.parameters()).device)."
    if "indices" in said and ("Long" in said or "Int" in said):
        return "nn.Embedding reads token ids: x.long()."
    if "index out of range" in said:
        return f"The largest id in x is {int(given.x.max())}: the embedding needs num_embeddings of at least one more."
    if "dtype" in said or "scalar type" in said or "same type" in said:
        return "Give x the dtype of the weights: x.float(), or x.to(next(model.parameters()).dtype)."
    if "tuple" in said:
        return "A recurrent layer gives two things: output, h_n = layer(x)."
    if "shapes cannot be multiplied" in said:
        return "The last axis must be as wide as the layer's in_features: print the shape just before it."
    if "must be on the CPU" in said or "'lengths' argument should be a 1D CPU" in said:
        return "lengths.cpu()"
    return "Call model(x) yourself, and read the traceback's last line that is yours."
