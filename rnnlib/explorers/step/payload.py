"""A trace as plain data for the front end: every array as bytes, with what is said of it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.closeness import named
from rnnlib.engine.trace.comparison import AMPLIFIED
from rnnlib.engine.trace.trace import Trace
from rnnlib.explorers.step.view import PLACE
from rnnlib.spec import LayerSpec

MOST_NUMBERS = 6_000_000  # 24 MB: what a browser still takes in at once


def answer(trace: Trace, layer: nn.Module) -> dict[str, Any]:
    """What the step explorer draws from.

    Args:
        trace: of the layer.
        layer: for its biases, which the equations show apart.

    Returns:
        ``arrays`` by name, each with its ``dims`` (num_layers, num_directions, seq_len, batch, size; 1 where it is
        the same for all) and ``values`` (float32 bytes); ``sizes``, ``gates``, ``family``, and ``truth``, a sentence.
    """
    spec = trace.spec
    seq_len, batch = trace.mask.shape
    arrays = _arrays(trace, layer)
    return {
        "family": spec.family.name,
        "squash": spec.nonlinearity,
        "gates": list(trace.from_x),
        "projected": bool(spec.proj_size),
        "sizes": {
            "seq_len": seq_len,
            "batch": batch,
            "input_size": spec.input_size,
            "hidden_size": spec.hidden_size,
            "num_layers": spec.num_layers,
            "num_directions": spec.num_directions,
        },
        "equal": trace.equal,
        "truth": _truth(trace),
        "note": trace.note,
        "arrays": {name: _packed(tensor) for name, tensor in arrays.items()},
    }


def _truth(trace: Trace) -> str:
    """Whether the trace equals torch's own result, and where numbers are rounded more than float32, that it is so."""
    if not trace.equal:
        there, said = trace.departure, f"✗ not equal to torch: apart by {trace.difference:.0e}"
        if there is None or there.step is None:
            return said
        gate = f": look at {there.gate}" if there.gate else ""
        return f"{said}, first at step {there.step}, unit {there.unit}{gate}"
    if not trace.difference:
        return "✓ equal to torch, exactly"
    if AMPLIFIED in trace.note:
        return f"✓ equal to torch, but for {AMPLIFIED}"
    coarse = {"": "", "TF32": ": cuDNN multiplies in TF32"}
    name = named(trace.h_n)
    return f"✓ equal to torch, to within {trace.difference:.0e}{coarse.get(name, f', rounded to {name}')}"


def check_shown(spec: LayerSpec, seq_len: int, batch: int, *, yours: Any = None) -> None:
    """Refuse what would be too much to show, before anything is made.

    Args:
        spec: the layer.
        seq_len: steps.
        batch: sequences.
        yours: the input, where it is the learner's own, of which fewer sequences can be given.

    Raises:
        ValueError: too many numbers for a browser; the message says how many steps or sequences would do.

    Example:
        >>> check_shown(LayerSpec("LSTM", 12, 4), seq_len=100_000, batch=3)
        Traceback (most recent call last):
        ValueError: 100000 steps are 22,800,032 numbers, too many to show: choose at most 26315 steps.
    """
    numbers = count(spec, seq_len, batch)
    if numbers <= MOST_NUMBERS:
        return
    fixed = count(spec, 0, batch)
    steps = (MOST_NUMBERS - fixed) // (count(spec, 1, batch) - fixed)
    sequences = most_sequences(spec, seq_len, batch)
    mends = [f"choose at most {steps} step{'s' * (steps > 1)}"] if steps > 0 else []
    if yours is not None and count(spec, seq_len, sequences) <= MOST_NUMBERS:
        first = spec.batch_first or (spec.is_cell and isinstance(yours, Tensor) and yours.dim() == 2)
        of_x = f"x[:{sequences}]" if first else f"x[:, :{sequences}]"
        several = f"{sequences} of the sequences" if sequences > 1 else "one of the sequences"
        mends.append(f"pack {several}" if isinstance(yours, PackedSequence) else f"give {of_x}, which is shown whole")
    mend = ", or ".join(mends) or "choose a smaller hidden_size, batch or num_layers"
    are = "step is" if seq_len == 1 else "steps are"
    raise ValueError(f"{seq_len} {are} {numbers:,} numbers, too many to show: {mend}.")


