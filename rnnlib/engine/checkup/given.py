"""What a model is called on: the batch, its lengths, and what else it takes, cut and permuted as one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlib.engine.arguments.lengths import check_lengths, check_padding
from rnnlib.engine.arguments.tensors import check_tensor
from rnnlib.spec.arguments import brief

AXES = ("batch", "seq_len", "input_size")


@dataclasses.dataclass(frozen=True, eq=False)
class Given:
    """What a model is called on, as ``model(x, *more)``.

    Attributes:
        x: a batch of numbers, or of token ids.
        more: what the model takes after it.
        axes: the names of x's axes, ``batch`` and ``seq_len`` among them.
        lengths: ``(batch,)``, how many steps of each sequence are its own.
        padded: the lengths were given; else all steps are.
        states: what more has three axes has the batch second, as torch's states do, whatever other axis would fit.
    """

    x: Tensor
    more: tuple[Any, ...]
    axes: tuple[str, ...]
    lengths: Tensor
    padded: bool = False
    states: bool = False

    @property
    def batch(self) -> int:
        """How many sequences."""
        return self.x.shape[self.axes.index("batch")]

    @property
    def seq_len(self) -> int:
        """How many steps, pads included."""
        return self.x.shape[self.axes.index("seq_len")]

    @property
    def has_ids(self) -> bool:
        """Whether x has whole numbers, which no gradient reaches."""
        return not self.x.is_floating_point()

    @property
    def own(self) -> Tensor:
        """``(batch, seq_len)``: True where a step is the sequence's own, False where it is a pad."""
        return torch.arange(self.seq_len, device="cpu") < self.lengths[:, None]

    def by_sequence(self) -> Tensor:
        """x as ``(batch, seq_len, …)``."""
        return self.x.movedim((self.axes.index("batch"), self.axes.index("seq_len")), (0, 1))

    def with_steps(self, steps: Tensor) -> Given:
        """The same with another x, which is given as ``(batch, seq_len, …)``."""
        x = steps.movedim((0, 1), (self.axes.index("batch"), self.axes.index("seq_len")))
        return dataclasses.replace(self, x=x.contiguous())

    def take(self, sequences: Sequence[int]) -> Given:
        """These sequences of the batch, in this order."""
        rows = torch.tensor(list(sequences), device="cpu")
        return self._taken("batch", rows, self.lengths[rows])

    def until(self, steps: int, *, more: bool = True) -> Given:
        """The first steps alone; of what goes along too, or of x and the lengths alone."""
        cut = self._taken("seq_len", torch.arange(steps, device="cpu"), self.lengths.clamp(max=steps))
        if more:
            return cut
        kept = (after if self._are_lengths(item) else item for item, after in zip(self.more, cut.more, strict=True))
        return dataclasses.replace(cut, more=tuple(kept))

    def _taken(self, name: str, rows: Tensor, lengths: Tensor) -> Given:
        x = self.x.index_select(self.axes.index(name), rows.to(self.x.device))
        more = tuple(self._along(item, name, rows, lengths) for item in self.more)
        return dataclasses.replace(self, x=x, more=more, lengths=lengths)

    def _along(self, item: Any, name: str, rows: Tensor, lengths: Tensor) -> Any:
        """What goes along with the batch: the lengths, and every tensor that has an axis of its size."""
        if self._are_lengths(item):
            return lengths.to(item) if isinstance(item, Tensor) else lengths.tolist()
        if isinstance(item, Tensor):
            axis = self._axis_of(item, name)
            return item if axis is None else item.index_select(axis, rows.to(item.device))
        if type(item) in (tuple, list):
            return type(item)(self._along(part, name, rows, lengths) for part in item)
        if type(item) is dict:
            return {key: self._along(part, name, rows, lengths) for key, part in item.items()}
        return item

    def _are_lengths(self, item: Any) -> bool:
        if isinstance(item, Tensor):
            same = item.dim() == 1 and len(item) == self.batch and not item.is_floating_point()
            return self.padded and same and item.tolist() == self.lengths.tolist()
        return self.padded and isinstance(item, list) and item == self.lengths.tolist()

    def _axis_of(self, item: Tensor, name: str) -> int | None:
        """Where x has it; the batch, as of a state, or both, as of a mask, may be on the only axis of their size."""
        axis, size = self.axes.index(name), self.x.shape[self.axes.index(name)]
        if self.states and item.dim() == 3:
            return 1 if name == "batch" and item.shape[1] == size else None
        fits = [place for place, length in enumerate(item.shape) if length == size]
        if axis in fits:
            return axis
        return fits[0] if len(fits) == 1 and (name == "batch" or item.dim() == 2) else None


