"""What reaches back as plain data for the front end, and in words."""

from __future__ import annotations

from typing import Any

from rnnlib.engine.reach.way_back import WayBack

YOURS = "yours"


def curves(found: dict[str, WayBack]) -> dict[str, Any]:
    """What the gradient explorer draws from.

    Args:
        found: by the curves' names.

    Returns:
        By name ``x`` and ``saturated`` (float64 bytes, a number a step), ``norm`` and ``clipped``.

    Example:
        >>> curves({})
        {}
    """
    return {
        name: {
            "x": way.x.double().cpu().numpy().tobytes(),
            "saturated": way.saturated.cpu().numpy().tobytes(),
            "norm": way.norm,
            "clipped": way.clipped,
        }
        for name, way in found.items()
    }


def table(found: dict[str, WayBack]) -> list[str]:
    """A line for each curve: what reaches it at its first and its last step, and the norm of all gradients.

    Example:
        >>> import torch
        >>> ones = torch.tensor([1e-20, 1.0])
        >>> table({"RNN": WayBack(ones, torch.zeros(2), norm=3.0, clipped=1.0)})[1]
        '  RNN      1e-20        1  3, clipped to 1'
    """
    lines = ["           x[0]    x[-1]  norm of the parameters' gradient"]
    for name, way in found.items():
        clipped = "" if way.clipped is None or way.clipped == way.norm else f", clipped to {way.clipped:.2g}"
        lines.append(f"  {name:<5} {float(way.x[0]):>8.1g} {float(way.x[-1]):>8.1g}  {way.norm:.2g}{clipped}")
    return lines
