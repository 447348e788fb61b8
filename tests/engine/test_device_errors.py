"""What a device says when it cannot go on: a sentence where it is certain what to do, else torch's own words."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch

from rnnlib.engine.device_errors import in_words

CUDA = torch.device("cuda", 0)
SAID = {
    "CUDA error: out of memory": "ran out of memory",
    "cuDNN error: CUDNN_STATUS_ALLOC_FAILED": "ran out of memory",
    "Invalid buffer size: 80.00 GiB": "ran out of memory",
    "CUDA error: an illegal memory access was encountered": "restart the kernel",
    "CUDA error: device-side assert triggered\nmore": "restart the kernel",
    "CUDA error: the launch timed out and was terminated": "restart the kernel",
    "CUDA error: no kernel image is available for execution on the device": "no code for the GPU",
}


@pytest.mark.parametrize(("said", "words"), SAID.items())
def test_it_is_said_what_to_do(said: str, words: str) -> None:
    with pytest.raises(ValueError, match=words), in_words(CUDA):
        raise RuntimeError(said)


@pytest.mark.parametrize("said", ["cuDNN error: CUDNN_STATUS_NOT_SUPPORTED", "CUDA error: invalid argument", "other"])
def test_what_leaves_the_device_as_it_was_is_raised_as_it_is(said: str) -> None:
    with pytest.raises(RuntimeError, match=said), in_words(CUDA):
        raise RuntimeError(said)


def test_the_tensors_of_what_failed_are_let_go() -> None:
    """Or there would be no memory for the smaller size either."""

    def fails() -> None:
        large = torch.zeros(10)
        held.append(weakref.ref(large))
        raise torch.OutOfMemoryError("CUDA out of memory")

    held: list[weakref.ref[torch.Tensor]] = []
    with pytest.raises(ValueError, match="cuda:0 ran out of memory"), in_words(CUDA):
        fails()
    gc.collect()
    assert held[0]() is None