def check_given(x: Any, more: tuple[Any, ...], lengths: Any, axes: Any) -> Given:
    """What a model is to be called on, checked.

    Raises:
        TypeError, ValueError: something does not fit, in a sentence.

    Example:
        >>> given = check_given(torch.ones(2, 3, 4), (), [3, 1], AXES)
        >>> given.batch, given.seq_len, given.own.tolist()
        (2, 3, [[True, True, True], [True, False, False]])
    """
    if isinstance(x, PackedSequence):
        raise TypeError("x is packed: give the padded batch, and its lengths as lengths=…; let the model pack it.")
    if isinstance(x, (dict, tuple, list)) and any(isinstance(part, Tensor) for part in _parts(x)):
        raise TypeError(f"x must be one tensor, not a {type(x).__name__} of some: take it out first, as x, y = batch.")
    x = check_tensor("x", x, _dtype_of(x))
    if x.dtype == torch.bool or x.is_complex():
        raise TypeError(f"x must hold real numbers or token ids, not {x.dtype}: write x.float().")
    if x.is_meta:
        raise ValueError("x is on the device meta, where tensors hold no numbers: give real ones.")
    axes = _check_axes(x, axes)
    given = Given(x.detach(), more, axes, torch.empty(0, device="cpu"))
    if not given.batch or not given.seq_len or not x.numel():
        raise ValueError(f"x is empty, {tuple(x.shape)}: give a batch of real sequences.")
    if not bool(x.isfinite().all()):
        at = tuple((~x.isfinite()).nonzero()[0].tolist())
        raise ValueError(
            f"x holds {float(x[at])} at x[{', '.join(map(str, at))}], and whatever reads it becomes nan too:"
            " take such numbers out of the data first."
        )
    if lengths is None:
        return dataclasses.replace(given, lengths=torch.full((given.batch,), given.seq_len, device="cpu"))
    checked = check_lengths(lengths, [given.seq_len] * given.batch)
    steps = given.by_sequence()
    check_padding(steps if steps.dim() > 2 else steps.unsqueeze(-1), checked, axes.index("batch") == 0)
    return dataclasses.replace(given, lengths=checked, padded=True)


def _parts(batch: dict[Any, Any] | tuple[Any, ...] | list[Any]) -> Any:
    return batch.values() if isinstance(batch, dict) else batch


def _dtype_of(x: Any) -> torch.dtype:
    """Of a tensor to be made of an array or a list: whole numbers may be token ids."""
    try:
        ids = not isinstance(x, Tensor) and not torch.as_tensor(x, device="cpu").is_floating_point()
    except (TypeError, ValueError, RuntimeError):  # no numbers
        ids = False
    return torch.int64 if ids else torch.get_default_dtype()


def _check_axes(x: Tensor, given: Any) -> tuple[str, ...]:
    if not isinstance(given, (tuple, list)) or not all(isinstance(name, str) for name in given):
        raise TypeError(f"axes must be names, such as {AXES}, not {brief(given)}.")
    axes = tuple(given)
    if axes == AXES and x.dim() == 2 and not x.is_floating_point():
        axes = AXES[:2]  # token ids
    for name in AXES[:2]:
        if axes.count(name) != 1:
            raise ValueError(
                f"axes must have {name!r} once, and {brief(axes)} does not: name each axis of x, as {AXES}."
            )
    if len(axes) != x.dim():
        example = {1: "x.unsqueeze(0)", 2: 'axes=("batch", "seq_len")'}.get(x.dim(), "as many names as axes")
        by_default = ", which is the default" if axes == AXES else ""
        raise ValueError(
            f"x has {x.dim()} axes, {tuple(x.shape)}, and axes names {len(axes)}, {axes}{by_default}: write {example}."
        )
    return axes
