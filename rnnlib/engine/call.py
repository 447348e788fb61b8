"""One forward pass of a real layer: packed where it has lengths, on one thread where it is small, timed."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib.engine.arguments.inputs import Sizes, in_brackets, shapes_of
from rnnlib.engine.arguments.states import State
from rnnlib.engine.arguments.tensors import named
from rnnlib.engine.device_errors import in_words
from rnnlib.engine.devices import synchronise
from rnnlib.engine.overrides import is_plain, is_torchs
from rnnlib.spec import LayerSpec
from rnnlib.spec.modules import kind_of_class

ONE_THREAD = 10**9  # multiply-adds up to which one thread is steadier, and hardly slower, than all of them
ONE_AT_A_TIME = threading.RLock()  # what is put back, and an explorer's traits, belong to the whole process
if hasattr(os, "register_at_fork"):  # held across a fork, or the child could wait for ever for a thread that it lacks
    release = ONE_AT_A_TIME.release
    os.register_at_fork(before=ONE_AT_A_TIME.acquire, after_in_parent=release, after_in_child=release)
NO_PRIMITIVE = "could not create a primitive"  # of oneDNN, which torch's autocast asks for it
PROJECTIONS = "LSTM with projections is not supported with oneDNN"


class Inputs(NamedTuple):
    """What a layer is called on, checked before: an input, its sizes, a first state and lengths, or None for these."""

    x: Tensor | PackedSequence
    sizes: Sizes
    hx: State | None = None
    lengths: Tensor | None = None


class Outputs(NamedTuple):
    """What a layer gave: of a cell, output and h_n are both ``h_1``; c_n is None but for LSTM."""

    output: Tensor | PackedSequence
    h_n: Tensor
    c_n: Tensor | None

    @property
    def tensors(self) -> list[Tensor]:
        """Output, if packed its data; h_n; and c_n where there is one."""
        return [part.data for part in self if part is not None]


def call(spec: LayerSpec, layer: Callable[..., Any], given: Inputs) -> tuple[Outputs, float]:
    """Call a layer once.

    Args:
        spec: the layer's.
        layer: the module, or its ``forward``, past the hooks.
        given: what to call it on. With lengths the batch is packed before, and the output padded to seq_len after.

    Returns:
        What it gave, and the seconds of the call alone.

    Raises:
        TypeError: a subclass or a hook that gives something else than its kind does, or cannot take what is packed.
        ValueError: the device ran out of memory, or is lost.
    """
    x, sizes, hx, lengths = given
    if lengths is not None and isinstance(x, Tensor):
        x = pack_padded_sequence(x, lengths, spec.batch_first, enforce_sorted=False)
    device = x.data.device
    if device.type == "mps" and spec.proj_size:
        raise ValueError("mps has no LSTM with proj_size in torch: leave proj_size out, or use the CPU.")
    try:
        with in_words(device), saying_whose(spec, layer):
            synchronise(device)
            start = time.perf_counter()
            result = layer(x) if hx is None else layer(x, hx)
            synchronise(device)
    except (AttributeError, TypeError) as error:
        module = _module_of(layer)
        packs = isinstance(x, PackedSequence) or module is not layer  # what is timed may pack it itself
        if not packs or is_plain(spec, module):
            raise
        raise TypeError(_cannot_take_what_is_packed(module, error)) from None
    except RuntimeError as error:
        if not (torch.is_autocast_enabled(device.type) and NO_PRIMITIVE in str(error)):
            raise
        dtype = torch.get_autocast_dtype(device.type)
        other = "" if dtype == torch.bfloat16 else "choose dtype=torch.bfloat16 there, if this processor has it, or, "
        raise ValueError(
            f"torch has no {spec.kind} in {named(dtype)} on {device} under torch.autocast: {other}outside of it, "
            f"give layer.to({dtype}) an x.to({dtype})."
        ) from None
    seconds = time.perf_counter() - start
    answer = _taken_apart(spec, layer, given, result)
    if lengths is not None and isinstance(answer.output, PackedSequence):
        padded, _ = pad_packed_sequence(answer.output, spec.batch_first, total_length=sizes.seq_len)
        answer = answer._replace(output=padded)
    return answer, seconds


@contextlib.contextmanager
def saying_whose(spec: LayerSpec, layer: Any) -> Iterator[None]:
    """An error of a call inside gets a note that says in whose code it arose: the learner's own, or torch's."""
    try:
        yield
    except Exception as error:
        if not hasattr(error, "__notes__"):
            module = _module_of(layer)
            plain = isinstance(module, nn.Module) and is_plain(spec, module)
            whose = f"torch's own {spec.kind}" if plain else "Your layer's forward(), or a hook of it,"
            error.add_note(f"{whose} raised this.")
        raise


def check_numbers() -> None:
    """Refuse to begin where tensors hold no numbers.

    Raises:
        ValueError: a mode such as FakeTensorMode is on.

    Example:
        >>> check_numbers()
    """
    made = type(torch.empty(0, device="cpu"))
    if made is not Tensor:
        raise ValueError(f"tensors hold no numbers here, as they are made a {made.__name__}: leave that mode first.")


def _module_of(layer: Any) -> Any:
    """The learner's module: of its ``forward``, and of what only wraps it as its ``layer``."""
    module = getattr(layer, "__self__", layer)
    return module if kind_of_class(type(module)) else getattr(module, "layer", module)


