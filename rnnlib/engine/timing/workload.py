"""One workload to be timed: a layer, an input and a variant, checked before anything is run."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnlib.engine.arguments.inputs import Sizes, shapes_of
from rnnlib.engine.arguments.lengths import lengths_for
from rnnlib.engine.call import Inputs
from rnnlib.engine.check_call import check_call, placed
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import name_of
from rnnlib.engine.layers import DTYPES, SEED, build, evaluation_copy, random_numbers
from rnnlib.engine.limits import as_layer, check_run
from rnnlib.engine.weights import weights_of
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import brief, check_flag

VARIANTS = ("cell loop", "layer", "packed")
# The lengths of the 640 recorded utterances over that of the longest: the shortest, each tenth, the longest.
SPREAD = (0.24, 0.38, 0.41, 0.45, 0.48, 0.52, 0.55, 0.59, 0.62, 0.72, 1.0)


class Workload(NamedTuple):
    """What is timed.

    Attributes:
        spec: the layer's; of a cell the layer's that has its weights.
        module: the layer or the cell, in the mode it is timed in: a twin of yours that shares its weights.
        x: ``(seq_len, batch, input_size)`` as the layer reads it.
        sizes: x's.
        lengths: of a packed run; else None.
        variant: one of `VARIANTS`.
        backward: the backward pass is timed too.
        packed: x as it was given, if it was packed already.
    """

    spec: LayerSpec
    module: nn.Module
    x: Tensor
    sizes: Sizes
    lengths: Tensor | None
    variant: str
    backward: bool
    packed: PackedSequence | None = None

    @property
    def given(self) -> Inputs:
        """What the variant is called on."""
        return Inputs(self.x if self.packed is None else self.packed, self.sizes)

    @property
    def tokens(self) -> int:
        """The steps of all sequences: of a packed run their own, else all of them, padding too."""
        return self.sizes.seq_len * (self.sizes.batch or 1) if self.lengths is None else int(self.lengths.sum())

    @property
    def operations(self) -> int:
        """Multiplications and additions; a backward pass counts as two forward passes."""
        return 2 * self.spec.costs(1).multiply_adds * self.tokens * (3 if self.backward else 1)

    @property
    def multiplied_in(self) -> torch.dtype:
        """The dtype of the products: x's, or that of the autocast which is on."""
        device = self.x.device.type
        return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else self.x.dtype


def check_workload(
    layer: LayerSpec | nn.Module,
    x: Tensor | PackedSequence | None,
    *,
    variant: str | None,
    seq_len: int | None,
    batch: int | None,
    lengths: Any,
    device: str | torch.device | None,
    dtype: torch.dtype | None,
    backward: bool,
) -> Workload:
    """Check what is asked for, then make what is missing: the arguments are those of `rnnlib.time_layer`.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence: before anything large is made.
    """
    given, own_dtype, where = placed(layer, x, device)
    spec = as_layer(given)
    variant = _check_variant(variant, given, x)
    check_flag("backward", backward)
    dtype = _check_dtype(dtype, own_dtype, is_built=isinstance(layer, nn.Module))
    _check_has(where, dtype)
    packed = None
    if isinstance(x, PackedSequence):
        check_call(spec, x, dtype, where, lengths=lengths)
        packed = PackedSequence(x.data.detach().clone(), *x[1:])  # a clone can be kept for a backward pass
        x, lengths = pad_packed_sequence(packed, spec.batch_first)
    # A cell reads one step, or with three axes every step of the loop that calls it.
    reader = given if isinstance(x, Tensor) and x.dim() < 3 else spec
    sizes = check_call(reader, x, dtype, where, seq_len=seq_len, batch=batch, random=True).sizes
    if backward and not isinstance(layer, LayerSpec):
        _check_backward(given, layer)
    check_run(spec, *sizes, where, dtype, built=isinstance(layer, nn.Module), gradients=backward)
    steps = _check_lengths(spec, x, lengths, sizes, variant)
    shape = shapes_of(spec, sizes)["input"].sizes
    with in_words(where):
        data = random_numbers(shape, dtype).to(where) if x is None else x.detach().reshape(shape)
        if backward and data.is_inference():
            data = data.clone()  # outside of torch.inference_mode(), or it could not be kept
        module = build(given, where, dtype) if isinstance(layer, LayerSpec) else layer
    return Workload(spec, evaluation_copy(module, training=backward), data, sizes, steps, variant, backward, packed)


