"""One forward pass of a real layer: packed where it has lengths, on one thread where it is small, timed."""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib.engine.devices import synchronise
from rnnlib.engine.inputs import Sizes
from rnnlib.engine.layers import SEED
from rnnlib.engine.states import State
from rnnlib.spec import LayerSpec

ONE_THREAD = 10**9  # multiply-adds up to which one thread is steadier, and hardly slower, than all of them
ONE_AT_A_TIME = threading.RLock()  # what is put back, and an explorer's traits, belong to the whole process


class Given(NamedTuple):
    """What a layer is called on, checked before: an input, its sizes, a first state and lengths, or None for these."""

    x: Tensor | PackedSequence
    sizes: Sizes
    hx: State | None = None
    lengths: Tensor | None = None


class Answer(NamedTuple):
    """What a layer gave: of a cell, output and h_n are both ``h_1``; c_n is None but for LSTM."""

    output: Tensor | PackedSequence
    h_n: Tensor
    c_n: Tensor | None


def call(spec: LayerSpec, layer: Callable[..., Any], given: Given) -> tuple[Answer, float]:
    """Call a layer once.

    Args:
        spec: the layer's.
        layer: the module, or its ``forward``, past the hooks.
        given: what to call it on. With lengths the batch is packed before, and the output padded to seq_len after.

    Returns:
        What it gave, and the seconds of the call alone.

    Raises:
        TypeError: a subclass whose forward() gives something else than its kind does.
        ValueError: the device ran out of memory.
    """
    x, sizes, hx, lengths = given
    if lengths is not None and isinstance(x, Tensor):
        x = pack_padded_sequence(x, lengths, spec.batch_first, enforce_sorted=False)
    device = x.data.device
    synchronise(device)
    start = time.perf_counter()
    try:
        result = layer(x) if hx is None else layer(x, hx)
        synchronise(device)
    except RuntimeError as error:
        if "memory" in str(error):
            raise ValueError(f"{device} ran out of memory: choose a smaller hidden_size, seq_len or batch.") from None
        raise
    seconds = time.perf_counter() - start
    answer = _taken_apart(spec, layer, result)
    if lengths is not None and isinstance(answer.output, PackedSequence):
        padded, _ = pad_packed_sequence(answer.output, spec.batch_first, total_length=sizes.seq_len)
        answer = answer._replace(output=padded)
    return answer, seconds


def _taken_apart(spec: LayerSpec, layer: Callable[..., Any], result: Any) -> Answer:
    try:
        if spec.is_cell:
            h_1, c_1 = result if spec.family == "LSTM" else (result, None)
            answer = Answer(h_1, h_1, c_1)
        else:
            output, states = result
            h_n, c_n = states if spec.family == "LSTM" else (states, None)
            answer = Answer(output, h_n, c_n)
        if all(isinstance(part, Tensor | PackedSequence) for part in answer if part is not None):
            return answer
    except (TypeError, ValueError):  # nothing that could be taken apart so
        pass
    gives = {"RNN": "h_1", "GRU": "h_1", "LSTM": "(h_1, c_1)"} if spec.is_cell else {"LSTM": "output, (h_n, c_n)"}
    wanted = gives.get(spec.family, "output, h_n")
    name = type(layer).__name__
    raise TypeError(f"{name} is a {spec.kind}, but its forward() does not return {wanted} as {spec.kind} does.")


@contextlib.contextmanager
def settled(
    spec: LayerSpec, multiply_adds: int, device: torch.device, *, training: bool, seeded: bool
) -> Iterator[None]:
    """Calls inside leave no trace: random state and number of threads are put back afterwards, whatever happens.

    Args:
        spec: the layer's.
        multiply_adds: of a call. A small one gets one thread: with several, a slider stutters on a busy machine.
        device: where the layer is.
        training: dropout acts.
        seeded: dropout is to be the same every time.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(ONE_AT_A_TIME)
        threads = torch.get_num_threads()
        stack.callback(torch.set_num_threads, threads)
        if multiply_adds <= ONE_THREAD:
            torch.set_num_threads(1)
        if spec.proj_size:
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "LSTM with projections is not supported with oneDNN")
        if training and spec.dropout:
            gpus = [device.index] if device.type == "cuda" else []
            stack.enter_context(torch.random.fork_rng(devices=gpus))
            if seeded:
                generator = torch.cuda.default_generators[device.index] if gpus else torch.default_generator
                generator.manual_seed(SEED)
        yield
