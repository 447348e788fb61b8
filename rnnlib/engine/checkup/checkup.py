"""Is a model silently wrong? Experiments on copies of it: change one thing that goes in, and see what moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from rnnlib.engine.call import check_numbers
from rnnlib.engine.checkup.basis import Basis, look
from rnnlib.engine.checkup.diagnosis.causes import beside, causes_of
from rnnlib.engine.checkup.diagnosis.errors import in_learners_terms
from rnnlib.engine.checkup.given import AXES, Given, check_given
from rnnlib.engine.checkup.gradient import gradients_of
from rnnlib.engine.checkup.notes import notes_of
from rnnlib.engine.checkup.questions.alone import ask_alone, ask_padding
from rnnlib.engine.checkup.questions.batch import ask_batch, ask_order
from rnnlib.engine.checkup.questions.directions import ask_directions
from rnnlib.engine.checkup.questions.future import ask_future
from rnnlib.engine.checkup.questions.layers import ask_layers
from rnnlib.engine.checkup.questions.steps import ask_every_step
from rnnlib.engine.checkup.questions.training import ask_backward, ask_trained, ask_twice
from rnnlib.engine.checkup.report import Checkup, Finding
from rnnlib.engine.checkup.results import ResultTensor
from rnnlib.engine.checkup.size import Part, part_of
from rnnlib.engine.checkup.subject import FailedError, Progress, Subject, untouched
from rnnlib.engine.checkup.words import LESSONS
from rnnlib.spec.arguments import check_flag

QUESTIONS = (
    *("runs", "batch", "alone", "order", "padding", "every_step"),
    *("directions", "future", "twice", "backward", "trained", "layers"),
)


def checkup(
    model: nn.Module,
    x: Tensor,
    *more: Any,
    lengths: Any = None,
    axes: Sequence[str] = AXES,
    causal: bool = False,
) -> Checkup:
    r"""Ask a model of your own whether it is silently wrong: twelve questions, each answered by experiment.

    The method is the change-one-input test: change one sequence, or one step, and see which results move. Copies of
    the model are called, in eval mode but where training is asked about, with dropout off. Nothing of yours changes:
    no weight, gradient, mode, hook or kept state, and no random state.

    =============  ==================================================  ==========================================
    question       asks                                                evidence
    =============  ==================================================  ==========================================
    runs           does it run?                                        `ResultTensor` s: name, shape, axes
    batch          does a result depend on its own sequence alone?     `Mixing`: moved, (batch, batch)
    alone          is it the same alone, cut to its own length?        (batch,), how far it is
    order          do results go along when the batch is permuted?     (batch,), how far they are
    padding        does what stands in the pads matter?                (batch,), whose result moved
    every_step     does every own step count?                          `Steps`: counts, (batch, seq_len); gradient
    directions     is a half used where it has read one step only?     `Halves` of each bidirectional layer
    future         does a step's result depend on later steps?         (seq_len, seq_len): row i moved by step j
    twice          does the same input give the same again?            `Again`: difference, what was kept
    backward       can it train two steps?                             torch's error, or None
    trained        does every parameter get a gradient?                `Untrained`: names
    layers         does each layer read the axes for what they are?    `LayerCall` of each recurrent layer
    =============  ==================================================  ==========================================

    Args:
        model: any module; it is called as ``model(x, *more)``.
        x: a batch of numbers, or of token ids; at least two sequences, better five.
        more: what else the model takes. Of a tensor with an axis of the batch's size, the batch's part goes along
            when the batch is cut or permuted; lengths go along, too. Of a decoder's target, its steps are asked about
            by `future`.
        lengths: how many steps of each sequence are its own, in any order; the rest is padding. None is all.
        axes: what you believe x's axes to be. Of token ids the first two names are enough.
        causal: the result of a step must not depend on later ones.

    Returns:
        A `Checkup`: ``.ok``, ``report["batch"]`` and so on, ``.causes``.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence. A model that raises is no error here: see
            ``report["runs"]``.

    Example:
        >>> import torch
        >>> class Last(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.gru = nn.GRU(3, 8)  # without batch_first=True
        ...     def forward(self, x):
        ...         return self.gru(x)[0][:, -1]
        >>> report = checkup(Last(), torch.randn(4, 6, 3))
        >>> report.ok, report["batch"].evidence.moved[:, 0].tolist()  # sequence 0 moves all results
        (False, [True, True, True, True])
        >>> report.causes[0].write
        'self.gru = nn.GRU(3, 8, batch_first=True)'
    """
    check_numbers()
    if torch.get_default_device().type == "meta":
        raise ValueError("what your model makes holds no numbers here: torch.set_default_device('cpu') first.")
    model = _unwrapped(model)
    given = check_given(x, more, lengths, axes)
    check_flag("causal", causal)
    start = time.perf_counter()
    part = part_of(model, given)
    progress = Progress()
    subject = Subject(model)
    try:
        with untouched(given.x.device, small=part.is_small):
            return _report(subject, model, given, part, progress, start, causal=causal)
    finally:
        progress.end()


def _report(
    subject: Subject, model: nn.Module, given: Given, part: Part, progress: Progress, start: float, *, causal: bool
) -> Checkup:
    name = str(getattr(model, "original_name", type(model).__name__))

    def report(findings: list[Finding], basis: Basis | None, layers: tuple[Any, ...] = ()) -> Checkup:
        causes = causes_of(findings, layers, basis)
        notes = tuple(notes_of(basis)) if basis else ()
        asked = part.sequences, part.steps, part.sentence
        seconds = time.perf_counter() - start
        return Checkup(name, beside(causes, findings), causes, layers, *asked, notes, subject.runs, seconds)

    def nothing_asked(sentence: str, cure: str, why: str) -> Checkup:
        runs = Finding("runs", False, sentence, None, cure, LESSONS["shapes"])
        return report([runs, *(Finding(question, None, why) for question in QUESTIONS[1:])], None)

    try:
        basis, part = _basis(subject, given, part, progress)
    except FailedError as failed:
        return nothing_asked(*in_learners_terms(failed, model, given), "It does not run.")
    if not basis.results:
        cure = "Return a tensor, or a tuple, dict or dataclass of tensors."
        return nothing_asked("It runs, and gives no tensor: does forward() lack a return?", cure, "It gives no tensor.")
    gradients = gradients_of(basis)
    alone = _answer("alone", lambda: ask_alone(basis))
    layers, calls = ask_layers(basis, gradients)
    asked: list[Callable[[], Finding]] = [
        lambda: _runs(basis),
        lambda: ask_batch(basis),
        lambda: alone,
        lambda: ask_order(basis),
        lambda: ask_padding(basis, alone),
        lambda: ask_every_step(basis, gradients),
        lambda: ask_directions(basis, gradients),
        lambda: ask_future(basis, causal=causal),
        lambda: ask_twice(basis),
        lambda: ask_backward(basis),
        lambda: ask_trained(basis),
        lambda: layers,
    ]
    answers = [_answer(question, ask) for question, ask in zip(QUESTIONS, asked, strict=True)]
    return report(answers, basis, calls)


def _answer(question: str, ask: Callable[[], Finding]) -> Finding:
    try:
        return ask()
    except FailedError as failed:
        return Finding(question, None, f"With other numbers in x the model raises {failed.said}")


def _basis(subject: Subject, given: Given, part: Part, progress: Progress) -> tuple[Basis, Part]:
    """The part of the batch to ask about, or all of it where the model takes no other size."""
    progress.say("checkup: runs")
    try:
        return look(subject, given.take(part.sequences), part, progress), part
    except FailedError:
        if len(part.sequences) == given.batch:
            raise
        part = Part(tuple(range(given.batch)), part.steps, part.seconds, part.is_small, "")
        return look(subject, given, part, progress), part


def _runs(basis: Basis) -> Finding:
    shown = ", ".join(f"{result.name} {_axes(result)}" for result in basis.results)
    nan = [result.name for result in basis.results if basis.seen.tensors[result.name].isnan().any()]
    note = f" There is nan in {', '.join(nan)}." if nan else ""
    return Finding("runs", True, f"It runs, and gives {shown}.{note}", basis.results)


def _axes(result: ResultTensor) -> str:
    return f"({', '.join(f'{name} {size}'.strip() for name, size in zip(result.axes, result.shape, strict=True))})"


def _unwrapped(model: Any) -> nn.Module:
    """The model itself, where it is compiled or wrapped for several devices."""
    if isinstance(model, type) and issubclass(model, nn.Module):
        raise TypeError(f"{model.__name__} is a class, not a model: make one first, as in {model.__name__}(…).")
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"model must be an nn.Module, not {type(model).__name__}: put what you call into the forward() of one."
        )
    if "_parameters" not in vars(model) and not isinstance(model, torch.jit.ScriptModule):
        raise TypeError(f"{type(model).__name__} is not made yet: its __init__() must call super().__init__().")
    if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        return _unwrapped(model.module)
    if any(".quantized" in type(part).__module__ for part in model.modules()):
        raise TypeError(
            f"{type(model).__name__} is quantised, and so rounds all sequences of a batch together: give the model that"
            " it was before."
        )
    if hasattr(model, "_orig_mod"):
        return _unwrapped(model._orig_mod)
    if any(is_lazy(parameter) for parameter in model.parameters()):
        raise ValueError(
            f"{type(model).__name__} has lazy layers, which have no weights yet: call model(x) once first."
        )
    if any(parameter.is_meta for parameter in model.parameters()):
        raise ValueError(f"{type(model).__name__} is on the device meta, where weights hold no numbers: make it anew.")
    return model
