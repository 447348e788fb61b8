"""What a layer made of a padded and of a packed batch, as plain data for the front end."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rnnlib.engine.packing import Packing
from rnnlib.engine.padding import PaddedAndPacked, padded_and_packed
from rnnlib.spec import LayerSpec

SHOWN = {"whole": 12, "first": 8, "last": 3}  # rows, as in packing_marks.js


def ran(layer: nn.Module, sequences: list[Tensor], packing: Packing, padding_value: float) -> dict[str, Any]:
    """Run the layer both ways and tell what came out.

    Args:
        layer: a real layer.
        sequences: each ``(length, input_size)``.
        packing: of these sequences, as the learner asked for it.
        padding_value: what the padded run reads past an end.

    Returns:
        ``rows`` (of each sequence shown, how far its states are from those of its run alone, padded and packed),
        ``last_padded`` and ``last_own`` (bytes, ``(rows, wide)``), the steps and seconds that both ways took, and the
        shapes at each stage.
    """
    like = next(layer.parameters())
    made = padded_and_packed(layer, [x.to(like.device, like.dtype) for x in sequences], padding_value=padding_value)
    shown = _shown(len(sequences))
    spec = made.spec
    return {
        "rows": [_row(made, item) for item in shown],
        "left_out": len(sequences) - len(shown),
        "states": "h_n" if made.alone.c_n is None else "h_n or c_n",
        "wide": made.last_own.shape[-1],
        "last_padded": _bytes(made.last_padded[shown]),
        "last_own": _bytes(made.last_own[shown]),
        "steps": made.steps,
        "own_steps": made.own_steps,
        "seconds_padded": made.padded.seconds,
        "seconds_packed": made.packed.seconds,
        "padded": tuple(packing.padded.shape),
        "data": tuple(packing.data.shape),
        "batch_sizes": packing.batch_sizes.tolist(),
        "sorted_indices": [] if packing.sorted_indices is None else packing.sorted_indices.tolist(),
        "unpacked": (*packing.unpacked.shape[:2], _wide(spec)),
        "note": packing.note,
    }


def _wide(spec: LayerSpec) -> int:
    return spec.num_directions * (spec.proj_size or spec.hidden_size)


def _shown(count: int) -> list[int]:
    """The rows that the pictures show."""
    if count <= SHOWN["whole"]:
        return list(range(count))
    return [*range(SHOWN["first"]), *range(count - SHOWN["last"], count)]


def _row(made: PaddedAndPacked, item: int) -> dict[str, Any]:
    length = int(made.packing.lengths[item])
    return {
        "item": item,
        "length": length,
        "pads": int(made.packing.lengths.max()) - length,
        "off_padded": float(made.off_padded[:, item].max()),
        "off_packed": float(made.off_packed[:, item].max()),
    }


def _bytes(values: Tensor) -> bytes:
    return values.detach().to("cpu", torch.float32).contiguous().numpy().tobytes()
