"""What a recurrent layer is: torch's constructor arguments, checked, as a frozen value."""

from __future__ import annotations

import dataclasses
from typing import Any

from rnnlib.spec import costs as _costs
from rnnlib.spec import snippet as _code
from rnnlib.spec.arguments import check_flag, check_size, check_together, warn_of_dropout
from rnnlib.spec.kinds import CELLS, Family, argument_names, check_kind, family_of
from rnnlib.spec.modules import kind_of


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
        check_together(self)
        object.__setattr__(self, "dropout", float(self.dropout))
        warn_of_dropout(self)

    @property
    def is_cell(self) -> bool:
        """True for a cell, such as LSTMCell, which takes one step."""
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