def most_sequences(spec: LayerSpec, seq_len: int, batch: int) -> int:
    """How many of some sequences can be shown whole; at least 1.

    Example:
        >>> most_sequences(LayerSpec("LSTM", 12, 4), seq_len=50_000, batch=3)
        1
    """
    fixed = count(spec, seq_len, 0)
    return min(batch, max(1, (MOST_NUMBERS - fixed) // (count(spec, seq_len, 1) - fixed)))


def count(spec: LayerSpec, seq_len: int, batch: int) -> int:
    """How many numbers `answer` holds.

    Example:
        >>> count(LayerSpec("RNN", 3, 2), seq_len=10, batch=1)  # x, h, h before, from_x, from_h, and two biases
        114
    """
    told, wide = spec.num_gates * spec.hidden_size, spec.proj_size or spec.hidden_size
    states = 2 * wide + (2 * spec.hidden_size if "c" in spec.family.states else 0)
    gates = 2 * told + len(spec.family.gates) * spec.hidden_size
    gates += spec.hidden_size if spec.family.name == "GRU" else 0  # what the paper's n would be told
    stacked = spec.num_layers * spec.num_directions
    inputs = spec.input_size + (spec.num_layers - 1) * spec.num_directions * wide
    return seq_len * batch * (inputs + stacked * (states + gates)) + 2 * stacked * told


def last_places(sizes: dict[str, int]) -> dict[str, int]:
    """The last place on each of the axes that were traced.

    Example:
        >>> sizes = {"seq_len": 12, "num_layers": 1, "num_directions": 1, "batch": 3, "hidden_size": 4}
        >>> last_places(sizes)["time"]
        11
    """
    names = ("seq_len", "num_layers", "num_directions", "batch", "hidden_size")
    return {place: sizes[name] - 1 for place, name in zip(PLACE, names, strict=True)}


def _arrays(trace: Trace, layer: nn.Module) -> dict[str, Tensor]:
    arrays = trace.states | trace.gates
    for gate in trace.from_x:
        arrays[f"{gate} from_x"] = trace.from_x[gate]
        arrays[f"{gate} from_h"] = trace.from_h[gate]
    arrays |= {f"{state} before": tensor for state, tensor in trace.before.items()}
    for index, x in enumerate(trace.inputs):
        arrays[f"x of layer {index}"] = x[None, None] if x.dim() == 3 else x[None]
    if trace.spec.family.name == "GRU":
        arrays["n from_h of the paper"] = _of_the_paper(trace, layer)
    return arrays | _biases(trace, layer)


def _of_the_paper(trace: Trace, layer: nn.Module) -> Tensor:
    """What h would say to n if r multiplied it before the matrix, as in the GRU's paper: ``W_hn (r * h) + b_hn``."""
    spec = trace.spec
    rows = slice(2 * spec.hidden_size, None)  # of n, the third gate
    scaled = trace.gates["r"] * trace.before["h"]
    told = torch.empty_like(scaled)
    for index in range(spec.num_layers):
        for direction in range(spec.num_directions):
            suffix = _suffix(spec, index, direction)
            weight, bias = (getattr(layer, name + suffix, None) for name in ("weight_hh", "bias_hh"))
            assert isinstance(weight, Tensor)
            bias = None if bias is None else bias[rows].detach()
            told[index, direction] = linear(scaled[index, direction], weight[rows].detach(), bias)
    return told


def _biases(trace: Trace, layer: nn.Module) -> dict[str, Tensor]:
    """Each gate's two biases, ``(num_layers, num_directions, 1, 1, hidden_size)``; zeros where there are none."""
    spec = trace.spec
    shape = (spec.num_layers, spec.num_directions, 1, 1, spec.num_gates, spec.hidden_size)
    biases: dict[str, Tensor] = {}
    for name in ("bias_ih", "bias_hh"):
        rows = [_bias(layer, spec, name, i, d) for i in range(spec.num_layers) for d in range(spec.num_directions)]
        shaped = torch.stack(rows).view(shape)
        biases |= {f"{gate} {name}": shaped[..., index, :] for index, gate in enumerate(trace.from_x)}
    return biases


def _bias(layer: nn.Module, spec: LayerSpec, name: str, index: int, direction: int) -> Tensor:
    bias: Tensor | None = getattr(layer, name + _suffix(spec, index, direction), None)
    if bias is None:
        return torch.zeros(spec.num_gates * spec.hidden_size, dtype=torch.float32, device="cpu")
    return bias.detach().to("cpu", torch.float32)


def _suffix(spec: LayerSpec, index: int, direction: int) -> str:
    """How torch ends the names of the parameters of one layer in one direction."""
    return "" if spec.is_cell else f"_l{index}" + ("_reverse" if direction else "")


def _packed(tensor: Tensor) -> dict[str, Any]:
    values = tensor.detach().to("cpu", torch.float32).contiguous()
    return {"dims": list(values.shape), "values": values.numpy().tobytes()}