def _cannot_take_what_is_packed(module: Any, error: AttributeError | TypeError) -> str:
    raised = f"raised {type(error).__name__}: {error}, when it was given a PackedSequence"
    if isinstance(error, AttributeError) and isinstance(error.obj, PackedSequence):
        raised = f"asks a PackedSequence for .{error.name}, which it has not"
    return (
        f"the forward() of your {type(module).__name__}, or a hook on it, {raised}: hand what is packed on to"
        " super().forward(x, hx) as it is, and ask x.data, (steps, input_size)."
    )


def _taken_apart(spec: LayerSpec, layer: Callable[..., Any], given: Inputs, result: Any) -> Outputs:
    try:
        output, states = (result, result) if spec.is_cell else result
        h_n, c_n = states if "c" in spec.family.states else (states, None)
        answer = Outputs(h_n if spec.is_cell else output, h_n, c_n)
    except (TypeError, ValueError):  # nothing that could be taken apart so
        raise TypeError(_not_as_its_kind(spec, layer)) from None
    packed = isinstance(given.x, PackedSequence) or given.lengths is not None
    expected = shapes_of(spec, given.sizes)
    names = ("h_1", "h_1", "c_1") if spec.is_cell else ("output", "h_n", "c_n")
    for name, tensor in zip(names, answer, strict=True):
        if name not in expected or (packed and name == "output" and isinstance(tensor, PackedSequence)):
            continue
        if not isinstance(tensor, Tensor):
            raise TypeError(_not_as_its_kind(spec, layer))
        if tensor.dim() != len(expected[name].sizes):
            axes = in_brackets(expected[name].axes)
            raise TypeError(f"{_not_as_its_kind(spec, layer)} Its {name} has shape {tuple(tensor.shape)}, not {axes}.")
        if not tensor.is_floating_point():
            raise TypeError(f"{_not_as_its_kind(spec, layer)} Its {name} is {tensor.dtype}.")
    return answer


def _not_as_its_kind(spec: LayerSpec, layer: Any) -> str:
    states = [f"{state}_{'1' if spec.is_cell else 'n'}" for state in spec.family.states]
    wanted = ("" if spec.is_cell else "output, ") + (states[0] if len(states) == 1 else in_brackets(tuple(states)))
    if is_torchs(layer):
        return f"a hook on this {spec.kind} makes it return something else than {wanted}."
    name, a = type(layer).__name__, "an" if spec.kind[0] in "LR" else "a"
    return f"{name} is {a} {spec.kind}, but its forward() does not return {wanted} as {spec.kind} does."


class _Here(threading.local):
    """What holds of calls by this thread."""

    in_background = False


_HERE = _Here()


@contextlib.contextmanager
def in_background() -> Iterator[None]:
    """Calls inside, by this thread, take their time beside all else: they change nothing that others share.

    So nothing waits for them: a slow call must not hold `ONE_AT_A_TIME` while sliders move.
    """
    with ONE_AT_A_TIME:  # no one changes the number of threads now, which a new thread takes over at its first look
        torch.get_num_threads()
        _warn_of_projections()
    _HERE.in_background = True
    try:
        yield
    finally:
        _HERE.in_background = False


@functools.cache
def _warn_of_projections() -> None:
    """Let torch warn of them, once in a process as it does, while no one hears it."""
    layer = nn.LSTM(1, 2, proj_size=1, device="meta").to_empty(device="cpu")
    with warnings.catch_warnings(), torch.no_grad():
        warnings.filterwarnings("ignore", PROJECTIONS)
        layer(torch.zeros(1, 1, 1, device="cpu"))


@contextlib.contextmanager
def keeping_torch_settings(spec: LayerSpec, multiply_adds: int) -> Iterator[None]:
    """Calls inside change nothing that is torch's: its number of threads is put back afterwards, whatever happens.

    Args:
        spec: the layer's.
        multiply_adds: of a call. A small one gets one thread: with several, a slider stutters on a busy machine.
    """
    if _HERE.in_background:
        yield
        return
    with ONE_AT_A_TIME:  # no ExitStack: an interrupt at its end would leave the lock taken
        threads = torch.get_num_threads()
        quiet = warnings.catch_warnings() if spec.proj_size else contextlib.nullcontext()
        try:
            if multiply_adds <= ONE_THREAD:
                torch.set_num_threads(1)
            with quiet:
                if spec.proj_size:
                    warnings.filterwarnings("ignore", PROJECTIONS)
                yield
        finally:
            torch.set_num_threads(threads)
