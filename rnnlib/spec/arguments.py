"""One clear sentence for a size, a flag, or another argument of a layer that cannot be."""

from __future__ import annotations

import numbers
import operator
import warnings
from typing import TYPE_CHECKING, Any

from rnnlib.spec.kinds import FAMILIES, argument_names

if TYPE_CHECKING:
    from rnnlib.spec.layer import LayerSpec

MOST = 2**63 - 1
LONGEST = 60  # characters of a value that a message repeats


def brief(value: Any) -> str:
    """A value as a message repeats it: on one line, and not at any length.

    Example:
        >>> brief([3, 4]), brief(10**400)
        ('[3, 4]', 'a number of 401 digits')
    """
    if isinstance(value, int) and abs(value) >= 10**LONGEST:  # Python itself writes at most 4,300 digits
        return f"a number of {int(value.bit_length() * 0.30103) + 1:,} digits"
    try:
        said = " ".join(repr(value).split())
    except ValueError:  # such a number inside of something else
        said = f"a {type(value).__name__}"
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def check_size(name: str, value: Any, least: int = 1) -> int:
    """Give `value` back as an int if it is a whole number of at least `least`.

    Raises:
        TypeError: it is no whole number (a bool and a float are none).
        ValueError: it is below `least`, or more than torch can count.

    Example:
        >>> check_size("batch", 3)
        3
    """
    try:
        if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
            raise TypeError
        size = operator.index(value)
    except (TypeError, RuntimeError):  # torch's, of a tensor without numbers
        kind, mend = type(value).__name__, _mend(value, least)
        raise TypeError(f"{name} must be a whole number, not {brief(value)} ({kind}): {mend}.") from None
    if size < least:
        raise ValueError(f"{name} must be at least {least}, not {brief(size)}.")
    if size > MOST:
        raise ValueError(f"{name} must be below 2**63, beyond which torch cannot count, not {brief(size)}.")
    return size


def _mend(value: Any, least: int) -> str:
    if isinstance(value, bool):
        return f"use an int of at least {least}, and give flags by name, as in bidirectional=True"
    if isinstance(value, numbers.Real) and float(value).is_integer():
        return f"write {float(value):.0f}" if abs(value) < 10**LONGEST else "write an int"
    if isinstance(value, str) and value.isdecimal():
        return f"write {value:.60}, without quotes"
    return f"use an int of at least {least}"


def check_flag(name: str, value: Any) -> bool:
    """Give `value` back if it is True or False.

    Raises:
        TypeError: it is neither.

    Example:
        >>> check_flag("batch_first", True)
        True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {brief(value)} ({type(value).__name__}): use Python's own.")
    return value


def check_together(spec: LayerSpec) -> None:
    """Refuse arguments of a layer that its kind does not take, or that do not fit together, by torch's own rules.

    Raises:
        TypeError: nonlinearity is no name, or dropout no number.
        ValueError: they do not fit.
    """
    _check_nonlinearity(spec)
    if isinstance(spec.dropout, bool) or not isinstance(spec.dropout, numbers.Real):
        kind = type(spec.dropout).__name__
        raise TypeError(f"dropout must be a number from 0 to 1, not {brief(spec.dropout)} ({kind}).")
    _check_cell(spec)
    _check_proj_size(spec)
    if not 0 <= spec.dropout <= 1:
        given = brief(spec.dropout)
        raise ValueError(f"dropout must be from 0 to 1, not {given}: it is the chance to zero a number.")


def warn_of_dropout(spec: LayerSpec) -> None:
    """Say that dropout does nothing in a single layer, where torch warns too."""
    if spec.dropout and spec.num_layers == 1:
        warnings.warn(
            f"dropout={spec.dropout} does nothing with num_layers=1: it acts on the output of every layer except"
            " the last, and there is only a last one. Use num_layers=2, or nn.Dropout after the layer.",
            stacklevel=4,  # the learner's line
        )


def _check_nonlinearity(spec: LayerSpec) -> None:
    given, choices = spec.nonlinearity, ("tanh", "relu")
    if isinstance(given, bool):
        raise TypeError(
            f"nonlinearity must be 'tanh' or 'relu', not {given} (bool): it is the fifth argument."
            " Give flags by name, as in bidirectional=True."
        )
    if not isinstance(given, str):
        raise TypeError(f"nonlinearity must be 'tanh' or 'relu', not {brief(given)} ({type(given).__name__}).")
    if not spec.family.has_nonlinearity and given != "tanh":
        free = " and ".join(name for name, family in FAMILIES.items() if family.has_nonlinearity)
        raise ValueError(
            f"nonlinearity={given!r:.60} does not fit {spec.kind}: only {free} can have another;"
            f" the functions of {spec.kind}'s gates are fixed. Leave it out."
        )
    if given not in choices:
        hint = f" Did you mean {given.lower()!r}?" if given.lower() in choices else ""
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', not {given!r:.60}.{hint}")


def _check_cell(spec: LayerSpec) -> None:
    if not spec.is_cell:
        return
    for name, default in (("num_layers", 1), ("bidirectional", False), ("batch_first", False), ("dropout", 0.0)):
        value = getattr(spec, name)
        if value != default:
            raise ValueError(
                f"{name}={brief(value)} does not fit {spec.kind}: a cell is one step of one layer, in one direction,"
                f" with no time axis. Leave it out, or use kind {spec.family.name!r}."
            )


def _check_proj_size(spec: LayerSpec) -> None:
    proj_size, hidden_size = brief(spec.proj_size), brief(spec.hidden_size)
    if spec.proj_size and "proj_size" not in argument_names(spec.kind):
        have = " and ".join(name for name, family in FAMILIES.items() if family.has_proj_size)
        raise ValueError(f"proj_size={proj_size} does not fit {spec.kind}: only {have} has it. Leave it out.")
    if spec.proj_size >= spec.hidden_size:
        least = "" if spec.hidden_size == 1 else f"1 to {brief(spec.hidden_size - 1)}, or "
        raise ValueError(
            f"proj_size={proj_size} must be smaller than hidden_size={hidden_size}: it projects the state h down."
            f" Choose {least}0 for none."
        )
