"""What a layer made of a padded and of a packed batch, as plain data for the front end."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rnnlib.engine.packing.comparison import padded_and_packed
from rnnlib.engine.packing.mistakes import Mistake, run_mistake
from rnnlib.engine.packing.pack_steps import Packing

UNITS = 5  # so many numbers of a last state are shown


def answer(layer: nn.Module, sequences: list[Tensor], packing: Packing, padding_value: float) -> dict[str, Any]:
    """Run the layer both ways and tell what came out.

    Args:
        layer: a real layer.
        sequences: each ``(length, input_size)``.
        packing: of these sequences, as the learner asked for it.
        padding_value: what the padded run reads past an end.

    Returns:
        As bytes, float32: ``off_padded`` and ``off_packed`` ``(batch,)``, how far each sequence's states are from
        those of its run alone; ``last_padded`` and ``last_own`` ``(batch, units)``, the first ``units`` of the ``wide``
        numbers of its last output. Besides, the steps and seconds that both ways took, torch's ``sorted_indices``,
        and a ``note`` where something must be said of the padding.
    """
    made = padded_and_packed(layer, sequences, padding_value=padding_value)
    wide = made.last_packed.shape[-1]
    return {
        "states": "h_n" if made.alone.c_n is None else "h_n or c_n",
        "off_padded": _bytes(made.off(made.padded).amax(0)),
        "off_packed": _bytes(made.off(made.packed).amax(0)),
        "holds_padded": made.holds(made.padded),
        "holds_packed": made.holds(made.packed),
        "wide": wide,
        "units": min(UNITS, wide),
        "last_padded": _bytes(made.padded.output[-1][:, :UNITS]),
        "last_own": _bytes(made.last_packed[:, :UNITS]),
        "steps": made.padded.steps,
        "own_steps": made.packed.steps,
        "seconds_padded": made.padded.seconds,
        "seconds_packed": made.packed.seconds,
        "sorted_indices": [] if packing.sorted_indices is None else packing.sorted_indices.tolist(),
        "note": " ".join(filter(None, (packing.note, _sentence(made.note)))),
    }


def try_mistake(mistake: Mistake, layer: nn.Module, sequences: list[Tensor]) -> dict[str, Any]:
    """What torch says to a wrong setting, and to its cure."""
    tried = run_mistake(mistake, layer, sequences)
    said = {"name": mistake.name, "code": mistake.code, "cure": mistake.cure, "why": mistake.why}
    return said | {"error": tried.error, "raised": tried.raised, "cured": tried.cured, "cures": tried.cures}


def table(tried: dict[str, Any], *, cured: bool) -> list[str]:
    """What was tried as lines of text; its cure only where that does not wait to be asked for."""
    if not tried:
        return []
    wrong = ["  Goes wrong:", *(f"    {line}" for line in (*tried["code"].splitlines(), tried["error"]))]
    right = ["  Cure:", *(f"    {line}" for line in (*tried["cure"].splitlines(), tried["cured"]))]
    return [*wrong, *right] if cured else wrong


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:]


def _bytes(values: Tensor) -> bytes:
    return values.detach().to("cpu", torch.float32).contiguous().numpy().tobytes()
