"""Whether a module is a recurrent layer of torch's; and where it is none, what it is and what to give in its place.

Read off the names of classes and attributes: no import of torch is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rnnlib.spec.arguments import brief
from rnnlib.spec.kinds import CELLS, KINDS, LAYERS, family_of, in_code

WANTED = f"expected an {', '.join(map(in_code, LAYERS))} or one of their cells"


def kind_of(module: Any) -> str:
    """The kind of a real layer, or of a subclass of one.

    Raises:
        TypeError: it is no recurrent layer of torch's; if it contains one, the message says how to reach it.

    Example:
        >>> from torch import nn
        >>> kind_of(nn.GRU(3, 2))
        'GRU'
    """
    kind = kind_of_class(type(module))
    if kind is None:
        raise TypeError(_not_recurrent(module))
    return kind


def kind_of_class(cls: type) -> str | None:
    """The kind of a family's class, or of a subclass; None of any other."""
    for base in cls.__mro__:
        if base.__name__ in KINDS and base.__module__ == family_of(base.__name__).home:
            return base.__name__
    return None


def _not_recurrent(module: Any) -> str:
    if isinstance(module, type):
        kind = kind_of_class(module)
        mend = f" Make one first, as in {in_code(kind)}(12, 16)." if kind else ""
        return f"{module.__name__} is a class, not a layer: {WANTED}.{mend}"
    if isinstance(module, str):
        return f"{brief(module)} is a name, not a layer: {WANTED}. LayerSpec('LSTM', 12, 16) describes one by its name."
    if isinstance(module, (list, tuple)) and any(map(_kinds_inside, module)):
        return f"a {type(module).__name__} of layers is no layer: give one of them, as in layers[0]."
    parts = list(module.named_modules()) if hasattr(module, "named_modules") else []
    name = getattr(module, "original_name", type(module).__name__)
    found = (_layers_inside(parts), _torchscript_inside(module, parts), _other_layers_inside(parts))
    what = next(filter(None, (*found, _in_plain_lists(parts))), WANTED)
    return f"{name} is no recurrent layer of torch.nn: {what}."


def _layers_inside(parts: list[tuple[str, Any]]) -> str:
    inside = [path for path, part in parts if kind_of_class(type(part))]
    if not inside:
        return ""
    return f"it contains {_listed(inside)}, so pass model.get_submodule({inside[0]!r})"


def _torchscript_inside(module: Any, parts: list[tuple[str, Any]]) -> str:
    """A layer that was scripted, traced, or read from such a file: its weights are there, its class is not."""
    inside = {path: part for path, part in parts if getattr(part, "original_name", None) in KINDS}
    if not inside:
        return ""
    path, part = next(iter(inside.items()))
    how = "a traced" if "Traced" in type(module).__name__ else "a scripted (or loaded TorchScript)"
    what = f"{how} {part.original_name}" if path == "" else f"{how} model, with {_listed(inside)} inside"
    reached = "it" if path == "" else f"dict(model.named_modules())[{path!r}]"
    unseen = "" if hasattr(part, "batch_first") or part.original_name in CELLS else ", with the batch_first that it had"
    return (
        f"it is {what}; make a layer of the same sizes{unseen}, layer = {_made_anew(part)}, then write"
        f" layer.load_state_dict({reached}.state_dict()) and pass layer"
    )


def _made_anew(part: Any) -> str:
    """The call that makes a layer of a TorchScript one's sizes, which its weights tell."""
    kind, weights = part.original_name, part.state_dict()
    end = "" if kind in CELLS else "_l0"
    rows, input_size = weights[f"weight_ih{end}"].shape
    layers = sum(name.startswith("weight_ih") and not name.endswith("_reverse") for name in weights)
    more = {
        "num_layers": layers if layers > 1 else None,
        "nonlinearity": "relu" if "relu" in (getattr(part, "nonlinearity", ""), _mode(part)) else None,
        "bias": None if f"bias_ih{end}" in weights else False,
        "batch_first": getattr(part, "batch_first", None) or None,
        "bidirectional": any(name.endswith("_reverse") for name in weights) or None,
        "proj_size": weights["weight_hr_l0"].shape[0] if "weight_hr_l0" in weights else None,
    }
    arguments = [str(input_size), str(rows // len(family_of(kind).blocks))]
    arguments += [f"{name}={value!r}" for name, value in more.items() if value is not None]
    return f"{in_code(kind)}({', '.join(arguments)})"


def _mode(part: Any) -> str:
    return str(getattr(part, "mode", "")).removeprefix("RNN_").lower()


def _other_layers_inside(parts: list[tuple[str, Any]]) -> str:
    inside = {path: part for path, part in parts if type(part).__name__ in KINDS and not kind_of_class(type(part))}
    if not inside:
        return ""
    path, part = next(iter(inside.items()))
    home = type(part).__module__
    if ".quanti" not in home:
        return f"its {type(part).__name__} comes from {home}; {WANTED}"
    what = f"a quantised {type(part).__name__}" if path == "" else f"it has quantised layers, {_listed(inside)}"
    return f"{what} holds whole numbers in place of weights; pass the layer that it was before it was quantised"


def _in_plain_lists(parts: list[tuple[str, Any]]) -> str:
    """Layers that torch does not see: it lists no parameters of them, moves them to no device and trains none."""
    for path, part in parts:
        for name, value in vars(part).items():
            held = list(value.values()) if isinstance(value, dict) else value
            if name == "_modules" or not isinstance(held, (list, tuple)):
                continue
            kinds = [kind for item in held for kind in _kinds_inside(item)]
            if kinds:
                whole = ".".join(filter(None, ["model", path, name]))
                is_dict = isinstance(value, dict)
                right = "nn.ModuleDict" if is_dict else "nn.ModuleList"
                first = f"{whole}[{next(iter(value)) if is_dict else 0!r}]"
                return (
                    f"{whole} is a plain {type(value).__name__} of {', '.join(dict.fromkeys(kinds))}: torch sees no"
                    f" parameters there and trains none, so write self.{name} = {right}(…) around it in __init__;"
                    f" to look at one, pass {first}"
                )
    return ""


def _kinds_inside(item: Any) -> list[str]:
    modules = [part for _, part in item.named_modules()] if hasattr(item, "named_modules") else []
    return [kind for part in modules if (kind := kind_of_class(type(part)))]


def _listed(paths: Iterable[str]) -> str:
    return ", ".join(map(repr, paths))
