"""A run is the layer called by hand: nothing more, and no trace left."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence

from rnnlib.engine.closeness import close
from rnnlib.engine.devices import available, find
from rnnlib.engine.layers import build
from rnnlib.engine.run import Run, run
from rnnlib.engine.timing.time_layer import time_layer
from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.kinds import CELLS, KINDS, LAYERS
from tests.strategies import batches, cases, real, refused, seq_lens, specs

GRU = LayerSpec("GRU", 12, 16, num_layers=2)
no_projection_warning = pytest.mark.filterwarnings("ignore:LSTM with projections")


def flat(answer: object) -> list[Tensor]:
    """Every tensor of what a layer returned, in order."""
    if isinstance(answer, Tensor):
        return [answer]
    if isinstance(answer, PackedSequence):
        return [answer.data, answer.batch_sizes]
    return [tensor for part in answer for tensor in flat(part)]  # type: ignore[attr-defined]


def state_for(spec: LayerSpec, seq_len: int, batch: int | None) -> object:
    said = shapes(spec, seq_len, batch)
    states = tuple(torch.randn(said[name].sizes) for name in ("h_0", "c_0") if name in said)
    return states if len(states) == 2 else states[0]


def gave(result: Run) -> list[Tensor]:
    parts = [result.h_n, result.c_n] if result.spec.is_cell else [result.output, result.h_n, result.c_n]
    return [tensor for part in parts if part is not None for tensor in flat(part)]


@given(specs(), seq_lens, st.none() | batches, st.booleans())
@no_projection_warning
def test_it_is_the_layer_called_by_hand(spec: LayerSpec, seq_len: int, batch: int | None, with_state: bool) -> None:
    layer = real(spec)
    x = torch.randn(shapes(spec, seq_len, batch)["input"].sizes)
    hx = state_for(spec, seq_len, batch) if with_state else None
    result = run(layer, x, hx)  # type: ignore[arg-type]
    for ours, theirs in zip(gave(result), flat(layer(x) if hx is None else layer(x, hx)), strict=True):
        assert torch.equal(ours, theirs)
    assert result.input is x
    assert result.spec == spec
    assert (result.c_n is None) == (spec.family.name != "LSTM")
    assert result.output is result.h_n if spec.is_cell else result.output is not result.h_n


@cases(100)
@given(specs(LAYERS), seq_lens, batches, st.booleans(), st.data())
@no_projection_warning
def test_lengths_pack_and_pad_as_by_hand(
    spec: LayerSpec, seq_len: int, batch: int, with_state: bool, data: st.DataObject
) -> None:
    lengths = data.draw(st.lists(st.integers(1, seq_len), min_size=batch, max_size=batch))
    layer = real(spec)
    x = torch.randn(shapes(spec, seq_len, batch)["input"].sizes)
    hx = (state_for(spec, seq_len, batch),) if with_state else ()
    result = run(layer, x, *hx, lengths=lengths)  # type: ignore[arg-type]
    packed = pack_padded_sequence(x, torch.tensor(lengths), spec.batch_first, enforce_sorted=False)
    output, states = layer(packed, *hx)
    padded, _ = pad_packed_sequence(output, spec.batch_first, total_length=seq_len)
    for ours, theirs in zip(gave(result), [padded, *flat(states)], strict=True):
        assert torch.equal(ours, theirs)
    for ours, theirs in zip(gave(run(layer, packed, *hx)), [*flat(output), *flat(states)], strict=True):  # type: ignore[arg-type]
        assert torch.equal(ours, theirs)


@cases(80)
@given(specs(dropout=True), seq_lens, st.none() | batches)
@no_projection_warning
def test_a_spec_gives_the_same_every_time_and_leaves_no_trace(spec: LayerSpec, seq_len: int, batch: int | None) -> None:
    before = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled()
    first, second = (run(spec, seq_len=seq_len, batch=batch) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(gave(first), gave(second), strict=True))
    assert torch.equal(first.input, second.input)
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1:] == (torch.get_num_threads(), torch.is_grad_enabled())
    said = shapes(spec, seq_len, batch)
    assert tuple(first.input.shape) == said["input"].sizes
    assert tuple(first.h_n.shape) == said["h_1" if spec.is_cell else "h_n"].sizes


def test_the_weights_of_a_spec_are_those_of_build() -> None:
    result = run(GRU, seq_len=8, batch=3)
    assert torch.equal(result.output, build(GRU)(result.input)[0])


@pytest.mark.parametrize("device", available())
@pytest.mark.parametrize("kind", KINDS)
def test_every_device_that_is_there(kind: str, device: str) -> None:
    """The same weights and the same input everywhere, so the same answer but for rounding."""
    spec = LayerSpec(kind, 12, 16, **({"num_layers": 2, "bidirectional": True} if kind in LAYERS else {}))
    here, there = run(spec, seq_len=8, batch=3), run(spec, seq_len=8, batch=3, device=device)
    assert there.device == device
    assert there.output.device == there.input.device == find(device)
    assert close(here.output.to(find(device)), there.output)  # on the GPU, where TF32 may round
    assert [(c.sentence, c.holds) for c in there.checks] == [(c.sentence, c.holds) for c in here.checks]
    assert there.seconds > 0
    layer = build(spec, device)
    assert run(layer, there.input).device == device  # where the layer is, unasked


@pytest.mark.gpu
def test_a_gpu_runs_a_large_batch_of_lengths() -> None:
    spec = LayerSpec("LSTM", 64, 256, num_layers=2, bidirectional=True, batch_first=True, dropout=0.5)
    device = available()[-1]
    result = run(spec, seq_len=200, batch=64, lengths=[200 - n for n in range(64)], device=device)
    assert result.output.shape == (64, 200, 512)
    again = run(spec, seq_len=200, batch=64, lengths=[200 - n for n in range(64)], device=device)
    torch.testing.assert_close(result.output, again.output)


def test_gradients_flow_as_in_a_call_of_your_own() -> None:
    layer, x = nn.LSTM(3, 2), torch.randn(4, 1, 3, requires_grad=True)
    assert not run(GRU, seq_len=8).output.requires_grad  # nobody holds the weights
    run(LayerSpec.of(layer), x).output.sum().backward()
    assert x.grad is not None
    run(layer, x.detach()).output.sum().backward()
    assert layer.weight_ih_l0.grad is not None
    with torch.no_grad():
        assert not run(layer, x).output.requires_grad
    assert all(weight.requires_grad for weight in layer.parameters())


def test_dropout_acts_in_training_and_not_in_evaluation() -> None:
    layer, x = nn.GRU(3, 8, num_layers=2, dropout=0.5), torch.randn(4, 2, 3)
    torch.manual_seed(5)
    by_hand = layer(x)[0]
    afterwards = torch.rand(3)
    torch.manual_seed(5)
    result = run(layer, x)
    assert torch.equal(result.output, by_hand)
    assert torch.equal(torch.rand(3), afterwards)  # it drew what a call of the learner's own draws
    assert not torch.equal(run(layer, x).output, run(layer, x).output)
    assert "no state given equals zeros given" not in [check.sentence for check in result.checks]
    assert layer.training
    assert torch.equal(run(layer.eval(), x).output, layer(x)[0])
    assert not torch.equal(run(layer, x).output, by_hand)
    assert not layer.training


def test_a_spec_never_touches_the_global_random_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to be put back: another thread may draw from them at this very moment."""

    def touched(*_: object, **__: object) -> None:
        raise AssertionError("the random numbers were touched")

    for name in ("set_rng_state", "fork_rng", "manual_seed"):
        monkeypatch.setattr(torch.random, name, touched)
    spec = LayerSpec("GRU", 3, 8, num_layers=2, dropout=0.5)
    result = run(spec, seq_len=4)
    assert torch.equal(result.output, build(spec).eval()(result.input)[0])


