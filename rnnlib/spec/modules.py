"""Whether a module is a recurrent layer of torch's; and where it is none, what it is and what to give in its place.

Read off the names of classes and attributes: no import of torch is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rnnlib.spec.arguments import brief
from rnnlib.spec.kinds import CELLS, KINDS, LAYERS, family_of, in_code

CONTAINERS = ("ModuleList", "ModuleDict")  # which cannot be called
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
    if isinstance(module, (list, tuple, dict)) and _kinds_inside(module):
        return f"a {type(module).__name__} of layers is no layer: give one of them, as in layers[{_first_key(module)}]."
    parts = list(module.named_modules()) if hasattr(module, "named_modules") else []
    name = getattr(module, "original_name", type(module).__name__)
    found = (_layers_inside(parts), _torchscript_inside(module, parts), _other_layers_inside(parts))
    what = next(filter(None, (*found, _in_plain_lists(parts))), WANTED)
    whole = " Of the whole model, ask checkup(model, x)." if found[0] and name not in CONTAINERS else ""
    return f"{name} is no recurrent layer of torch.nn: {what}.{whole}"


def _layers_inside(parts: list[tuple[str, Any]]) -> str:
    inside = [path for path, part in parts if kind_of_class(type(part))]
    if not inside:
        return ""
    return f"it contains {_listed(inside)}, so pass model.get_submodule({inside[0]!r})"


def _torchscript_inside(module: Any, parts: list[tuple[str, Any]]) -> str:
    """A layer that was scripted, traced, or read from such a file: its weights are there, its class is not."""
    inside = {path: kind for path, part in parts if (kind := _kind_in_torchscript(part))}
    how = "a traced" if "Traced" in type(module).__name__ else "a scripted (or loaded TorchScript)"
    if not inside:
        frozen = f"it is {how} model in which no recurrent layer is left to be seen, as after torch.jit.freeze"
        return f"{frozen}; pass the layer that it was made from" if hasattr(module, "original_name") else ""
    path, kind = next(iter(inside.items()))
    part = dict(parts)[path]
    what = f"{how} {kind}" if path == "" else f"{how} model, with {_listed(inside)} inside"
    reached = "it" if path == "" else f"dict(model.named_modules())[{path!r}]"
    of_its_kind = [*(["batch_first"] if kind in LAYERS else []), *(["nonlinearity"] if kind.startswith("RNN") else [])]
    hidden = [name for name in of_its_kind if not hasattr(part, name)]
    unseen = f", with the {' and '.join(hidden)} that it had" if hidden else ""
    return (
        f"it is {what}; make a layer of the same sizes{unseen}, layer = {_made_anew(part, kind)}, then write"
        f" layer.load_state_dict({reached}.state_dict()) and pass layer"
    )


def _kind_in_torchscript(part: Any) -> str | None:
    """The kind of a TorchScript layer: its name, or of a subclass what its weights tell."""
    name = getattr(part, "original_name", None)
    if name is None or name in KINDS:
        return name
    weights = part.state_dict()
    for end, of in (("_l0", LAYERS), ("", CELLS)):
        if {f"weight_ih{end}", f"weight_hh{end}"} <= weights.keys():
            rows, hidden_size = weights[f"weight_hh{end}"].shape
            return next((kind for kind in of if len(family_of(kind).blocks) * hidden_size == rows), None)
    return None


def _made_anew(part: Any, kind: str) -> str:
    """The call that makes a layer of a TorchScript one's sizes, which its weights tell."""
    weights = part.state_dict()
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
            if name == "_modules" or not isinstance(value, (list, tuple, dict, set)):
                continue
            kinds = _kinds_inside(value)
            if kinds:
                whole = ".".join(filter(None, ["model", path, name]))
                right = "nn.ModuleDict" if isinstance(value, dict) else "nn.ModuleList"
                first = f"list({whole})[0]" if isinstance(value, set) else f"{whole}[{_first_key(value)}]"
                return (
                    f"{whole} is a plain {type(value).__name__} of {', '.join(dict.fromkeys(kinds))}: torch sees no"
                    f" parameters there and trains none, so write self.{name} = {right}(…) around it in __init__;"
                    f" to look at one, pass {first}"
                )
    return ""


def _first_key(held: Any) -> str:
    return repr(next(iter(held)) if isinstance(held, dict) else 0)


def _kinds_inside(item: Any) -> list[str]:
    """The kinds of the layers in a module, or in a list, a dict or the like of modules, lists and so on."""
    if isinstance(item, (list, tuple, dict, set)):
        held = item.values() if isinstance(item, dict) else item
        return [kind for part in held for kind in _kinds_inside(part)]
    modules = [part for _, part in item.named_modules()] if hasattr(item, "named_modules") else []
    return [kind for part in modules if (kind := kind_of_class(type(part)))]


def _listed(paths: Iterable[str]) -> str:
    return ", ".join(map(repr, paths))
