"""The causes that findings together point to, the likeliest first; where evidence does not decide, all of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.diagnosis.mixing import of_mixing
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
        return tuple(Cause(f.sentence, f.cure, f.lesson) for f in failed.values())
    by_name = {finding.name: finding for finding in findings}
    causes = [*_of_layers(layers, basis)]
    if not causes and "batch" in failed:
        permuted = _is_another_order(failed["batch"])
        causes += [_of_order(basis)] if permuted else of_mixing(by_name, layers, basis)
    if not causes and {"alone", "padding"} & failed.keys() and "twice" not in failed:
        causes += _of_pads(failed, by_name, layers, basis)
    if not causes and "order" in failed and "twice" not in failed:
        causes.append(_of_order(basis))
    if {"twice", "backward"} & failed.keys():
        causes.append(_of_state(failed))
    known = bool(causes)
    if "directions" in failed:
        causes.append(_as_found(failed["directions"]))
    elif not known and "every_step" in failed:
        causes += _of_steps(failed["every_step"])
    if "trained" in failed and not (causes and _is_unused_memory(failed["trained"])):
        causes.append(_of_training(failed["trained"], layers))
    if "future" in failed:
        causes.append(_of_future(failed["future"], basis))
    return tuple(causes)


def _as_found(finding: Finding) -> Cause:
    return Cause(finding.sentence, finding.cure, finding.lesson)


def _of_layers(layers: Sequence[LayerCall], basis: Basis) -> Iterator[Cause]:
    for layer in layers:
        if not layer.fault:
            continue
        spec = spec_of(basis.subject.module(layer.path))
        attribute = re.sub(r"\.(\d+)", r"[\1]", f"self.{layer.path}") if layer.path else "model"
        if "as seq_len" in layer.fault:
            write = f"{attribute}(x.transpose(0, 1))"
            if len(layer.shape) == 2:
                write = f"{attribute}(x) on a whole (seq_len, batch, input_size), not on a 2-D piece of it"
            elif spec and not spec.batch_first and not layer.packed:
                write = f"{attribute} = {made(dataclasses.replace(spec, batch_first=True))}"
            elif spec and not layer.packed:
                write = f"{attribute} = {made(dataclasses.replace(spec, batch_first=False))}"
            yield Cause(f"{layer.fault}.", write, LESSONS["axes"])
        elif layer.axes[-1] == "seq_len":
            steps = layer.shape[layer.reads.index("seq_len")] if "seq_len" in layer.reads else 1
            made_anew = made(dataclasses.replace(spec, input_size=steps)) if spec else layer.kind
            cure = "x.unsqueeze(-1)" if steps == 1 and len(layer.shape) == 2 else "x.transpose(-1, -2)"
            write = f"{attribute} = {made_anew}, and give it (…, seq_len, {steps}): {cure}"
            yield Cause(f"{layer.fault}.", write, LESSONS["axes"])
        else:
            state = "(h, c)" if layer.kind.startswith("LSTM") else "h"
            call = f"{state} = {attribute}(x_t, {state})" if layer.kind.endswith("Cell") else f"{attribute}(x, state)"
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
            "pack_padded_sequence(x, lengths, enforce_sorted=False), or result[order.argsort()]",
            LESSONS["order"],
            sure=False,
        )
    sentence = "Something in the model belongs to a place in the batch: an order that is not undone, or a state kept."
    return Cause(sentence, "result[order.argsort()], or a state of zeros at each call", LESSONS["order"], sure=False)


def _of_pads(
    failed: dict[str, Finding], by_name: dict[str, Finding], layers: Sequence[LayerCall], basis: Basis
) -> Iterator[Cause]:
    pack = "pack_padded_sequence(x, lengths, batch_first=…, enforce_sorted=False)"
    mask = "scores.masked_fill(pad, -inf) before a softmax or a maximum; sum / lengths for a mean"
    for call in basis.seen.calls:
        wrong = call.lengths is not None and len(call.lengths) == basis.given.batch
        if call.lengths is not None and wrong and bool((call.lengths > basis.given.lengths).any()):
            packed, own = listed(call.lengths.tolist()), listed(basis.given.lengths.tolist())
            yield Cause(f"{named(call.path)} was packed with lengths {packed}; they are {own}.", pack, LESSONS["pads"])
            return
    if "padding" in failed:
        unpacked = [named(layer.path) for layer in layers if not layer.packed]
        if unpacked:
            sentence = f"Pads are read: {listed(unpacked)} got the padded batch, not packed."
            yield Cause(sentence, pack, LESSONS["pads"], sure=False)
        yield Cause("Pads are pooled or attended to.", mask, LESSONS["pads"], sure=False)
    elif basis.given.padded and by_name["padding"].holds and not bool(failed["alone"].evidence.isinf().any()):
        sentence = "How many pads there are matters, not what they hold: a mean over seq_len, a maximum that takes"
        sentence += " zeros for steps, or output[:, -1], which is a pad."
        write = "output[range(batch), lengths - 1], output.sum(dim) / lengths, or a mask of -inf before the maximum"
        yield Cause(sentence, write, LESSONS["pads"], sure=False)
    elif "alone" in failed:
        yield _as_found(failed["alone"])


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
        return Cause(sentence, "no change of a weight inside forward(): that is the optimizer's", LESSONS["state"])
    write = "state = None at the start of each forward()"
    if backward:
        write += "; where it must be carried, state.detach()"
    return Cause(f"A state is kept between two calls, {where}{graph}.", write, LESSONS["state"])


def _of_steps(finding: Finding) -> Iterator[Cause]:
    counting = finding.evidence.counts.any(0).nonzero().flatten().tolist()
    asked = finding.evidence.asked
    if counting == [asked[0]]:
        write = "output[-1], or output[:, -1] with batch_first=True; of padded sequences, at lengths - 1"
        yield Cause("The result is read at the first step alone.", write, LESSONS["shapes"], sure=False)
    elif counting == [asked[-1]]:
        sentence = "Only the last step counts: the state is not carried from step to step, or begins anew."
        yield Cause(sentence, "h = cell(x_t, h)", LESSONS["loop"], sure=False)
        yield Cause(
            "Or the model hands on its last step alone.", "the whole x, not x[:, -1]", LESSONS["loop"], sure=False
        )
    else:
        sentence = f"{finding.sentence} If that is meant, as by a stride or a window, all is well."
        yield Cause(sentence, "the whole x, and every step of output or h_n", finding.lesson, sure=False)


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
            write = "h_n[-1], and with two directions torch.cat((h_n[-2], h_n[-1]), dim=-1)"
            return Cause(sentence, write, LESSONS["rows"])
    return _as_found(finding)


def _of_future(finding: Finding, basis: Basis) -> Cause:
    both = [call.path for call in basis.seen.calls if getattr(call.layer, "bidirectional", False)]
    if both and "of more[" not in finding.sentence:
        sentence = f"{finding.sentence} {named(both[0])} reads in both directions."
        return Cause(sentence, "bidirectional=False", finding.lesson)
    return _as_found(finding)
