"""Three questions about calls in a row: the same again, two steps of training, a gradient for every parameter."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.gradient import weighted
from rnnlib.engine.checkup.questions.batch import RANDOM
from rnnlib.engine.checkup.report import Finding
from rnnlib.engine.checkup.results import apart
from rnnlib.engine.checkup.subject import FailedError, Seen, modules_of, tensors_held
from rnnlib.engine.checkup.weights import JITTERS, jitter, trainable
from rnnlib.engine.checkup.words import LESSONS, listed
from rnnlib.engine.closeness import rounding
from rnnlib.spec.modules import kind_of_class


@dataclasses.dataclass(frozen=True)
class Again:
    """How far a second call is from the first.

    Attributes:
        difference: the largest between two numbers.
        kept: what the call left in the model, by path: what a second call may read.
        weights: which of these are parameters.
    """

    difference: float
    kept: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()


def ask_twice(basis: Basis) -> Finding:
    """Call one copy twice with the same x: a state that is kept shows in the second result."""
    if basis.is_random:
        cure = "If that is dropout, write F.dropout(x, p, training=self.training), or use nn.Dropout."
        return Finding("twice", None, f"{RANDOM} {cure}")
    if basis.remembers:
        sentence = "Two fresh copies differ, the second from the first: something is kept outside of the model."
        cure = "Keep a state in no global, closure or class: hand it in and out, or begin each call with zeros."
        return Finding("twice", False, sentence, Again(float("inf")), cure, LESSONS["state"])
    basis.progress.say("checkup: twice")
    model = basis.subject.copy()
    start = _everything(model)
    first = basis.subject.run(basis.given, model)
    firsts = [tensor.clone() for tensor in first.tensors.values()]
    kept = tuple(path for path, tensor in _everything(model).items() if not _same(start.get(path), tensor))
    weights = tuple(path for path in kept if path in dict(model.named_parameters()))
    cure = "Begin each call with a state of zeros, or hand the state in and out as an argument and a result."
    try:
        second = basis.subject.run(basis.given, model)
    except FailedError as failed:
        sentence = f"A second call raises {failed.said}"
        return Finding("twice", False, sentence, Again(float("inf"), kept, weights), cure, LESSONS["state"])
    pairs = list(zip(firsts, second.tensors.values(), strict=False))
    far = max((float(apart(a[None], b[None])[0]) for a, b in pairs), default=0.0)
    if all(float(apart(a[None], b[None])[0]) <= rounding(a, b) for a, b in pairs):
        return Finding("twice", True, "The same input gives the same again.", Again(far))
    where = f" The first call left something in {listed(kept)}." if kept else ""
    sentence = f"The same input gives another result the second time, by up to {far:.2g}.{where}"
    return Finding("twice", False, sentence, Again(far, kept, weights), cure, LESSONS["state"])


def _everything(model: nn.Module) -> dict[str, Tensor]:
    every = {**dict(model.named_parameters()), **dict(model.named_buffers()), **tensors_held(model)}
    return {name: tensor.detach().clone() for name, tensor in every.items()}


def _same(before: Tensor | None, after: Tensor) -> bool:
    return before is not None and before.shape == after.shape and torch.equal(before, after)


def ask_backward(basis: Basis) -> Finding:
    """Forward and backward, twice in a row, on one copy in training mode."""
    basis.progress.say("checkup: backward")
    model, which = basis.subject.copy(training=True), ""
    try:
        parameters = trainable(model)
        for number in ("first", "second"):
            which = number
            loss = weighted(list(_run(basis, model).tensors.values()))
            if loss is None:
                return Finding("backward", None, "The result carries no gradient, so there is nothing to train by.")
            torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    except FailedError as failed:
        return _no_step("forward", failed)
    except RuntimeError as error:
        return _no_step(f"{which} backward", FailedError("", error))
    return Finding("backward", True, "It goes forward and backward twice in a row.")


def _no_step(which: str, failed: FailedError) -> Finding:
    said = failed.said
    kept = "second time" in said or "inplace" in said
    sentence = f"In training, a {which} pass raises {said}"
    cure = (
        "Cut the graph between calls, state = state.detach(), for both states of an LSTM." if kept else "See the error."
    )
    return Finding("backward", False, sentence, said, cure, LESSONS["state"])


def _run(basis: Basis, model: nn.Module) -> Seen:
    """In training mode, or, where that wants something else than x, in eval mode."""
    try:
        return basis.subject.run(basis.given, model, gradients=True)
    except FailedError:
        for _, module in modules_of(model):
            module.training = False
        return basis.subject.run(basis.given, model, gradients=True)


@dataclasses.dataclass(frozen=True)
class Untrained:
    """What does not learn.

    Attributes:
        unfelt: parameters that get no gradient, by name.
        unseen: parameters that get one, and are not in ``model.parameters()``: no optimizer has them.
    """

    unfelt: tuple[str, ...]
    unseen: tuple[str, ...]


def ask_trained(basis: Basis) -> Finding:
    """One backward pass: every parameter should get a gradient, and be where an optimizer finds it."""
    basis.progress.say("checkup: trained")
    model = basis.subject.copy(training=True)
    parameters = trainable(model)
    if not parameters:
        return Finding("trained", None, "No parameter asks for a gradient.")
    try:
        felt = _felt(basis, model, parameters)
        if felt is None:
            floats = [result for result in basis.results if basis.seen.tensors[result.name].is_floating_point()]
            if not floats:
                return Finding("trained", None, "The result has no number that a gradient flows through.")
            every = Untrained(tuple(parameters), ())
            sentence = "No parameter gets a gradient: the result is cut off from all of them."
            cure = "Look for torch.no_grad(), detach(), .data or .item() on the way to the result."
            return Finding("trained", False, sentence, every, cure, LESSONS["state"])
        for number in range(JITTERS):
            if not set(parameters) - felt:
                break
            jitter(parameters.values(), number)
            felt |= _felt(basis, model, parameters) or set()
    except (FailedError, RuntimeError):
        return Finding("trained", None, "It cannot be trained a step: see backward.")
    listed_by_torch = {id(parameter) for parameter in model.parameters()}
    unseen = tuple(name for name in parameters if name in felt and id(parameters[name]) not in listed_by_torch)
    unfelt = tuple(name for name, p in parameters.items() if name not in felt and id(p) in listed_by_torch)
    evidence = Untrained(unfelt, unseen)
    if not unfelt and not unseen:
        return Finding("trained", True, "Every parameter gets a gradient.", evidence)
    if unseen:
        sentence = (
            f"The result depends on {listed(unseen)}, which model.parameters() does not list: no optimizer trains it."
        )
        cure = "Put layers in nn.ModuleList or nn.ModuleDict, and single tensors in nn.Parameter."
        return Finding("trained", False, sentence, evidence, cure, LESSONS["list"])
    sentence = f"No gradient reaches {listed(unfelt)}, with these weights or with others."
    cure = "Use what that part gives, or leave the part out."
    return Finding("trained", False, sentence, evidence, cure, LESSONS["rows"])


def _felt(basis: Basis, model: nn.Module, parameters: dict[str, Tensor]) -> set[str] | None:
    """Who gets a gradient; of a recurrent layer's own parameters, who gets one that is not zero throughout."""
    loss = weighted(list(_run(basis, model).tensors.values()))
    if loss is None:
        return None
    grads = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    own = {id(p) for _, m in modules_of(model) if kind_of_class(type(m)) for p in m._parameters.values()}
    one_step = basis.given.seq_len == 1  # weight_hh has met zeros alone
    return {
        name
        for (name, parameter), grad in zip(parameters.items(), grads, strict=True)
        if grad is not None and (one_step or id(parameter) not in own or bool(grad.any()))
    }
