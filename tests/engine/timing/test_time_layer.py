"""Timings are torch's own, change nothing, can be cancelled, and what does not fit is refused in a sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch._subclasses import FakeTensorMode
from torch.nn.utils.rnn import pack_sequence
from torch.utils import benchmark
from torch.utils.benchmark import Measurement
from torch.utils.benchmark.utils.common import TaskSpec

from rnnlib import LayerSpec, time_layer
from rnnlib.engine import limits
from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.engine.devices import available
from rnnlib.engine.timing import peak
from rnnlib.engine.timing import workload as our_workload
from rnnlib.engine.timing.measure import CancelledError
from rnnlib.engine.timing.timing import Timing
from rnnlib.spec.arguments import brief
from tests.strategies import is_sentence, refused

SMALL = LayerSpec("LSTM", 12, 16)
QUICK = 0.001  # seconds
ONE_BLOCK = [2e-3, 1e-3, 3e-3]


class FakeTimer:
    """A timer that calls what it is to time once, and says what the test wants."""

    made: list[dict[str, Any]] = []

    def __init__(self, stmt: str, **given: Any) -> None:
        self.stmt, self.given = stmt, given
        self.made.append({"stmt": stmt, **given})

    def timeit(self, number: int) -> Measurement:
        exec(self.stmt, dict(self.given["globals"]))
        return Measurement(2, ONE_BLOCK, TaskSpec(self.stmt, "pass", num_threads=self.given["num_threads"]))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """No clock: every block of two calls takes 2, 1 and 3 ms, and a matmul 1 GFLOP/s."""
    FakeTimer.made = []
    monkeypatch.setattr(benchmark, "Timer", FakeTimer)
    monkeypatch.setattr(peak, "matmul_rate", lambda device, dtype, num_threads: (1e9, 512))
    return FakeTimer.made


@pytest.fixture(autouse=True)
def no_matmul(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak, "MEASURED_FOR", 1e-6)
    monkeypatch.setattr(peak, "LONG_ENOUGH", 0)


def test_median_spread_and_tokens_are_those_of_torch(fake: list[dict[str, Any]]) -> None:
    timed = time_layer(SMALL, seq_len=50, batch=8, num_threads=1, min_run_time=0.01)
    assert timed.median == pytest.approx(1e-3)  # a call is half a block
    assert timed.iqr == pytest.approx(1e-3 if timed.repeats < 4 else timed.iqr)
    assert timed.repeats % 3 == 0
    assert timed.tokens == 400
    assert timed.tokens_per_second == pytest.approx(400 / 1e-3)
    (made,) = fake
    assert made["stmt"] == timed.statement == "layer(x)"
    assert made["num_threads"] == timed.num_threads == 1
    assert timed.share_of_peak == pytest.approx(2 * SMALL.costs(50, 8).multiply_adds / 1e-3 / 1e9)
    assert timed.peak == "of the 1 GFLOP/s that a 512 x 512 float32 matmul reaches here"


def test_a_packed_run_counts_its_own_tokens(fake: list[dict[str, Any]]) -> None:
    timed = time_layer(SMALL, seq_len=9, batch=3, variant="packed", lengths=[9, 1, 4], min_run_time=QUICK)
    assert timed.tokens == 14
    assert timed.share_of_peak == pytest.approx(2 * SMALL.costs(1).multiply_adds * 14 / 1e-3 / 1e9)
    assert "packing and unpacking" in timed.note
    x = pack_sequence([torch.randn(9, 12), torch.randn(4, 12)])
    timed = time_layer(SMALL, x, min_run_time=QUICK)
    assert timed.tokens == 13
    assert (timed.variant, timed.statement) == ("packed", "layer(x)")
    assert "packing and unpacking are not in the time" in timed.note
    both = time_layer(SMALL, x, backward=True, min_run_time=QUICK)
    assert both.statement == "torch.autograd.grad(layer(x)[0].data.sum(), weights)"


@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_a_backward_pass_counts_as_two_forward_ones(variant: str, fake: list[dict[str, Any]]) -> None:
    given = {"seq_len": 9, "batch": 3, "variant": variant, "min_run_time": QUICK}
    forward, both = (time_layer(SMALL, backward=backward, **given) for backward in (False, True))
    assert both.share_of_peak == pytest.approx(3 * (forward.share_of_peak or 0))
    assert "two forward passes" in both.peak
    name = variant.replace(" ", "_")
    assert both.statement == f"torch.autograd.grad({name}(x)[0].sum(), weights)"
    assert both.peak_bytes is None or both.peak_bytes > (forward.peak_bytes or 0)


@pytest.mark.parametrize(("backward", "dtype"), [(False, torch.bfloat16), (True, torch.float32)], ids=str)
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_every_variant_is_timed_for_real(variant: str, backward: bool, dtype: torch.dtype) -> None:
    timed = time_layer(SMALL, seq_len=6, batch=4, variant=variant, backward=backward, dtype=dtype, min_run_time=QUICK)
    assert timed.median is not None
    assert timed.iqr is not None
    assert timed.share_of_peak is not None
    assert timed.equal is not None
    assert timed.equal.holds
    assert timed.median > 0 <= timed.iqr
    assert timed.repeats >= 1
    assert (timed.device, timed.dtype, timed.seq_len, timed.batch) == ("cpu", dtype, 6, 4)
    assert str(dtype).removeprefix("torch.") in timed.peak


def test_more_work_takes_longer() -> None:
    """By a wide margin: 400 steps or 2."""
    few, many = (time_layer(SMALL, seq_len=n, batch=4, variant="cell loop", min_run_time=0.01) for n in (2, 400))
    assert few.median is not None
    assert many.median is not None
    assert many.median > 5 * few.median


def test_memory_is_measured_or_said_to_be_an_estimate_or_not_known() -> None:
    layer = time_layer(SMALL, seq_len=6, batch=4, dtype=torch.float64, min_run_time=QUICK)
    assert layer.peak_bytes == 2 * SMALL.costs(6, 4).run_bytes
    assert "estimated by counting" in layer.memory
    assert "torch does not count the memory of cpu" in layer.memory
    loop = time_layer(SMALL, seq_len=6, batch=4, variant="cell loop", min_run_time=QUICK)
    assert loop.peak_bytes is None
    assert loop.memory.startswith("not known")


def test_its_repr_says_all(fake: list[dict[str, Any]]) -> None:
    lines = repr(
        time_layer(SMALL, seq_len=50, batch=8, num_threads=1, variant="packed", min_run_time=QUICK)
    ).splitlines()
    assert lines[0] == "LSTM, packed, float32 on cpu, 1 thread: packed(x)"
    assert lines[1].startswith("median  1.000 ms, iqr ")
    assert "memory  not known: torch does not count the memory of cpu" in lines
    assert lines[-1] == "note    packing and unpacking are in the time"


def state() -> list[Any]:
    """All that is torch's and Python's."""
    modes = [torch.get_num_threads(), torch.is_grad_enabled(), torch.is_inference_mode_enabled()]
    return [*modes, torch.get_default_dtype(), torch.get_rng_state().tolist(), random.getstate()]


class Drawing(nn.GRU):
    """It draws random numbers, whatever its mode."""

    def forward(self, *given: Any) -> Any:
        return super().forward(*given)[0] + torch.rand(()), torch.rand(1, 1, 2)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_nothing_is_changed(variant: str, backward: bool) -> None:
    layer = nn.LSTM(3, 2, num_layers=2, dropout=0.5)
    x = torch.randn(5, 4, 3, requires_grad=True)
    before, weights = state(), [w.clone() for w in layer.parameters()]
    kept = dict(vars(layer))
    time_layer(layer, x, variant=variant, backward=backward, num_threads=1, min_run_time=QUICK)
    assert state() == before
    assert vars(layer) == kept
    assert layer.training
    assert layer.dropout == 0.5
    assert [w.grad for w in (*layer.parameters(), x)] == [None] * 9
    assert all(torch.equal(a, b) for a, b in zip(weights, layer.parameters(), strict=True))


def test_a_layer_that_draws_random_numbers_draws_them_aside() -> None:
    layer = Drawing(3, 2)
    before = state()
    time_layer(layer, seq_len=4, batch=1, min_run_time=QUICK)
    assert state() == before


class Interrupted(nn.GRU):
    """Ctrl-C comes in the so manieth call."""

    left = 3

    def forward(self, *given: Any) -> Any:
        Interrupted.left -= 1
        if not Interrupted.left:
            raise KeyboardInterrupt
        return super().forward(*given)


@pytest.mark.parametrize("call", [1, 2, 5, 50])
@pytest.mark.parametrize("backward", [False, True])
def test_an_interrupt_leaves_everything_as_it_was(call: int, backward: bool) -> None:
    Interrupted.left = call
    layer = Interrupted(3, 2)
    torch.set_num_threads(2)
    before, kept = state(), dict(vars(layer))
    try:
        with pytest.raises(KeyboardInterrupt):
            time_layer(layer, seq_len=4, batch=1, backward=backward, num_threads=1)
        assert state() == before
        assert vars(layer) == kept
    finally:
        torch.set_num_threads(1)


class Slow(nn.GRU):
    """Each call waits."""

    calls = 0

    def forward(self, *given: Any) -> Any:
        Slow.calls += 1
        time.sleep(0.02)
        return super().forward(*given)


@pytest.mark.parametrize("after", [0, 1, 2, 3, 7])
def test_a_cancel_is_heard_before_the_next_call(after: int) -> None:
    Slow.calls = 0
    layer = Slow(3, 2)
    before = state()
    with pytest.raises(CancelledError):
        time_layer(layer, seq_len=4, batch=1, min_run_time=60, cancelled=lambda: Slow.calls >= after)
    assert Slow.calls == after
    assert state() == before


def test_what_is_not_cancelled_is_timed() -> None:
    assert time_layer(SMALL, seq_len=4, min_run_time=QUICK, cancelled=lambda: False).statement == "layer(x)"


def test_two_measurements_at_once() -> None:
    before, found = state(), []

    def measure(variant: str) -> None:
        found.append(time_layer(SMALL, seq_len=9, batch=2, variant=variant, min_run_time=0.05))

    threads = [threading.Thread(target=measure, args=(variant,)) for variant in ("layer", "cell loop")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(timed.variant for timed in found if timed.median and timed.equal.holds) == ["cell loop", "layer"]
    assert state() == before


def test_no_explorer_waits_for_a_measurement() -> None:
    """Whatever a call takes, the lock of the explorers is free meanwhile."""

    class Watching(nn.GRU):
        calls = 0

        def forward(self, *given: Any) -> Any:
            other = threading.Thread(target=take)
            other.start()
            other.join(timeout=5)
            assert not other.is_alive()
            Watching.calls += 1
            return super().forward(*given)

    def take() -> None:
        with ONE_AT_A_TIME:
            pass

    assert time_layer(Watching(3, 2), seq_len=4, batch=1, min_run_time=1e-6).median
    assert Watching.calls


@pytest.mark.parametrize("backward", [False, True])
def test_weights_that_are_no_parameters_are_timed(backward: bool) -> None:
    layer = nn.LSTM(3, 4)
    for name in list(layer._parameters):
        setattr(layer, name, layer._parameters.pop(name).detach().clone().requires_grad_())
    for variant in ("layer", "cell loop", "packed"):
        timed = time_layer(layer, seq_len=4, batch=2, variant=variant, backward=backward, min_run_time=1e-6)
        assert timed.median
        assert timed.equal is not None
        assert timed.equal.holds


def test_a_layer_without_a_cell_says_so() -> None:
    timed = time_layer(LayerSpec("LSTM", 3, 4, proj_size=2), seq_len=4, variant="cell loop")
    assert timed.median is None
    assert is_sentence(timed.note)
    assert "proj_size" in timed.note


@pytest.mark.parametrize("seconds", [0, -1, 0.0, -0.5, math.nan, math.inf, 10**400])
def test_no_time_to_measure_in(seconds: float) -> None:
    refused(lambda: time_layer(SMALL, seq_len=4, min_run_time=seconds), "min_run_time", brief(seconds))


@pytest.mark.parametrize("seconds", ["1", None, True, [1]])
def test_seconds_are_a_number(seconds: Any) -> None:
    refused(lambda: time_layer(SMALL, seq_len=4, min_run_time=seconds), "min_run_time must be seconds", repr(seconds))


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2", 10**9])
def test_threads_that_cannot_be(threads: Any) -> None:
    refused(lambda: time_layer(SMALL, seq_len=4, num_threads=threads), "num_threads")


def test_threads_are_said_and_set() -> None:
    class Asking(nn.GRU):
        had: set[int] = set()

        def forward(self, *given: Any) -> Any:
            self.had.add(torch.get_num_threads())
            return super().forward(*given)

    most = os.cpu_count() or 1
    timed = time_layer(Asking(3, 2), seq_len=4, batch=1, num_threads=most, min_run_time=1e-6)
    assert Asking.had == {most}
    assert timed.num_threads == most
    assert time_layer(SMALL, seq_len=4, min_run_time=QUICK).num_threads == torch.get_num_threads()


@pytest.mark.parametrize("device", ["cuda:99", "tpu", "gpu", "meta", 0])
def test_a_device_that_was_never_there(device: Any) -> None:
    refused(lambda: time_layer(SMALL, seq_len=4, device=device), "device", repr(device))


def test_a_device_that_is_gone() -> None:
    class Lost(nn.GRU):
        def forward(self, *given: Any) -> Any:
            raise RuntimeError("CUDA error: the launch timed out and was terminated\nCUDA kernel errors might be …")

    refused(lambda: time_layer(Lost(3, 2), seq_len=4, batch=1), "stopped working", "the launch timed out", "restart")


def test_a_module_on_one_device_and_input_on_another() -> None:
    x = torch.zeros(4, 2, 12, device="meta")
    refused(lambda: time_layer(nn.LSTM(12, 16), x), "x is on meta and the layer on cpu", "x.to('cpu')")
    refused(lambda: time_layer(SMALL, x), "meta")
    refused(lambda: time_layer(nn.LSTM(12, 16, device="meta"), torch.zeros(4, 2, 12)), "no device 'meta'")


def test_what_does_not_fit_is_refused_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    refused(lambda: time_layer(SMALL, seq_len=10**9, batch=10**6), "needs about", "bytes", "available")
    refused(lambda: time_layer(SMALL, seq_len=8, batch=10**12, variant="packed"), "needs about", "available")
    monkeypatch.setattr(limits, "free_bytes", lambda device: 150_000)
    monkeypatch.setattr(limits, "ALWAYS_THERE", 0)
    time_layer(SMALL, seq_len=16, batch=16, min_run_time=QUICK)
    refused(lambda: time_layer(SMALL, seq_len=16, batch=16, backward=True), "needs about", "150,000 bytes")
    refused(lambda: time_layer(SMALL, seq_len=16, batch=64, variant="cell loop"), "needs about", "150,000 bytes")


def test_what_does_not_fit_all_the_same_is_told_in_words() -> None:
    class Greedy(nn.GRU):
        calls = 0

        def forward(self, *given: Any) -> Any:
            Greedy.calls += 1
            if Greedy.calls > 4:  # in the middle of the measurement
                raise torch.OutOfMemoryError("tried to allocate 10 bytes")
            return super().forward(*given)

    layer = Greedy(3, 2)
    before = state()
    refused(lambda: time_layer(layer, seq_len=4, batch=1), "cpu ran out of memory", "smaller")
    assert state() == before
    assert time_layer(SMALL, seq_len=4, min_run_time=QUICK).median is not None


def test_a_backward_that_is_not_there() -> None:
    frozen = nn.GRU(3, 2).requires_grad_(False)
    refused(lambda: time_layer(frozen, seq_len=4, backward=True), "frozen", "requires_grad_()", "backward=False")
    with torch.inference_mode():
        made = nn.GRU(3, 2)
    refused(lambda: time_layer(made, seq_len=4, backward=True), "torch.inference_mode()", "backward=False")
    assert time_layer(made, seq_len=4, min_run_time=QUICK).median is not None
    assert time_layer(frozen, seq_len=4, min_run_time=QUICK).median is not None
    frozen.bias_hh_l0.requires_grad_(True)
    assert time_layer(frozen, seq_len=4, backward=True, min_run_time=QUICK).median is not None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("backward", [False, True])
def test_in_every_mode_of_the_caller(mode: Callable[[], Any], backward: bool) -> None:
    layer = nn.GRU(3, 2)
    with mode():
        x = torch.randn(4, 2, 3)
        before = state()
        for variant in ("layer", "cell loop", "packed"):
            given = {"variant": variant, "backward": backward, "min_run_time": 1e-6}
            assert time_layer(layer, pack_sequence([x[:, 0]]), backward=backward, min_run_time=1e-6).repeats
            assert time_layer(layer, x, **given).median is not None
            assert time_layer(LayerSpec("GRU", 3, 2), x, **given).median is not None
        assert state() == before


BAD: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "no layer": (lambda: time_layer("LSTM", seq_len=4), ("'LSTM' is a name",)),
    "no input": (lambda: time_layer(SMALL), ("there is no input", "seq_len")),
    "no steps": (lambda: time_layer(SMALL, seq_len=0), ("seq_len must be at least 1",)),
    "a wrong x": (lambda: time_layer(SMALL, torch.zeros(4, 2, 3)), ("input_size=12", "not 3")),
    "x of whole numbers": (lambda: time_layer(SMALL, torch.zeros(4, 2, 12, dtype=torch.int64)), ("int64", "x.float()")),
    "x and sizes": (lambda: time_layer(SMALL, torch.zeros(4, 2, 12), seq_len=2, batch=4), ("swapped",)),
    "no such dtype": (lambda: time_layer(SMALL, seq_len=4, dtype=torch.int8), ("dtype must be one of", "torch.int8")),
    "a dtype's name": (lambda: time_layer(SMALL, seq_len=4, dtype="float32"), ("dtype must be one of", "'float32'")),
    "another dtype": (
        lambda: time_layer(nn.GRU(3, 2), seq_len=4, dtype=torch.float64),
        ("weights are torch.float32", "layer.to(torch.float64)"),
    ),
    "backward": (lambda: time_layer(SMALL, seq_len=4, backward="yes"), ("backward must be True or False",)),
    "lengths of a layer": (
        lambda: time_layer(SMALL, seq_len=4, batch=2, lengths=[4, 1]),
        ("lengths are for variant='packed'",),
    ),
    "lengths that do not fit": (
        lambda: time_layer(SMALL, seq_len=4, batch=2, variant="packed", lengths=[5, 1]),
        ("lengths[0] must be from 1 to 4",),
    ),
    "packing one sequence": (lambda: time_layer(SMALL, seq_len=4, variant="packed"), ("batch=1",)),
    "a packed x elsewhere": (
        lambda: time_layer(SMALL, pack_sequence([torch.zeros(4, 12)]), variant="layer"),
        ("x is packed", "'layer'"),
    ),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_input(call: Callable[[], Any], words: tuple[str, ...]) -> None:
    refused(call, *words)


@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
def test_a_default_device_without_numbers_has_no_say(variant: str) -> None:
    with torch.device("meta"):
        timed = time_layer(LayerSpec("GRU", 3, 2), seq_len=4, batch=2, variant=variant, min_run_time=1e-3)
    assert timed.median is not None
    with FakeTensorMode():
        refused(
            lambda: time_layer(LayerSpec("GRU", 3, 2), seq_len=4), "tensors hold no numbers here", "leave that mode"
        )


def test_padding_on_the_left_is_told() -> None:
    x = torch.ones(5, 2, 3)
    x[:3, 1] = 0
    refused(lambda: time_layer(nn.GRU(3, 2), x, lengths=[5, 2], variant="packed"), "padded on the left")


def test_weights_that_are_no_parameters_are_not_to_be_thawed() -> None:
    layer = nn.GRU(3, 2)
    for name in list(layer._parameters):
        setattr(layer, name, layer._parameters.pop(name).detach().clone())  # type: ignore[union-attr]
    said = refused(lambda: time_layer(layer, seq_len=4, backward=True), "so it has no backward: time the forward")
    assert "requires_grad_()" not in said


def test_a_timing_is_a_value(fake: list[dict[str, Any]]) -> None:
    timed = time_layer(SMALL, seq_len=4, min_run_time=QUICK)
    assert isinstance(timed, Timing)
    with pytest.raises(dataclasses.FrozenInstanceError):
        timed.median = 0.0  # type: ignore[misc]


def test_a_dtype_that_the_device_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_workload, "name_of", lambda device: device.type)
    refused(
        lambda: our_workload._check_has(torch.device("mps", 0), torch.float64), "mps has no float64", "torch.float32"
    )
    monkeypatch.setattr(torch.cuda, "device", lambda device: contextlib.nullcontext())
    for has in (True, False):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, has=has: has)
        if has:
            our_workload._check_has(torch.device("cuda", 0), torch.bfloat16)
        else:
            refused(lambda: our_workload._check_has(torch.device("cuda", 0), torch.bfloat16), "cuda has no bfloat16")
    our_workload._check_has(torch.device("cpu"), torch.bfloat16)


@pytest.mark.gpu
@pytest.mark.parametrize("variant", ["cell loop", "layer", "packed"])
@pytest.mark.parametrize("backward", [False, True])
def test_on_the_gpu(variant: str, backward: bool) -> None:
    name = available()[-1]
    layer = nn.LSTM(64, 128, num_layers=2, dropout=0.5).eval().to(name)  # cuDNN's backward wants training mode
    timed = time_layer(layer, seq_len=50, batch=16, variant=variant, backward=backward, min_run_time=0.05)
    assert timed.device == name
    assert timed.median is not None
    assert timed.median > 0
    assert timed.equal is not None
    assert timed.equal.holds
    assert timed.peak_bytes is None or timed.peak_bytes > sum(w.nbytes for w in layer.parameters())
    x = torch.zeros(50, 16, 64)
    refused(lambda: time_layer(layer, x), "x is on cpu and the layer on")
    refused(lambda: time_layer(nn.LSTM(64, 128), x.to(name)), f"x is on {x.to(name).device} and the layer on cpu")
    refused(lambda: time_layer(SMALL, seq_len=10**6, batch=10**6, device=name), "needs about", "available")
