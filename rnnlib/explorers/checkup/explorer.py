"""The façade's `checkup`: the engine's, with a report that a notebook shows as a picture."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from rnnlib.engine.checkup.checkup import checkup as ask
from rnnlib.engine.checkup.report import Checkup
from rnnlib.explorers.checkup.payload import as_data
from rnnlib.explorers.checkup.view import CheckupView


class ShownCheckup(Checkup):
    """A `Checkup` that shows itself in a notebook. The engine may know no picture, so it is told here.

    Example:
        >>> import torch
        >>> report = checkup(torch.nn.RNN(3, 2, batch_first=True), torch.ones(2, 4, 3))
        >>> report.view.chosen, report.ok
        ('runs', True)
    """

    @functools.cached_property
    def view(self) -> CheckupView:
        """Its picture, made when it is first wanted; it begins with the question that names the first cause."""
        chosen = self.causes[0].question if self.causes else "runs"
        return CheckupView(found=as_data(self), chosen=chosen, text=repr(self))

    def save(self, path: str | Path) -> Path:
        """Write its picture as one HTML file, as every explorer's `save` does."""
        return self.view.save(path)

    def as_html(self) -> str:
        """Its picture, as a fragment that a page of your own can hold."""
        return self.view.as_html()

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        return self.view._repr_mimebundle_(**asked)


@functools.wraps(ask)
def checkup(*given: Any, **options: Any) -> ShownCheckup:  # noqa: D103 - it has the engine's docstring
    return ShownCheckup(**vars(ask(*given, **options)))
