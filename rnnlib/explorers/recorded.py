"""Input for a live run: real utterances where they fit, else random numbers, and a sentence that says which."""

from __future__ import annotations

import numpy as np
import torch

from rnnlib.data import japanese_vowels
from rnnlib.spec import LayerSpec


def input_for(spec: LayerSpec, seq_len: int, batch: int) -> tuple[torch.Tensor, str]:
    """A batch for the layer, time first: ``(seq_len, batch, input_size)``, float32.

    Args:
        spec: the layer; with an input_size of 12 it can read the recorded utterances.
        seq_len: steps wanted of each sequence.
        batch: sequences wanted.

    Returns:
        The batch, and a sentence that says what it holds.

    Example:
        >>> input_for(LayerSpec("LSTM", 12, 16), seq_len=8, batch=3)[1]
        'Input: the first 8 frames of 3 recorded utterances (Japanese vowels).'
    """
    utterances = japanese_vowels()
    if spec.input_size != utterances.frames.shape[1]:
        return _random(spec, seq_len, batch), "Input: random numbers. With input_size 12 it is recorded speech."
    chosen = np.flatnonzero(utterances.lengths >= seq_len)[:batch]
    if len(chosen) < batch:
        few = f"only {len(chosen)} of the recorded utterances have" if len(chosen) else "no recorded utterance has"
        return _random(spec, seq_len, batch), f"Input: random numbers, as {few} {seq_len} frames."
    frames = np.stack([utterances[index][:seq_len] for index in chosen], axis=1)
    first = "the first frame" if seq_len == 1 else f"the first {seq_len} frames"
    spoken = "one recorded utterance" if batch == 1 else f"{batch} recorded utterances"
    return torch.from_numpy(frames), f"Input: {first} of {spoken} (Japanese vowels)."


def _random(spec: LayerSpec, seq_len: int, batch: int) -> torch.Tensor:
    return torch.randn(seq_len, batch, spec.input_size, generator=torch.Generator().manual_seed(0))
