"""A change of the size of the data: some steps replaced by others of the batch."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from rnnlib.engine.checkup.given import Given

AS_DATA = 3  # attempts whose steps come from the data itself; later ones are larger, as a maximum hides small changes
LARGER = (1, 3, 10, 30)
ATTEMPTS = AS_DATA + len(LARGER)


class Changes:
    """Draws steps to put in the place of others: a step of the batch, so a one-hot step stays one, an id stays known.

    Example:
        >>> from rnnlib.engine.checkup.given import AXES, check_given
        >>> given = check_given(torch.arange(12.0).view(2, 3, 2), (), None, AXES)
        >>> first = torch.tensor([[True, True, True], [False, False, False]])
        >>> (Changes(given).replaced(given, first, 0).x != given.x).any(-1)
        tensor([[ True,  True,  True],
                [False, False, False]])
    """

    def __init__(self, given: Given) -> None:
        steps = _flat(given.by_sequence()[given.own.to(given.x.device)])
        self._steps = torch.unique(steps, dim=0)
        self._is_noise = not given.has_ids and len(self._steps) == 1
        if not given.has_ids:
            self._scale = steps.std(0, correction=0)
            self._scale = torch.where(self._scale > 0, self._scale, steps.abs().amax(0).clamp(min=1e-3))

    @property
    def can(self) -> bool:
        """Whether there is anything to put in the place of a step: not where x holds one id alone."""
        return len(self._steps) > 1 or self._is_noise

    def noise(self, given: Given) -> Given:
        """The same batch with numbers around 0 in the place of its own: they saturate no gate."""
        noise = torch.randn(given.x.shape, generator=_generator(0), device="cpu", dtype=torch.float32)
        return dataclasses.replace(given, x=noise.to(given.x))

    def replaced(self, given: Given, where: Tensor, attempt: int) -> Given:
        """The same batch with other steps where `where`, ``(batch, seq_len)``, is True: others at each attempt."""
        x = given.by_sequence().clone()
        where = where.to(x.device)
        old = x[where]
        x[where] = self._other(_flat(old), attempt).view_as(old)
        return given.with_steps(x)

    def _other(self, old: Tensor, attempt: int) -> Tensor:
        generator = _generator(1 + attempt)
        drawn = torch.randint(len(self._steps), (len(old),), generator=generator, device="cpu").to(old.device)
        new: Tensor = self._steps[drawn]
        same = (new == old).all(1)
        new[same] = self._steps[(drawn[same] + 1) % len(self._steps)]
        if self._is_noise or (attempt >= AS_DATA and old.is_floating_point()):
            noise = torch.randn(old.shape, generator=generator, device="cpu", dtype=torch.float32).to(old)
            new = new + LARGER[max(0, attempt - AS_DATA)] * self._scale * noise
        return new


def _generator(seed: int) -> torch.Generator:
    return torch.Generator("cpu").manual_seed(1000 + seed)


def _flat(steps: Tensor) -> Tensor:
    """A row a step."""
    return steps.reshape(len(steps), -1)
