"""The causes that findings together point to, the likeliest first; where evidence does not decide, all of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.diagnosis.code import attribute, last_states, pack
from rnnlib.engine.checkup.diagnosis.mixing import of_mixing
from rnnlib.engine.checkup.diagnosis.pads import of_pads
from rnnlib.engine.checkup.given import AXES
from rnnlib.engine.checkup.questions.layers import made, named, spec_of
from rnnlib.engine.checkup.report import Cause, Finding, LayerCall
from rnnlib.engine.checkup.words import LESSONS, listed


def causes_of(findings: Sequence[Finding], layers: Sequence[LayerCall], basis: Basis | None) -> tuple[Cause, ...]:
    """What is wrong, where, and what to write.

    Args:
        findings: one for each question.
        layers: how the recurrent layers were called.
        basis: what the experiments were compared with; None where the model does not run.
    """
    failed = {finding.name: finding for finding in findings if finding.holds is False}
    if basis is None or not failed:
        return tuple(Cause(f.sentence, f.cure, f.lesson, question=f.name) for f in failed.values())
    by_name = {finding.name: finding for finding in findings}
    causes = [*_by("layers", _of_layers(layers, basis))]
    if not causes and "batch" in failed:
        permuted = _is_another_order(failed["batch"])
        causes += _by("batch", [_of_order(basis)] if permuted else of_mixing(by_name, layers, basis))
    if not causes and {"alone", "padding"} & failed.keys() and "twice" not in failed:
        causes += _by("padding" if "padding" in failed else "alone", of_pads(failed, by_name, layers, basis))
    if not causes and "order" in failed and "twice" not in failed:
        causes += _by("order", [_of_order(basis)])
    if {"twice", "backward"} & failed.keys():
        causes += _by("twice" if "twice" in failed else "backward", [_of_state(failed)])
    known = bool(causes)
    if "directions" in failed:
        causes += _by("directions", [_of_directions(failed["directions"], layers)])
    elif not known and "every_step" in failed:
        causes += _by("every_step", _of_steps(failed["every_step"]))
    if "trained" in failed and not (causes and _is_unused_memory(failed["trained"])):
        causes += _by("trained", [_of_training(failed["trained"], layers)])
    if "future" in failed:
        causes += _by("future", [_of_future(failed["future"], basis)])
    return tuple(causes)


def _by(question: str, causes: Iterable[Cause]) -> Iterator[Cause]:
    """The same causes, with the question whose finding names them."""
    return (dataclasses.replace(cause, question=question) for cause in causes)


def beside(causes: Sequence[Cause], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with what the cause that each names says; those that name none may follow from the first."""
    named_by = {cause.question: cause for cause in reversed(causes)}

    def led(finding: Finding) -> Finding:
        if finding.holds is not False or not causes:
            return finding
        if cause := named_by.get(finding.name):
            return dataclasses.replace(finding, cure=cause.write, lesson=cause.lesson)
        if finding.name == "alone":  # which says what it raised, or how it came to nan
            return dataclasses.replace(finding, lesson=causes[0].lesson)
        cure = f"This may follow from `{causes[0].question}`: mend that first, and ask again."
        return dataclasses.replace(finding, cure=cure, lesson=causes[0].lesson)

    return tuple(map(led, findings))


def _as_found(finding: Finding) -> Cause:
    return Cause(finding.sentence, finding.cure, finding.lesson)


def _of_layers(layers: Sequence[LayerCall], basis: Basis) -> Iterator[Cause]:
    for layer in layers:
        if not layer.fault:
            continue
        spec = spec_of(basis.subject.module(layer.path))
        name = attribute(layer.path)
        if "as seq_len" in layer.fault:
            write = f"{name}(x.transpose(0, 1))"
            if len(layer.shape) == 2:
                write = f"{name}(x)  # the whole (seq_len, batch, input_size), not a 2-D piece of it"
            elif spec and not spec.batch_first and not layer.packed:
                write = f"{name} = {made(dataclasses.replace(spec, batch_first=True))}"
            elif spec and not layer.packed:
                write = f"{name} = {made(dataclasses.replace(spec, batch_first=False))}"
            yield Cause(f"{layer.fault}.", write, LESSONS["axes"])
        elif layer.axes[-1] == "seq_len":
            steps = layer.shape[layer.reads.index("seq_len")] if "seq_len" in layer.reads else 1
            made_anew = made(dataclasses.replace(spec, input_size=steps)) if spec else layer.kind
            x = "x.unsqueeze(-1)" if basis.given.x.dim() == 2 or len(layer.shape) == 2 else "x.transpose(-1, -2)"
            if basis.given.x.dim() == 3 and basis.given.x.shape[-1] == steps and basis.given.axes[2] not in AXES[:2]:
                x = "x"  # as it was given
            axes = ", ".join((*layer.reads[:-1], str(steps)))
            write = f"{name} = {made_anew}\n{name}({x})  # ({axes})"
            yield Cause(f"{layer.fault}.", write, LESSONS["axes"])
        else:
            state = "(h, c)" if layer.kind.startswith("LSTM") else "h"
            call = f"output, state = {name}(x, state)"
            if layer.kind.endswith("Cell"):
                call = f"{state} = {name}(x_t, {state})"
            yield Cause(f"{layer.fault}.", call, LESSONS["loop"])


