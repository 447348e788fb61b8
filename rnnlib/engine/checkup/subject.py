"""The model that is asked: a copy of it is called, in eval mode, and nothing of the learner's is changed."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import io
import pickle
import random
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.checkup.given import Given
from rnnlib.engine.checkup.hooks import Call, watched
from rnnlib.engine.checkup.results import tensors_of

TORCHS_OWN = set(vars(nn.Module()))  # what every module has: no place for a learner's tensors and modules
MOST = 160  # characters of an error
SLOW = 2.0  # seconds after which progress is shown


class FailedError(Exception):
    """The model raised `error`, inside the module at `path`."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(path, error)
        self.path, self.error = path, error

    @property
    def said(self) -> str:
        """The error in one line, not too long."""
        lines = str(self.error).strip().splitlines()
        line = lines[0] if lines else ""
        cut = line if len(line) <= MOST else f"{line[:MOST].rstrip()}…"
        return f"{type(self.error).__name__}{': ' if cut else ''}{cut}"


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """One call of a copy: the tensors of its result by name, the calls of its recurrent layers, and the copy."""

    tensors: dict[str, Tensor]
    calls: list[Call]
    model: nn.Module


class Subject:
    """Calls copies of a model: each call begins with the state that the learner's model has."""

    def __init__(self, model: nn.Module) -> None:
        self.runs = 0
        self._model = model

    def module(self, path: str) -> nn.Module:
        """The learner's own module at this path, with the dropout that it has."""
        return dict(modules_of(self._model))[path]

    def copy(self, *, training: bool = False) -> nn.Module:
        """The model again, with dropout off."""
        again = copied(self._model)
        for _, module in modules_of(again):
            module.training = training
            for name in ("dropout", "p") if "Dropout" in type(module).__name__ else ("dropout",):
                if isinstance(vars(module).get(name), float):
                    vars(module)[name] = 0.0
        return again

    def run(self, given: Given, model: nn.Module | None = None, *, gradients: bool = False, seed: int = 0) -> Seen:
        """Call a fresh copy, or `model`, once.

        Raises:
            FailedError: the model raised something.
        """
        self.runs += 1
        model = self.copy() if model is None else model
        _seed(seed, given.x.device)
        path = [""]
        with torch.set_grad_enabled(gradients), watched(modules_of(model), path) as calls:
            try:
                tensors = tensors_of(model(*(_own(item) for item in (given.x, *given.more))))
            except Exception as error:  # noqa: BLE001  whatever a learner's code raises is what is reported
                raise FailedError(path[-1], error) from None
        return Seen(tensors, calls, model)


def _own(item: Any) -> Any:
    """The same numbers in tensors of their own, which a model may change in place."""
    if isinstance(item, Tensor):
        return item if item.requires_grad else item.clone()
    if type(item) in (tuple, list):
        return type(item)(map(_own, item))
    return {key: _own(part) for key, part in item.items()} if type(item) is dict else item


def modules_of(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Every module by its path, those too that lie in plain lists, tuples, dicts and sets.

    Example:
        >>> model = nn.Module()
        >>> model.layers = [nn.Linear(1, 1)]
        >>> [path for path, _ in modules_of(model)]
        ['', 'layers[0]']
    """
    found = dict(model.named_modules())
    for path, item in _held(model):
        if isinstance(item, nn.Module) and all(item is not part for part in found.values()):
            found |= {f"{path}.{name}".rstrip("."): part for name, part in item.named_modules()}
    return list(found.items())


def tensors_held(model: nn.Module) -> dict[str, Tensor]:
    """Every tensor that a module keeps as an attribute, or in a list or the like, beside parameters and buffers."""
    return {path: item for path, item in _held(model) if isinstance(item, Tensor)}


def _held(model: nn.Module) -> Iterator[tuple[str, Any]]:
    """Tensors and modules in plain attributes, by path; those in modules that are found so, too."""
    todo: list[tuple[str, Any]] = list(model.named_modules())
    seen = {id(module) for _, module in todo}
    while todo:
        path, item = todo.pop(0)
        parts: list[tuple[str, Any]] = []
        if isinstance(item, nn.Module):
            own = {name: value for name, value in vars(item).items() if name not in TORCHS_OWN}
            own.pop("_flat_weights", None)
            parts = [(f"{path}.{name}".lstrip("."), value) for name, value in own.items()]
            parts += [(f"{path}.{name}".lstrip("."), value) for name, value in item._modules.items()]
        elif isinstance(item, dict):
            parts = [(f"{path}[{key!r}]", value) for key, value in item.items()]
        elif isinstance(item, (list, tuple, set)):
            parts = [(f"{path}[{index}]", value) for index, value in enumerate(item)]
        for where, part in parts:
            if isinstance(part, (Tensor, nn.Module, dict, list, tuple, set)) and id(part) not in seen:
                seen.add(id(part))
                todo.append((where, part))
                if isinstance(part, (Tensor, nn.Module)):
                    yield where, part


def copied(model: nn.Module) -> nn.Module:
    """A deep copy; of a tensor that is part of a graph, such as a state kept from training, its numbers.

    Raises:
        TypeError: something in it cannot be copied.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> model.state = model.weight * 2  # which copy.deepcopy refuses
        >>> copied(model).state.requires_grad
        False
    """
    memo: dict[int, Any] = {id(t): t.detach().clone() for t in tensors_held(model).values() if not t.is_leaf}
    try:
        again: nn.Module = copy.deepcopy(model, memo)
    except (TypeError, RuntimeError, AttributeError, NotImplementedError, pickle.PicklingError) as error:
        raise TypeError(
            f"{type(model).__name__} cannot be copied, and experiments are made on copies: {error}. Take that out of"
            " the model, say by keeping it in a variable of your own."
        ) from None
    return again


def _seed(seed: int, device: torch.device) -> None:
    torch.default_generator.manual_seed(seed)  # torch.manual_seed would reach for every GPU that there is
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  the one that a model's own code may use


@contextlib.contextmanager
def untouched(device: torch.device, *, small: bool) -> Iterator[None]:
    """What a model's code may change of the process is put back: random numbers, default dtype, threads.

    Args:
        device: the model's.
        small: the model is so small that one thread is quicker than all.
    """
    with ONE_AT_A_TIME:
        threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
        pythons, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
        try:
            if small:
                torch.set_num_threads(1)
            with (
                torch.random.fork_rng(devices=[device] if device.type == "cuda" else []),
                torch.inference_mode(False),
                torch.backends.cudnn.flags(enabled=False),  # which has no backward pass in eval mode
                warnings.catch_warnings(),
                contextlib.redirect_stdout(io.StringIO()),
            ):
                warnings.simplefilter("ignore")
                yield
        finally:
            torch.set_num_threads(threads)
            torch.set_default_dtype(dtype)
            random.setstate(pythons)
            np.random.set_state(numpys)  # noqa: NPY002


class Progress:
    """A line on stderr that says which question is asked, where it takes long; it goes away at the end."""

    def __init__(self) -> None:
        self._start, self._width = time.perf_counter(), 0

    def say(self, text: str) -> None:
        """Put another text in the place of the last."""
        if time.perf_counter() - self._start > SLOW:
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)

    def end(self) -> None:
        """Leave an empty line."""
        if self._width:
            self.say("")
            sys.stderr.write("\r")
