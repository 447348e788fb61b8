"""The peak is measured once, in the dtype that is multiplied in; a GPU's memory is that of the call.

A GPU that is not there is stood in for: nothing is put on it.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils import benchmark
from torch.utils.benchmark import Measurement
from torch.utils.benchmark.utils.common import TaskSpec

import rnnlib
from rnnlib import LayerSpec
from rnnlib.engine.arguments.inputs import Sizes
from rnnlib.engine.timing import peak, time_layer
from rnnlib.engine.timing.workload import Workload

SMALL = LayerSpec("LSTM", 12, 16)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak, "MEASURED_FOR", 1e-6)
    monkeypatch.setattr(peak, "LONG_ENOUGH", 0)


def test_the_peak_is_measured_once() -> None:
    peak.matmul_rate.cache_clear()
    first = peak.matmul_rate(torch.device("cpu"), torch.float32, 1)
    assert first[0] > 0
    assert first[1] == peak.SMALLEST
    assert peak.matmul_rate(torch.device("cpu"), torch.float32, 1) is first
    assert torch.get_num_threads() == 1


def test_the_matrices_grow_until_the_device_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    class Growing:
        def __init__(self, stmt: str, globals: dict[str, torch.Tensor], **_: Any) -> None:
            self.seconds = len(globals["a"]) ** 3 / 1e9

        def blocked_autorange(self, min_run_time: float) -> Measurement:
            return Measurement(1, [self.seconds, 2 * self.seconds], TaskSpec("a @ a", "pass"))

    monkeypatch.setattr(benchmark, "Timer", Growing)
    monkeypatch.setattr(peak, "LONG_ENOUGH", 1.0)
    assert peak.matmul_rate.__wrapped__(torch.device("cpu"), torch.float32, 1) == (pytest.approx(2e9), 1024)


def a_gpus(dtype: torch.dtype = torch.float32, **given: Any) -> Workload:
    """A workload on a GPU that is not there: nothing is put on it."""
    x: Any = SimpleNamespace(device=torch.device("cuda", 0), dtype=dtype, nbytes=30)
    asked = {"sizes": Sizes(4, None), "lengths": None, "variant": "layer", "backward": False}
    return Workload(SMALL, nn.Module(), x, **asked | given)


def test_a_gpus_memory_is_that_of_the_call_and_of_what_it_is_called_on(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: done.append("reset"))
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 5000)  # other tensors are there too
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 5700)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: done.append("synchronised"))
    layer = nn.RNN(1, 1, bias=False)  # 8 bytes
    found, said = peak.peak_memory(a_gpus(), layer, lambda: done.append("run"))
    assert found == 700 + 8 + 30
    assert said.startswith("measured")
    assert done == ["reset", "run", "synchronised"]


def test_a_gpus_peak_is_one_whatever_threads_there_are_and_says_that_cudnn_may_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(peak, "matmul_rate", lambda *given: asked.append(given) or (1e12, 4096))
    monkeypatch.setattr(peak, "multiplies_in_tf32", lambda device: True)
    rate, said = peak.peak_of(a_gpus(), 7)
    assert rate == 1e12
    assert asked == [(torch.device("cuda", 0), torch.float32, 1)]
    assert "of the 1,000 GFLOP/s that a 4096 x 4096 float32 matmul reaches here" in said
    assert "TF32" in said
    assert "(float32: 1,000)" in peak.peak_of(a_gpus(torch.bfloat16), 1)[1]


def test_where_the_peaks_own_matrices_do_not_fit_there_is_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(peak, "matmul_rate", full)
    assert math.isnan(peak.peak_of(a_gpus(), 1)[0])
    timed = rnnlib.time_layer(SMALL, seq_len=4, min_run_time=1e-6)
    assert timed.median
    assert timed.share_of_peak is None
    assert "share   not known: there is too little memory on the device" in repr(timed)


def test_what_a_gpu_does_otherwise_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_layer, "multiplies_in_tf32", lambda device: True)
    queued = "each time is the mean of 1,200 calls, queued one behind the other"
    assert time_layer.notes(a_gpus(), 1200) == [queued]
    loop = time_layer.notes(a_gpus(variant="cell loop"), 1200)
    assert loop[0] == queued
    assert "the loop multiplies in full float32, and the layer, in cuDNN, in TF32" in loop[1]
    assert "every call does, and may warn" in time_layer.notes(a_gpus(torch.bfloat16), 1200)[1]
    assert time_layer.notes(a_gpus(torch.bfloat16, variant="cell loop"), 1200) == [queued]