def _is_another_order(batch: Finding) -> bool:
    """Whether each sequence moves one result, and another than its own."""
    if batch.evidence is None:
        return False
    moved = batch.evidence.moved
    return bool((moved.sum(0) <= 1).all() and (moved.sum(1) == 1).all())


def _of_order(basis: Basis) -> Cause:
    if any(call.lengths is not None for call in basis.seen.calls):
        return Cause(
            "The batch was sorted, by length it seems, and results come back in that order.",
            f"{pack(basis)}\n# or, where you sort: result[order.argsort()]",
            LESSONS["order"],
            sure=False,
        )
    sentence = "Something in the model belongs to a place in the batch: an order that is not undone, or a state kept."
    write = "result[order.argsort()]\n# or begin each call with a state of zeros"
    return Cause(sentence, write, LESSONS["order"], sure=False)


def _of_state(failed: dict[str, Finding]) -> Cause:
    twice, backward = failed.get("twice"), failed.get("backward")
    if twice is None:
        assert backward is not None
        return _as_found(backward)
    kept = twice.evidence.kept
    where = f"in {listed(kept)}" if kept else "somewhere"
    graph = " with its graph, so a second backward pass raises" if backward else ""
    if twice.evidence.weights:
        sentence = f"A call changes weights of the model, {listed(twice.evidence.weights)}."
        return Cause(sentence, "Change no weight inside forward(): that is the optimizer's.", LESSONS["state"])
    name = attribute(re.sub(r"\[.*", "", kept[0])) if kept else "state"
    write = f"{name} = None  # at the start of each forward()"
    if backward:
        cut = f"tuple(state.detach() for state in {name})" if len(kept) > 1 else f"{name}.detach()"
        write += f"\n# where it must be carried: {name} = {cut}"
    meant = "" if backward else " If you carry it on purpose, it does what it should: this ✗ says no more than that."
    return Cause(f"A state is kept between two calls, {where}{graph}.{meant}", write, LESSONS["state"])


def _of_directions(finding: Finding, layers: Sequence[LayerCall]) -> Cause:
    early = next(half.path for half in finding.evidence if half.too_early)
    layer = next(layer for layer in layers if layer.path == early)
    return Cause(finding.sentence, last_states(layer), finding.lesson)


def _of_steps(finding: Finding) -> Iterator[Cause]:
    counting = finding.evidence.counts.any(0).nonzero().flatten().tolist()
    asked = finding.evidence.asked
    if counting == [asked[0]]:
        write = "output[:, -1]  # with batch_first=True; output[-1] without"
        yield Cause("The result is read at the first step alone.", write, LESSONS["shapes"], sure=False)
    elif counting == [asked[-1]]:
        sentence = "Only the last step counts: the state is not carried from step to step, or begins anew."
        yield Cause(sentence, "h = cell(x_t, h)", LESSONS["loop"], sure=False)
        whole = "Give the layer the whole x, not x[:, -1]."
        yield Cause("Or the model hands on its last step alone.", whole, LESSONS["loop"], sure=False)
    else:
        sentence = f"{finding.sentence} If that is meant, as by a stride or a window, all is well."
        yield Cause(sentence, "Read the whole x, and every step of output, or h_n.", finding.lesson, sure=False)


def _is_unused_memory(finding: Finding) -> bool:
    """Whether weight_hh alone goes without: it has met zeros only, as another cause says already."""
    evidence = finding.evidence
    return not evidence.unseen and all(".weight_hh" in f".{name}" for name in evidence.unfelt)


def _of_training(finding: Finding, layers: Sequence[LayerCall]) -> Cause:
    unfelt = finding.evidence.unfelt
    for layer in layers:
        rows = [use for use in layer.uses if use.startswith("h_n")]
        own = [name for name in unfelt if name.startswith(f"{layer.path}.weight_ih_l".lstrip("."))]
        if own and rows and "output" not in layer.uses:
            sentence = (
                f"Of {named(layer.path)}, the result depends on {listed(rows)} alone, and h_n has layer first, then"
                f" direction. No gradient reaches {listed(own)}."
            )
            return Cause(sentence, last_states(layer), LESSONS["rows"])
    return _as_found(finding)


def _of_future(finding: Finding, basis: Basis) -> Cause:
    both = [call.path for call in basis.seen.calls if getattr(call.layer, "bidirectional", False)]
    if both and "of more[" not in finding.sentence:
        spec = spec_of(basis.subject.module(both[0]))
        one = made(dataclasses.replace(spec, bidirectional=False)) if spec else "..."
        write = f"{attribute(both[0])} = {one}  # bidirectional=False"
        return Cause(f"{finding.sentence} {named(both[0])} reads in both directions.", write, finding.lesson)
    return _as_found(finding)