def test_what_torch_cannot_keep_for_gradients_is_refused_in_words() -> None:
    layer = nn.LSTM(3, 2)
    with torch.inference_mode():
        x, h = torch.zeros(4, 1, 3), torch.zeros(1, 1, 2)
        assert run(layer, x).output.shape == (4, 1, 2)
    refused(lambda: run(layer, x), "x was made in torch.inference_mode()", "x.clone()")
    refused(lambda: run(layer, x.clone(), (h.clone(), h)), "c_0 was made in", "c_0.clone()")
    assert run(layer, x.clone()).output.requires_grad
    with torch.no_grad():
        run(layer, x)
    run(LayerSpec.of(layer), x)


def test_a_layer_of_the_learners_is_called_once() -> None:
    calls: list[str] = []

    class Mine(nn.GRU):
        def forward(self, *given: object) -> object:
            calls.append("forward")
            return super().forward(*given)

    layer = nn.GRU(3, 2)
    layer.register_forward_hook(lambda *_: calls.append("hook"))
    run(Mine(3, 2), seq_len=4)
    run(layer, seq_len=4)
    assert calls == ["forward", "hook"]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_are_put_back_even_after_an_error(threads: int) -> None:
    class Broken(nn.GRU):
        def forward(self, *given: object) -> object:
            seen.append(torch.get_num_threads())
            raise KeyError("mine")

    seen: list[int] = []
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        with pytest.raises(KeyError, match="mine"):  # the learner's own error comes out as it is
            run(Broken(3, 2), seq_len=4)
        assert (seen, torch.get_num_threads()) == ([1], threads)
    finally:
        torch.set_num_threads(before)


def test_large_runs_keep_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnlib.engine.call.ONE_THREAD", 10)
    seen: list[int] = []
    before = torch.get_num_threads()
    layer = nn.GRU(3, 2)
    layer.register_forward_hook(lambda *_: seen.append(torch.get_num_threads()))
    try:
        torch.set_num_threads(2)
        run(layer, seq_len=4)
    finally:
        torch.set_num_threads(before)
    assert seen == [2]


