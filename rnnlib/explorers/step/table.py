"""The history of one unit in plain text: what a reader gets where no front end runs."""

from __future__ import annotations

from torch import Tensor

from rnnlib.engine.trace.trace import Trace

MOST = 8  # steps that are shown


def step_table(trace: Trace, place: tuple[int, int, int, int], unit: int) -> list[str]:
    r"""A row of text for x if it is one number, and for every gate and state: some steps around the chosen one.

    Args:
        trace: of the layer.
        place: layer, direction, time and sequence.
        unit: the one shown.

    Example:
        >>> import torch
        >>> from rnnlib.engine.handmade_weights import example, handmade
        >>> from rnnlib.engine.trace.trace import trace
        >>> print("\n".join(step_table(trace(handmade("copy"), example("copy")[:3]), (0, 0, 0, 0), 0)))
          step       0       1       2
          x      0.000   1.000   0.000
          r      0.000   0.000   0.000
          z      0.000   0.000   0.000
          n      0.000   1.000   0.000
          h      0.000   1.000   0.000
    """
    layer, direction, time, item = place
    steps = shown(time, len(trace.mask))
    histories = {name: t[layer, direction, :, item] for name, t in (trace.gates | trace.states).items()}
    lines = [_row(name, history, unit, steps) for name, history in histories.items()]
    if layer == 0 and trace.spec.input_size == 1:
        lines.insert(0, _row("x", trace.inputs[0][:, item], 0, steps))
    more = " …" if steps.stop < len(trace.mask) else ""
    return ["  step" + "".join(f"{step:8d}" for step in steps) + more, *lines]


def shown(time: int, seq_len: int) -> range:
    """The steps that are shown: those around `time`, or all.

    Example:
        >>> shown(10, 20)
        range(7, 15)
    """
    first = max(0, min(time - 3, seq_len - MOST))
    return range(first, min(seq_len, first + MOST))


def where(trace: Trace, place: tuple[int, int, int, int], unit: int) -> str:
    """Which history the table shows; what there is one of goes without saying.

    Example:
        >>> import torch
        >>> from rnnlib.engine.trace.trace import trace
        >>> from rnnlib.spec import LayerSpec
        >>> where(trace(LayerSpec("RNN", 3, 2, num_layers=2), torch.zeros(5, 1, 3)), (1, 0, 0, 0), unit=1)
        'unit 1, layer 1, steps 0 to 4 of 5'
    """
    layer, direction, time, item = place
    steps = shown(time, len(trace.mask))
    named = [f"unit {unit}"]
    named += [f"layer {layer}"] if trace.spec.num_layers > 1 else []
    named += [f"direction {'→←'[direction]}"] if trace.spec.num_directions > 1 else []
    named += [f"sequence {item}"] if trace.mask.shape[1] > 1 else []
    shown_steps = f"step {steps.start}" if len(steps) == 1 else f"steps {steps.start} to {steps.stop - 1}"
    return ", ".join([*named, f"{shown_steps} of {len(trace.mask)}"])


def _row(name: str, history: Tensor, unit: int, steps: range) -> str:
    if unit >= history.shape[-1]:  # a projected h is narrower
        return f"  {name:4}" + "       -" * len(steps)
    values = history[steps.start : steps.stop, unit].tolist()
    return f"  {name:4}" + "".join(f"{round(value, 3) + 0.0:8.3f}" for value in values)  # no sign before a zero
