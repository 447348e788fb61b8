"""Where a layer can run: devices are found, never assumed."""

from __future__ import annotations

import torch

from rnnlib.spec.arguments import brief


def available() -> tuple[str, ...]:
    """The devices that are there, by torch's names: ``"cpu"``, then ``"cuda"`` (``"cuda:0"``, … if several), ``"mps"``.

    Example:
        >>> available()[0]
        'cpu'
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() and not _why_no_cudnn() else 0
    cuda = ["cuda"] if gpus == 1 else [f"cuda:{index}" for index in range(gpus)]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return ("cpu", *cuda, *mps)


def find(device: str | torch.device) -> torch.device:
    """The device of this name, as tensors on it name it: with its index, but for the CPU.

    Raises:
        TypeError: `device` is no name.
        ValueError: there is no such device here; the message says what there is.

    Example:
        >>> find("cpu")
        device(type='cpu')
    """
    if not isinstance(device, (str, torch.device)):
        raise TypeError(f"device must be a name such as 'cpu', not {brief(device)} ({type(device).__name__}).")
    wanted = _parsed(device)
    if wanted == torch.device("cpu"):  # which is everywhere; to look for the others takes longer than a small trace
        return wanted
    there = available()
    if wanted is None or wanted not in [_parsed(name) for name in there]:
        has = " and ".join(there)
        raise ValueError(f"there is no device {brief(str(device))} here: this machine has {has}.{_hint(str(device))}")
    return wanted


def name_of(device: str | torch.device) -> str:
    """The name of a device in `available`: of the only GPU ``"cuda"``.

    Raises:
        TypeError, ValueError: as `find`.

    Example:
        >>> name_of(find("cpu"))
        'cpu'
    """
    wanted = find(device)
    if wanted.type == "cpu":
        return "cpu"
    return next(name for name in available() if _parsed(name) == wanted)


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that it was given. The CPU has always done so already."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _parsed(device: str | torch.device) -> torch.device | None:
    """A torch.device with its index filled in, or None where torch knows no such name."""
    try:
        given = torch.device(device)
    except RuntimeError:
        return None
    if given.type == "cpu":
        return torch.device("cpu") if given.index in (None, 0) else None
    if given.index is None:
        current = torch.cuda.current_device() if given.type == "cuda" and torch.cuda.is_available() else 0
        return torch.device(given.type, current)
    return given


def _why_no_cudnn() -> str:
    """What torch says where its cuDNN is too new for one of the GPUs: it then takes no recurrent layer to any."""
    try:
        torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        return str(error).split(". ")[0]
    return ""


def _hint(device: str) -> str:
    if device.startswith("cuda") and torch.cuda.is_available() and (why := _why_no_cudnn()):
        return f" It has a GPU, but torch says: {why}."
    if device.lower() in available():
        return f" Did you mean {device.lower()!r}?"
    if device.lower() == "gpu":
        return " torch calls an NVIDIA or AMD GPU 'cuda' and Apple's 'mps'."
    if device == "meta":
        return " A layer on 'meta' has shapes but no numbers: make it without device='meta'."
    return ""
