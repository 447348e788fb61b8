"""What a recurrent layer is: torch's constructor arguments, checked, as a frozen value."""

from __future__ import annotations

import dataclasses
import numbers
import warnings
from typing import Any

from rnnlib.spec import costs as _costs
from rnnlib.spec import snippet as _code
from rnnlib.spec.arguments import check_flag, check_size
from rnnlib.spec.kinds import CELLS, FAMILIES, Family, argument_names, check_kind, family_of, kind_of


@dataclasses.dataclass(frozen=True)
class LayerSpec:
    r"""The constructor arguments of one of torch's recurrent layers, checked by torch's own rules.

    A spec is a value: it can be compared, hashed and kept, and it builds nothing.
    `shapes` tells what tensors it implies, and `run` builds the real layer.

    Args:
        kind: ``"RNN"``, ``"LSTM"``, ``"GRU"``, ``"RNNCell"``, ``"LSTMCell"`` or ``"GRUCell"``.
        input_size: :math:`H_{in}`, the numbers in one step of the input.
        hidden_size: :math:`H_{cell}`, the numbers in one state.
        num_layers: how many layers are stacked; layer 1 reads what layer 0 puts out.
        nonlinearity: ``"tanh"`` or ``"relu"``, for RNN and RNNCell only.
        bias: False leaves out ``bias_ih`` and ``bias_hh``.
        batch_first: True makes input and output ``(batch, seq_len, …)``. States never change.
        dropout: the chance that a number between two layers is zeroed, in training mode.
        bidirectional: True gives every layer a second direction, with weights of its own, that reads from the end.
        proj_size: for LSTM, if positive, the width to which ``h`` is projected.

    Raises:
        TypeError: a size is no whole number, or a flag is no bool.
        ValueError: a size is below 1, or the arguments do not fit together.

    Source: the documentation of ``torch.nn.RNN``, ``LSTM``, ``GRU`` and their cells.

    Example:
        >>> LayerSpec("LSTM", input_size=12, hidden_size=16, num_layers=2).num_parameters
        4096
    """

    kind: str
    input_size: int
    hidden_size: int
    num_layers: int = 1
    nonlinearity: str = "tanh"
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False
    proj_size: int = 0

    def __post_init__(self) -> None:
        check_kind(self.kind)
        for name in ("input_size", "hidden_size", "num_layers"):
            object.__setattr__(self, name, check_size(name, getattr(self, name)))
        object.__setattr__(self, "proj_size", check_size("proj_size", self.proj_size, least=0))
        for name in ("bias", "batch_first", "bidirectional"):
            check_flag(name, getattr(self, name))
        self._check_nonlinearity()
        self._check_dropout_type()
        self._check_cell()
        self._check_proj_size()
        self._check_dropout()

    def _check_nonlinearity(self) -> None:
        given, choices = self.nonlinearity, ("tanh", "relu")
        if isinstance(given, bool):
            raise TypeError(
                f"nonlinearity must be 'tanh' or 'relu', not {given} (bool): it is the fifth argument."
                " Give flags by name, as in bidirectional=True."
            )
        if not isinstance(given, str):
            raise TypeError(f"nonlinearity must be 'tanh' or 'relu', not {given!r} ({type(given).__name__}).")
        if not self.family.has_nonlinearity and given != "tanh":
            free = [name for name, family in FAMILIES.items() if family.has_nonlinearity]
            raise ValueError(
                f"nonlinearity={given!r} does not fit {self.kind}: only {' and '.join(free)} can have another;"
                f" the gates of {self.kind} always use sigmoid and tanh. Leave it out."
            )
        if given not in choices:
            hint = f" Did you mean {given.lower()!r}?" if given.lower() in choices else ""
            raise ValueError(f"nonlinearity must be 'tanh' or 'relu', not {given!r}.{hint}")

    def _check_cell(self) -> None:
        if not self.is_cell:
            return
        for name, default in (("num_layers", 1), ("bidirectional", False), ("batch_first", False), ("dropout", 0.0)):
            value = getattr(self, name)
            if value != default:
                raise ValueError(
                    f"{name}={value!r} does not fit {self.kind}: a cell is one step of one layer, in one direction,"
                    f" with no time axis. Leave it out, or use kind {self.family.name!r}."
                )

    def _check_proj_size(self) -> None:
        if not self.proj_size:
            return
        if "proj_size" not in argument_names(self.kind):
            have = " and ".join(name for name, family in FAMILIES.items() if family.has_proj_size)
            raise ValueError(f"proj_size={self.proj_size} does not fit {self.kind}: only {have} has it. Leave it out.")
        if self.proj_size >= self.hidden_size:
            raise ValueError(
                f"proj_size={self.proj_size} must be smaller than hidden_size={self.hidden_size}: it projects the"
                f" state h down. Choose 1 to {self.hidden_size - 1}, or 0 for none."
                if self.hidden_size > 1
                else f"proj_size={self.proj_size} must be smaller than hidden_size=1, which leaves nothing to project"
                " to. Choose a larger hidden_size, or proj_size 0 for none."
            )

    def _check_dropout_type(self) -> None:
        if isinstance(self.dropout, bool) or not isinstance(self.dropout, numbers.Real):
            kind = type(self.dropout).__name__
            raise TypeError(f"dropout must be a number from 0 to 1, not {self.dropout!r} ({kind}).")

    def _check_dropout(self) -> None:
        if not 0 <= self.dropout <= 1:
            raise ValueError(f"dropout must be from 0 to 1, not {self.dropout!r}: it is the chance to zero a number.")
        object.__setattr__(self, "dropout", float(self.dropout))
        if self.dropout and self.num_layers == 1:
            # torch accepts this and warns; so do we, and say why.
            warnings.warn(
                f"dropout={self.dropout} does nothing with num_layers=1: it acts on the output of every layer except"
                " the last, and there is only a last one. Use num_layers=2, or nn.Dropout after the layer.",
                stacklevel=4,
            )

    @property
    def is_cell(self) -> bool:
        """True for RNNCell, LSTMCell and GRUCell, which take one step."""
        return self.kind in CELLS

    @property
    def family(self) -> Family:
        """What it is whatever its sizes: states, gates, weights. The same of a layer and of its cell."""
        return family_of(self.kind)

    @property
    def weights(self) -> tuple[str, ...]:
        """The names of its parameters, in torch's order, without ``_l0`` and the like.

        Example:
            >>> LayerSpec("LSTM", 12, 16, bias=False, proj_size=8).weights
            ('weight_ih', 'weight_hh', 'weight_hr')
        """
        lacks = (() if self.bias else ("bias_",)) + (() if self.proj_size else ("weight_hr",))
        return tuple(name for name in self.family.weights if not name.startswith(lacks))

    @property
    def num_directions(self) -> int:
        """2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def num_gates(self) -> int:
        """How many blocks of hidden_size rows a weight has: 1 for RNN, 4 for LSTM, 3 for GRU."""
        return len(self.family.blocks)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns, biases included."""
        return _costs.num_parameters(self)

    def costs(self, seq_len: int, batch: int | None = None) -> _costs.Costs:
        """Parameters, multiply-adds and bytes of one forward pass: see `rnnlib.spec.costs.costs`."""
        return _costs.costs(self, seq_len, batch)

    def code(self, seq_len: int, batch: int | None = None) -> str:
        """A snippet in bare torch that builds this layer, runs it and prints every shape.

        Args:
            seq_len: steps in the input; for a cell, how often the loop calls it.
            batch: sequences side by side; None for an unbatched input.

        Example:
            >>> print(LayerSpec("RNNCell", 4, 2).code(seq_len=3, batch=1).splitlines()[3])
            cell = nn.RNNCell(4, 2)
        """
        return _code.code(self, seq_len, batch)

    def arguments(self) -> dict[str, Any]:
        """The arguments that torch's constructor of this kind takes, by torch's names.

        Example:
            >>> LayerSpec("GRUCell", 3, 2).arguments()
            {'input_size': 3, 'hidden_size': 2, 'bias': True}
        """
        given = {name: getattr(self, name) for name in argument_names(self.kind)}
        if not self.proj_size:
            given.pop("proj_size", None)
        return given

    @classmethod
    def of(cls, module: Any) -> LayerSpec:
        """The spec of a real layer, read off its attributes.

        Args:
            module: an ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, one of their cells, or a subclass.

        Raises:
            TypeError: it is none of these; if it contains one, the message says how to reach it.

        Example:
            >>> from torch import nn
            >>> LayerSpec.of(nn.LSTM(12, 16, num_layers=2)) == LayerSpec("LSTM", 12, 16, num_layers=2)
            True
        """
        kind = kind_of(module)
        if "_parameters" not in vars(module):
            raise TypeError(f"{type(module).__name__} is not made yet: its __init__() must call super().__init__(…).")
        names = argument_names(kind)  # a subclass may have attributes of its own
        given = {name: getattr(module, name) for name in names if name != "nonlinearity" or kind in CELLS}
        if "nonlinearity" in names and kind not in CELLS:
            given["nonlinearity"] = module.mode.removeprefix("RNN_").lower()
        given["bias"] = bool(given["bias"])
        return cls(kind=kind, **given)


def as_kind(base: LayerSpec, kind: str, **changes: Any) -> LayerSpec:
    """A spec of another kind that keeps of `base` and `changes` what that kind has.

    Example:
        >>> as_kind(LayerSpec("LSTM", 12, 16, num_layers=2, proj_size=8), "GRUCell", hidden_size=5).arguments()
        {'input_size': 12, 'hidden_size': 5, 'bias': True}
    """
    every = dataclasses.asdict(base) | changes
    given = {name: every[name] for name in argument_names(kind)}
    if given.get("num_layers", 1) == 1:
        given.pop("dropout", None)  # it would do nothing, and a slider should not warn at every step
    return LayerSpec(kind, **given)
