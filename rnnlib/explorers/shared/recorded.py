"""Input for a live run: real utterances where they fit, else random numbers, and a sentence that says which."""

from __future__ import annotations

import numpy as np
import torch

from rnnlib.data import FEATURES, japanese_vowels
from rnnlib.engine.random_numbers import random_numbers
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
    random = random_numbers((seq_len, batch, spec.input_size))
    if spec.input_size != FEATURES:
        return random, f"Input: random numbers. With input_size {FEATURES} it is recorded speech."
    try:
        utterances = japanese_vowels()
    except ValueError as error:
        return random, f"Input: random numbers, as {error}"
    chosen = np.flatnonzero(utterances.lengths >= seq_len)[:batch]
    if len(chosen) < batch:
        have = "has" if len(chosen) == 1 else "have"
        few = f"only {len(chosen)} of the recorded utterances {have}" if len(chosen) else "no recorded utterance has"
        return random, f"Input: random numbers, as {few} {seq_len} frames."
    frames = np.stack([utterances[index][:seq_len] for index in chosen], axis=1)
    first = "the first frame" if seq_len == 1 else f"the first {seq_len} frames"
    spoken = "one recorded utterance" if batch == 1 else f"{batch} recorded utterances"
    return torch.from_numpy(frames), f"Input: {first} of {spoken} (Japanese vowels)."
