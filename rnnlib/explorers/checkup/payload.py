"""A checkup's report as plain data: words, grids of cells, and the axes of shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnnlib.engine.checkup.report import Checkup, Finding, LayerCall
from rnnlib.engine.checkup.words import listed, said
from rnnlib.explorers.checkup.grids import Data, of_batch, of_directions, of_future, of_padding, of_sequences, of_steps
from rnnlib.explorers.checkup.view import ASKS

MOST_NAMES = 12


def as_data(report: Checkup) -> Data:
    """All that the picture shows.

    Example:
        >>> import torch
        >>> from rnnlib.engine.checkup.checkup import checkup
        >>> data = as_data(checkup(torch.nn.GRU(3, 2, batch_first=True), torch.randn(2, 4, 3)))
        >>> data["findings"][1]["evidence"]["grids"][0]["cells"]  # nobody moves another
        ['r.', '.r']
    """
    told = {cause.write for cause in report.causes}
    return {
        "head": report.head,
        "notes": report.notes,
        "part": report.part,
        "cost": f"{said(report.runs, 'run')} of a copy in {report.seconds:.2g} s",
        "causes": [
            {"sentence": c.sentence, "write": c.write, "is_code": c.is_code, "lesson": _link(c.lesson)}
            for c in report.causes
        ],
        "unsure": len(report.causes) > 1 and not report.causes[0].sure,
        "layers": [_layer(call) for call in report.layers],
        "findings": [
            {
                "name": finding.name,
                "asks": ASKS[finding.name],
                "holds": finding.holds,
                "sentence": finding.sentence,
                "cure": "" if finding.cure in told else finding.cure,
                "lesson": _link(finding.lesson),
                "evidence": _evidence(finding, report),
            }
            for finding in report.findings
        ],
    }


def _link(lesson: str) -> Data | None:
    """A lesson with where its section stands, as JupyterLab names it, beside the notebook that one reads."""
    if not lesson:
        return None
    notebook, _, section = lesson.partition(", ")
    return {"said": lesson, "href": f"{notebook}.ipynb#{section.strip('“”').replace(' ', '-')}"}


def _evidence(finding: Finding, report: Checkup) -> Data:
    tell = EVIDENCE.get(finding.name)
    return {} if tell is None or finding.evidence is None else tell(finding, report)


def _layer(call: LayerCall) -> Data:
    first, later = call.state_given
    state = {(False, False): "from zeros", (True, True): "state given", (True, False): "state given"}
    facts = [
        "called once" if call.calls == 1 else f"called {call.calls} times",
        *(["packed"] if call.packed else []),
        state.get((first, later), "from zeros, then state given"),
        f"used: {', '.join(call.uses)}" if call.uses else "no gradient comes from the result",
        *([f"dropout={call.dropout:g} does nothing"] if call.dropout else []),
    ]
    return {
        "name": call.path or "the model",
        "made": call.made,
        "shape": call.shape,
        "axes": call.axes,
        "reads": call.reads,
        "facts": facts,
        "fault": call.fault,
    }


def _runs(finding: Finding, _: Checkup) -> Data:
    return {"shapes": [{"name": r.name, "shape": r.shape, "axes": r.axes} for r in finding.evidence]}


def _twice(finding: Finding, _: Checkup) -> Data:
    return _names(finding, finding.evidence.kept)


def _trained(finding: Finding, _: Checkup) -> Data:
    return _names(finding, finding.evidence.unseen or finding.evidence.unfelt)


def _names(finding: Finding, names: Sequence[str]) -> Data:
    """Those that the sentence had no room for."""
    rest = [name for name in names if name not in finding.sentence]
    return {"more": f"Also: {listed(rest, MOST_NAMES)}."} if rest else {}


EVIDENCE: dict[str, Callable[[Finding, Checkup], Data]] = {
    "runs": _runs,
    "batch": of_batch,
    "alone": of_sequences,
    "order": of_sequences,
    "padding": of_padding,
    "every_step": of_steps,
    "directions": of_directions,
    "future": of_future,
    "twice": _twice,
    "trained": _trained,
}