def test_two_runs_at_once_wait_for_each_other() -> None:
    class Slow(nn.GRU):
        def forward(self, *given: object) -> object:
            inside.append(+1)
            time.sleep(0.02)
            assert sum(inside) == 1
            inside.append(-1)
            return super().forward(*given)

    inside: list[int] = []
    layers = [Slow(3, 2) for _ in range(4)]
    threads = [threading.Thread(target=run, args=(layer,), kwargs={"seq_len": 4}) for layer in layers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(inside), sum(inside)) == (8, 0)


def test_seconds_are_of_the_call() -> None:
    class Slow(nn.GRU):
        def forward(self, *given: object) -> object:
            time.sleep(0.05)
            return super().forward(*given)

    for layer, least in ((Slow(3, 2), 0.05), (GRU, 0)):
        start = time.perf_counter()
        seconds = run(layer, seq_len=4).seconds
        assert least < seconds < time.perf_counter() - start


@pytest.mark.parametrize("kind", KINDS)
def test_torchs_defaults_do_not_change_a_spec(kind: str) -> None:
    spec = LayerSpec(kind, 12, 16)
    given = {} if kind in CELLS else {"seq_len": 8, "lengths": [8, 3, 5]}
    expected = run(spec, batch=3, **given)  # type: ignore[arg-type]
    try:
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        result = run(spec, batch=3, **given)  # type: ignore[arg-type]
    finally:
        torch.set_default_device(None)
        torch.set_default_dtype(torch.float32)
    assert torch.equal(result.output, expected.output)
    assert result.device == "cpu"


@pytest.mark.filterwarnings("error")
def test_no_warning_of_torchs_reaches_the_learner() -> None:
    run(LayerSpec("LSTM", 12, 16, proj_size=4), seq_len=8, batch=3)
    run(nn.LSTM(12, 16, proj_size=4), seq_len=8, batch=3)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_a_layer_of_another_dtype_gets_an_input_of_it(dtype: torch.dtype) -> None:
    result = run(nn.GRU(3, 2).to(dtype), seq_len=4, batch=2)
    assert result.input.dtype == result.output.dtype == dtype
    assert result.checks[0].holds


@pytest.mark.parametrize("kind", CELLS)
def test_a_cells_output_is_its_state(kind: str) -> None:
    cell, x = getattr(nn, kind)(3, 2), torch.randn(4, 3)
    result = run(cell, x)
    assert result.output is result.h_n
    assert torch.equal(result.h_n, cell(x)[0] if kind == "LSTMCell" else cell(x))


def test_a_run_is_frozen_and_its_repr_holds_no_time() -> None:
    result = run(LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True), seq_len=8, batch=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.seconds = 0.0  # type: ignore[misc]
    lines = repr(result).splitlines()
    assert lines[:5] == [
        "LSTM on cpu",
        "input   (8, 3, 12)",
        "output  (8, 3, 32)",
        "h_n     (4, 3, 16)",
        "c_n     (4, 3, 16)",
    ]
    assert lines[5].startswith("no  output[-1] equals h_n[-1] (")
    assert lines[6] == "yes output[-1, :, :16] equals h_n[-2]: the forward end"
    assert len(lines) == 5 + len(result.checks)
    packed = pack_sequence([torch.zeros(4, 12), torch.zeros(2, 12)])
    assert "output  packed, data (6, 16)" in repr(run(GRU, packed))
    assert repr(run(LayerSpec("LSTMCell", 3, 2))).splitlines()[3:5] == ["h_1     (2,)", "c_1     (2,)"]


@pytest.mark.parametrize("kind", ["GRU", "RNN", "LSTMCell"])
def test_with_a_hook_on_every_module_no_zeros_are_compared(kind: str) -> None:
    def double(_: nn.Module, __: object, result: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        return tuple(2 * part for part in result)

    layer, x = getattr(nn, kind)(3, 4), torch.randn(5, 3)
    sentences = [check.sentence for check in run(layer, x).checks]
    assert "no state given equals zeros given" in sentences
    handle = nn.modules.module.register_module_forward_hook(double)
    try:
        assert [check.sentence for check in run(layer, x).checks] == sentences[:-1]
    finally:
        handle.remove()


OTHER = {torch.float16: "choose dtype=torch.bfloat16 there, if", torch.bfloat16: "outside of it, give layer.to"}


@pytest.mark.parametrize("dtype", OTHER)
def test_what_torch_has_not_under_autocast_is_said(dtype: torch.dtype) -> None:
    """Which that is depends on the processor, and on whether gradients are wanted: a run keeps them, a time not."""
    layer, x = nn.LSTM(3, 4), torch.randn(5, 2, 3)
    with torch.autocast("cpu", dtype=dtype):
        for ask, gradients in ((run, True), (functools.partial(time_layer, min_run_time=1e-3), False)):
            try:
                with torch.set_grad_enabled(gradients):
                    layer(x)
            except RuntimeError:
                said = refused(functools.partial(ask, layer, x), f"on cpu under torch.autocast: {OTHER[dtype]}")
                assert f"no LSTM in {str(dtype).removeprefix('torch.')} " in said
            else:
                ask(layer, x)
    assert run(layer.to(dtype), x.to(dtype)).output.dtype == dtype
