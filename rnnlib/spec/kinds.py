"""The kinds of recurrent layer that torch has, and what all of a family have in common."""

from __future__ import annotations

import dataclasses
import difflib
from typing import Any

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
TORCH = "torch.nn.modules.rnn"


@dataclasses.dataclass(frozen=True)
class Family:
    """What a layer and its cell have in common, whatever their sizes.

    Attributes:
        name: of the layer; its cell is called the same with ``Cell`` behind it.
        states: what is carried from step to step, as in ``h_n`` and ``c_n``.
        gates: in torch's order, that of the blocks of rows in ``weight_ih`` and ``weight_hh``; none of an RNN.
        weights: the parameters of one layer in one direction, in torch's order, without ``_l0`` and the like.
        has_proj_size: the layer, and not its cell, can project h.
        has_nonlinearity: tanh or relu can be chosen.
        keeps: the gate that hands the old state on as far as it is open; "" of an RNN.
        home: the module in which the layer and its cell are classes of these names.
    """

    name: str
    states: tuple[str, ...]
    gates: tuple[str, ...]
    weights: tuple[str, ...] = WEIGHTS
    has_proj_size: bool = False
    has_nonlinearity: bool = False
    keeps: str = ""
    home: str = TORCH

    @property
    def blocks(self) -> tuple[str, ...]:
        """What the blocks of hidden_size rows in a weight are for: a gate each, or all for h where there is none."""
        return self.gates or ("h",)

    def __str__(self) -> str:
        return self.name


_EVERY = (
    Family("RNN", states=("h",), gates=(), has_nonlinearity=True),
    Family("LSTM", ("h", "c"), ("i", "f", "g", "o"), (*WEIGHTS, "weight_hr"), has_proj_size=True, keeps="f"),
    Family("GRU", states=("h",), gates=("r", "z", "n"), keeps="z"),
)
FAMILIES = {family.name: family for family in _EVERY}

LAYERS = tuple(FAMILIES)
CELLS = tuple(f"{name}Cell" for name in FAMILIES)
KINDS = LAYERS + CELLS

LAYER_ONLY = ("num_layers", "batch_first", "dropout", "bidirectional")
ARGUMENTS = (
    *("input_size", "hidden_size", "num_layers", "nonlinearity", "bias"),
    *("batch_first", "dropout", "bidirectional", "proj_size"),
)


def families() -> dict[str, dict[str, Any]]:
    """The table of families as plain data, for the front end.

    Example:
        >>> families()["LSTM"]["states"]
        ('h', 'c')
    """
    more = {name: {"cell": f"{name}Cell", "code": in_code(name), "import": import_of(name)} for name in FAMILIES}
    return {name: dataclasses.asdict(family) | more[name] for name, family in FAMILIES.items()}


def family_of(kind: str) -> Family:
    """The family of a layer or of a cell.

    Example:
        >>> family_of("GRUCell").gates
        ('r', 'z', 'n')
    """
    return FAMILIES[kind.removesuffix("Cell")]


def in_code(kind: str) -> str:
    """A kind as a learner's code calls it.

    Example:
        >>> in_code("GRUCell")
        'nn.GRUCell'
    """
    return f"nn.{kind}" if family_of(kind).home == TORCH else kind


def import_of(kind: str) -> str:
    """The line that a learner's code begins with, so that it can call a kind so.

    Example:
        >>> import_of("GRUCell")
        'from torch import nn'
    """
    home = family_of(kind).home
    return "from torch import nn" if home == TORCH else f"from {home} import {kind}"


def argument_names(kind: str) -> list[str]:
    """What torch's constructor of a kind takes, by torch's names and in its order.

    Example:
        >>> argument_names("RNNCell")
        ['input_size', 'hidden_size', 'nonlinearity', 'bias']
    """
    family, foreign = family_of(kind), {*(LAYER_ONLY if kind in CELLS else ())}
    if kind in CELLS or not family.has_proj_size:
        foreign.add("proj_size")
    if not family.has_nonlinearity:
        foreign.add("nonlinearity")
    return [name for name in ARGUMENTS if name not in foreign]


def check_kind(kind: Any) -> str:
    """Give `kind` back if it is one of `KINDS`, else say which exist and which is nearest.

    Raises:
        TypeError: it is no name.
        ValueError: there is no such kind.

    Example:
        >>> check_kind("GRU")
        'GRU'
    """
    if not isinstance(kind, str):
        mend = "; LayerSpec.of(layer) reads a real layer" if hasattr(kind, "parameters") else ""
        raise TypeError(f"kind must be a name such as 'LSTM', not {type(kind).__name__}{mend}.")
    if kind not in KINDS:
        by_lower = {k.lower(): k for k in KINDS}
        near = difflib.get_close_matches(kind.lower().removeprefix("nn."), by_lower, n=1, cutoff=0.5)
        hint = f" Did you mean {by_lower[near[0]]!r}?" if near else ""
        raise ValueError(f"there is no kind {kind!r:.60}: the kinds are {', '.join(KINDS)}.{hint}")
    return kind


def check_layer_kind(kind: Any) -> str:
    """Give `kind` back if it is a layer's, which reads a whole sequence, and no cell's.

    Raises:
        TypeError: it is no name.
        ValueError: there is no such kind, or it is a cell's.

    Example:
        >>> check_layer_kind("GRU")
        'GRU'
    """
    if check_kind(kind) in CELLS:
        layer = kind.removesuffix("Cell")
        raise ValueError(f"{kind} takes one step at a time, and sequences have many: choose {layer!r}.")
    return str(kind)