def spread_lengths(seq_len: int, batch: int) -> Tensor:
    """Lengths spread as those of recorded utterances are: the longest seq_len, the mean about half of it.

    They stand in an order of their own, the same every time, as those of a batch of recordings would.

    Example:
        >>> sorted(spread_lengths(100, 5).tolist())
        [38, 45, 52, 59, 100]
    """
    points = torch.tensor(SPREAD, dtype=torch.float64, device="cpu")
    at = (torch.arange(batch, dtype=torch.float64, device="cpu") + 0.5) / batch * (len(SPREAD) - 1)
    shares = torch.lerp(points[at.long()], points[at.long() + 1], at.frac())
    shares[-1] = 1.0
    order = torch.randperm(batch, generator=torch.Generator("cpu").manual_seed(SEED), device="cpu")
    return (shares * seq_len).round().long().clamp(min=1)[order]


def _check_variant(variant: Any, given: LayerSpec, x: Any) -> str:
    packed = isinstance(x, PackedSequence)
    if variant is None:
        return "packed" if packed else "cell loop" if given.is_cell else "layer"
    if variant not in VARIANTS:
        known = ", ".join(map(repr, VARIANTS))
        raise ValueError(f"variant must be one of {known}, not {brief(variant)}.")
    if packed and variant != "packed":
        raise ValueError(f"x is packed, and variant={variant!r} reads a padded batch: leave variant out, or pad x.")
    return str(variant)


def _check_dtype(dtype: Any, own: torch.dtype, *, is_built: bool) -> torch.dtype:
    """The dtype that was asked for, or else the layer's own."""
    if dtype is not None and dtype not in DTYPES:
        known = ", ".join(map(str, DTYPES))
        raise ValueError(f"dtype must be one of {known}, not {dtype!r}.")
    if is_built and dtype not in (None, own):
        raise ValueError(f"the layer's weights are {own}, not {dtype}: write layer.to({dtype}) first.")
    return own if dtype is None else dtype


def _check_has(device: torch.device, dtype: torch.dtype) -> None:
    """Refuse a dtype that the device has not; the CPU has them all."""
    lacks = device.type == "mps" and dtype == torch.float64
    if device.type == "cuda" and dtype == torch.bfloat16:
        with torch.cuda.device(device):
            lacks = not torch.cuda.is_bf16_supported(including_emulation=False)
    if lacks:
        name = str(dtype).removeprefix("torch.")
        raise ValueError(f"{name_of(device)} has no {name} here: choose torch.float32, or another device.")


def _check_lengths(spec: LayerSpec, x: Tensor | None, lengths: Any, sizes: Sizes, variant: str) -> Tensor | None:
    if variant != "packed":
        if lengths is not None:
            raise ValueError(f"lengths are for variant='packed', and {variant!r} runs every step: leave them out.")
        return None
    if sizes.batch is None:
        raise ValueError("packing is for the sequences of a batch, and this is one sequence: give batch=1, or x so.")
    if lengths is None:
        return spread_lengths(sizes.seq_len, sizes.batch)
    return lengths_for(spec, x, lengths, sizes)


def _check_backward(spec: LayerSpec, layer: nn.Module) -> None:
    weights = weights_of(spec, layer).values()
    why = "is frozen (requires_grad=False)" if not any(weight.requires_grad for weight in weights) else ""
    if any(weight.is_inference() for weight in weights):
        why = "was made in torch.inference_mode()"
    if why:
        thaw = "write layer.requires_grad_() first, or " if "frozen" in why and [*layer.parameters()] else ""
        raise ValueError(
            f"the layer {why}, so it has no backward: {thaw}time the forward pass alone with backward=False."
        )
