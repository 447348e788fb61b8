"""The lines that a cause says to write, with the names and the axes of the model at hand."""

from __future__ import annotations

import re

from rnnlib.engine.checkup.basis import Basis
from rnnlib.engine.checkup.report import LayerCall


def attribute(path: str) -> str:
    """A part of the model as forward() names it.

    Example:
        >>> attribute("encoder.layers.0"), attribute("")
        ('self.encoder.layers[0]', 'model')
    """
    return re.sub(r"\.(\d+)", r"[\1]", f"self.{path}") if path else "model"


def last_states(layer: LayerCall) -> str:
    """Take the last layer's; of an LSTM from the pair that it gives."""
    states = "(h_n, c_n)" if layer.kind == "LSTM" else "h_n"
    rows = "torch.cat((h_n[-2], h_n[-1]), dim=-1)" if "bidirectional=True" in layer.made else "h_n[-1]"
    return f"{rows}  # _, {states} = {attribute(layer.path)}(x)"


def is_batch_first(basis: Basis) -> bool:
    """Whether the layers read batch first; without layers, whether x has it so."""
    axes = [call.axes for call in basis.seen.calls if call.x.dim() == 3 and call.lengths is None]
    return (axes[0] if axes else basis.given.axes).index("batch") == 0


def pack(basis: Basis) -> str:
    """Pack the batch as its layer reads it."""
    first = "batch_first=True, " if is_batch_first(basis) else ""
    return f"pack_padded_sequence(x, lengths, {first}enforce_sorted=False)"
