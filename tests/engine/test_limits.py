"""What does not fit is refused before it is made."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from rnnlib.engine import limits
from rnnlib.engine.devices import available, find
from rnnlib.engine.layers import build
from rnnlib.engine.limits import MOST_SECONDS, _container_bytes, check_run, estimate, estimate_packing, free_bytes
from rnnlib.engine.packing.comparison import padded_and_packed
from rnnlib.engine.run import run
from rnnlib.spec import LayerSpec
from rnnlib.spec.arguments import MOST
from tests.strategies import refused

SMALL = LayerSpec("LSTM", 12, 16)
CPU = torch.device("cpu")


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> int:
    """A machine with 100 kB to spare."""
    monkeypatch.setattr(limits, "free_bytes", lambda device: 100_000)
    monkeypatch.setattr(limits, "ALWAYS_THERE", 0)
    return 100_000


@pytest.mark.parametrize("name", available())
def test_some_memory_is_free(name: str) -> None:
    assert 10**6 < free_bytes(find(name)) < 10**15


HUGE = {
    "wide": (LayerSpec("LSTM", 12, 10**9), 8, 3),
    "as wide as can be": (LayerSpec("LSTM", 12, MOST, MOST), 8, 3),
    "wide to read": (LayerSpec("GRU", 10**12, 16), 8, 3),
    "high": (LayerSpec("RNN", 12, 2000, num_layers=10**9), 8, 3),
    "a wide cell": (LayerSpec("LSTMCell", 10**7, 10**7), 8, 3),
    "long": (SMALL, 10**12, 3),
    "many": (SMALL, 8, 10**12),
    "long, many and wide": (LayerSpec("LSTM", 12, 4096), 20_000, 2560),
}


@pytest.mark.parametrize(("spec", "seq_len", "batch"), HUGE.values(), ids=HUGE)
def test_a_run_that_never_fits(spec: LayerSpec, seq_len: int, batch: int) -> None:
    message = refused(lambda: run(spec, seq_len=seq_len, batch=batch), "needs about", "available", "smaller")
    assert len(message) < 350
    needed, free = (int(number.replace(",", "")) for number in re.findall(r"([\d,]+) bytes", message))
    assert needed == spec.costs(1 if spec.is_cell else seq_len, batch).run_bytes
    assert needed > free
    assert abs(free - free_bytes(CPU)) < 4e9


def test_a_stack_that_fits_but_could_not_be_named() -> None:
    refused(lambda: run(LayerSpec("RNN", 1, 1, num_layers=100_000), seq_len=1, batch=1), "num_layers=100000", "10000")


def test_a_layer_that_does_not_fit(little: int) -> None:
    refused(lambda: build(LayerSpec("LSTM", 12, 200)), "this layer needs about", "684,800 bytes", f"{little:,} bytes")
    assert build(SMALL).hidden_size == 16


def test_a_run_of_a_module_counts_what_is_still_to_come(little: int) -> None:
    spec = LayerSpec("GRU", 12, 64)  # 60 kB of parameters
    layer = nn.GRU(12, 64).requires_grad_(False)
    costs = spec.costs(16, 4)
    assert costs.run_bytes > little > costs.run_bytes - costs.parameter_bytes
    refused(lambda: run(spec, seq_len=16, batch=4), f"{costs.run_bytes:,} bytes")
    run(layer, seq_len=16, batch=4)
    refused(
        lambda: run(layer.double(), seq_len=16, batch=4), f"{2 * (costs.run_bytes - costs.parameter_bytes):,} bytes"
    )


def test_a_run_with_gradients_needs_more(little: int) -> None:
    layer = nn.GRU(12, 64)
    refused(lambda: run(layer, seq_len=16, batch=4), "needs about")
    with torch.no_grad():
        run(layer, seq_len=16, batch=4)
    x = torch.zeros(16, 4, 12, requires_grad=True)
    refused(lambda: run(layer.requires_grad_(False), x), "needs about")


def test_nothing_is_lost_by_a_refusal(little: int) -> None:
    refused(lambda: run(SMALL, seq_len=10**6, batch=3), "needs about")
    assert run(SMALL, seq_len=8, batch=3).output.shape == (8, 3, 16)


def test_torch_running_out_is_told_in_words() -> None:
    class Greedy(nn.GRU):
        def forward(self, *given: object) -> object:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 10 bytes")

    refused(lambda: run(Greedy(3, 2), seq_len=9, batch=1), "cpu ran out of memory", "smaller")


def test_an_error_that_only_speaks_of_memory_stays_the_learners() -> None:
    class Remembering(nn.GRU):
        def forward(self, *given: object) -> object:
            raise RuntimeError("my memory cell has no attention")

    with pytest.raises(RuntimeError, match="my memory cell"):
        run(Remembering(3, 2), seq_len=9, batch=1)


def test_the_fitting_run_is_counted() -> None:
    assert check_run(SMALL, 8, 3, CPU) == SMALL.costs(8, 3)


@pytest.mark.parametrize("version", [1, 2])
def test_a_container_has_less_than_its_machine(version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, limit, used, cache = {
        2: (tmp_path, "memory.max", "memory.current", "inactive_file"),
        1: (tmp_path / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    }[version]
    folder.mkdir(exist_ok=True)
    (folder / limit).write_text("1000000\n")
    (folder / used).write_text("700000\n")
    (folder / "memory.stat").write_text(f"anon 500000\n{cache} 200000\n")
    assert _container_bytes(tmp_path) == 500_000  # the file cache can be had back
    monkeypatch.setattr(limits, "CGROUP", tmp_path)
    assert free_bytes(CPU) == 500_000
    (folder / limit).write_text("max\n")
    assert _container_bytes(tmp_path) is None


def test_no_container(tmp_path: Path) -> None:
    assert _container_bytes(tmp_path) is None


SPEC = LayerSpec("GRU", 12, 64)


@pytest.mark.parametrize(
    "more",
    [{"seq_len": 10**4}, {"batch": 10**4}, {"passes": 9}, {"built": False}, {"spec": LayerSpec("GRU", 12, 2000)}],
    ids=str,
)
def test_more_takes_longer(more: dict) -> None:
    asked = {"spec": SPEC, "seq_len": 8, "batch": 3, "device": "cpu", "built": True}
    assert estimate(**asked).is_quick
    assert estimate(**asked | more).seconds > estimate(**asked).seconds


def test_of_the_largest_sizes_it_is_still_a_number() -> None:
    huge = estimate(LayerSpec("LSTM", MOST, MOST, MOST), MOST, MOST, "cuda:0", built=False)
    assert MOST_SECONDS < huge.seconds < float("inf")


def test_a_long_sequence_of_a_wide_layer_is_too_long_to_pack_for_a_slider() -> None:
    """It held the kernel for 39 seconds."""
    assert estimate_packing(LayerSpec("LSTM", 12, 512), [20_000], "cpu").seconds > MOST_SECONDS
    assert estimate_packing(LayerSpec("LSTM", 12, 8), [20, 7, 12], "cpu").seconds < 0.1


def test_it_is_of_the_right_size() -> None:
    """Within 30 times either way, on whatever machine and however busy: a slip of units would show."""
    sequences = [torch.zeros(length, 12) for length in (400, 300, 50)]
    layer = nn.GRU(12, 128)
    begun = time.perf_counter()
    padded_and_packed(layer, sequences)
    seconds = time.perf_counter() - begun
    assert seconds / 30 < estimate_packing(LayerSpec.of(layer), [400, 300, 50], "cpu").seconds < seconds * 30
