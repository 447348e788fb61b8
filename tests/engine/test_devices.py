"""Devices are found, never assumed."""

from __future__ import annotations

import warnings

import pytest
import torch

from rnnlib.engine import devices
from rnnlib.engine.devices import available, find, name_of, synchronise
from tests.strategies import refused


@pytest.mark.parametrize("name", available())
def test_a_device_that_is_there_holds_a_tensor(name: str) -> None:
    where = find(name)
    assert torch.zeros(1, device=where).device == where
    assert find(where) == where
    assert name_of(where) == name
    synchronise(where)


def test_it_is_said_when_there_is_no_gpu() -> None:
    if available() == ("cpu",):
        warnings.warn("there is no GPU here: every test of a device ran on the CPU alone", stacklevel=1)


def test_the_cpu_is_always_there_and_first() -> None:
    assert available()[0] == "cpu"
    assert find("cpu") == find("cpu:0") == find(torch.device("cpu")) == torch.device("cpu")


@pytest.mark.parametrize("name", ["tpu", "", "cuda:99", "mps:7", "meta", "cpu:1", "cuda:x", "CPU", "gpu", "Cuda 0"])
def test_a_device_that_is_not_there(name: str) -> None:
    refused(lambda: find(name), repr(name), "this machine has cpu")


def test_the_likely_slip_is_named() -> None:
    refused(lambda: find("CPU"), "Did you mean 'cpu'?")
    refused(lambda: find("gpu"), "'cuda'", "'mps'")


@pytest.mark.parametrize("device", [None, 0, True, ["cpu"]])
def test_a_device_is_a_name(device: object) -> None:
    refused(lambda: find(device), "device must be a name", repr(device))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gpus", "mps", "names"),
    [
        (0, False, ("cpu",)),
        (1, False, ("cpu", "cuda")),
        (3, False, ("cpu", "cuda:0", "cuda:1", "cuda:2")),
        (0, True, ("cpu", "mps")),
    ],
)
def test_machines_of_other_people(
    monkeypatch: pytest.MonkeyPatch, gpus: int, mps: bool, names: tuple[str, ...]
) -> None:
    """What is found where torch says that there are GPUs; nothing is put on them."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: gpus - 1)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    waited: list[object] = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    monkeypatch.setattr(torch.mps, "synchronize", lambda: waited.append("mps"))
    assert available() == names
    for name in names[1:]:
        where = find(name)
        assert where.index is not None  # as a tensor on it says
        assert name_of(where) == name
        synchronise(where)
        assert waited.pop() in (where, "mps")
    if gpus > 1:
        assert find("cuda") == torch.device("cuda", gpus - 1)
    if gpus:
        refused(lambda: find(f"cuda:{gpus}"), f"cuda:{gpus}", " and ".join(names))
    assert devices._parsed("nonsense") is None


def test_a_device_without_numbers() -> None:
    refused(lambda: name_of(torch.device("meta")), "no device 'meta'", "without device='meta'")
    refused(lambda: name_of("gpu"), "no device 'gpu'")


def test_the_only_gpu_has_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    assert [name_of(name) for name in ("cuda", "cuda:0", "cpu:0")] == ["cuda", "cuda", "cpu"]


def test_a_gpu_that_torchs_cudnn_does_not_know_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    def version() -> int:
        raise RuntimeError("cuDNN version 91100 is not compatible with devices with SM < 7.5. Please install another.")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.backends.cudnn, "version", version)
    assert "cuda" not in available()
    refused(lambda: find("cuda"), "this machine has cpu", "not compatible with devices with SM < 7.5.")
