"""Lesson 10: a training of one's own, watched at every step of the optimiser."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.optim.optimizer import register_optimizer_step_pre_hook

from rnnlib.exercises.answers import call
from rnnlib.exercises.verdict import SlipError

EPOCHS, BATCH, RATE = 8, 16, 0.02
LEARNED, HELD_BACK = 300, 100
EPOCH = -(-LEARNED // BATCH)  # steps; the last one's batch is smaller

Coins = list[tuple[Tensor, int]]


def judge(learn: Any) -> str:
    """Of ``learn(counter, coins)``: `counter` is trained on ``coins[:300]``, by what each step's gradient says."""
    with torch.inference_mode(False), torch.enable_grad():
        counter, coins = _Counter(), _coins()
        watch = _Watch(counter, coins)
        handle = register_optimizer_step_pre_hook(watch.before_step)
        try:
            call(learn, counter, coins)
        finally:
            handle.remove()
        watch.check_whole()
    return f"Right: {_correct(counter, coins[LEARNED:])} of {HELD_BACK} that it has never learned from."


class _Counter(nn.Module):
    """As the lesson's Listener, and it keeps what a loss has gone back through."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(1, 8, batch_first=True)
        self.head = nn.Linear(8, 2)
        self.learned: list[tuple[Tensor, Tensor]] = []

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        scores = self.scores(x, lengths)
        if scores.requires_grad:
            scores.register_hook(lambda _: self.learned.append((x, lengths)))  # type: ignore[no-untyped-call]
        return scores

    def scores(self, x: Tensor, lengths: Tensor) -> Tensor:
        _, h_n = self.gru(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        return self.head(h_n[-1])  # type: ignore[no-any-return]


class _Watch:
    """What is known of each step: which sequences it learned from, and whether its gradient is theirs."""

    def __init__(self, counter: _Counter, coins: Coins) -> None:
        self.counter, self.parameters = counter, [*counter.parameters()]
        self.known = {_key(flips): index for index, (flips, _) in enumerate(coins)}
        self.seen: Counter[int] = Counter()
        self.steps = 0
        self.slips: list[SlipError] = []
        self.before = torch.zeros(())  # the gradient that the last step left

    def before_step(self, optimiser: torch.optim.Optimizer, *_: Any) -> None:
        """Look at one step, and stop the training where it is wrong."""
        own = {id(parameter) for parameter in self.parameters}
        moved = own & {id(parameter) for group in optimiser.param_groups for parameter in group["params"]}
        if not moved:  # of another model
            return
        self.steps += 1
        try:
            if moved != own:
                raise SlipError("optimiser", "the optimiser was not given all of counter's parameters.")
            self._check(optimiser)
        except SlipError as slip:
            self.slips.append(slip)  # kept, too: the learner's code may catch it
            raise
        self.counter.learned.clear()

    def check_whole(self) -> None:
        """Raise the first slip of a step, else what is wrong with all of them together."""
        if not self.steps:
            raise SlipError("no step", "the optimiser has taken no step.")
        if self.slips:
            raise self.slips[0]
        times = [self.seen[index] for index in range(LEARNED)]
        if min(times) != max(times):
            said = f"a sequence of coins[:{LEARNED}] was learned {min(times)} times, another {max(times)} times."
            raise SlipError("left out", said)
        if times[0] != EPOCHS:
            raise SlipError("epochs", f"every sequence was learned {times[0]} times. {EPOCHS} epochs were asked for.")
        if self.steps != EPOCHS * EPOCH:
            said = f"an epoch took {self.steps / EPOCHS:g} steps. Batches of {BATCH} take {EPOCH}."
            raise SlipError("batch size", said)

    def _check(self, optimiser: torch.optim.Optimizer) -> None:
        rates = {group["lr"] for group in optimiser.param_groups}
        if not isinstance(optimiser, torch.optim.Adam) or rates != {RATE}:
            given = f"{type(optimiser).__name__} with {', '.join(map(str, rates))}"
            raise SlipError("optimiser", f"Adam with a learning rate of {RATE} was asked for, and it is {given}.")
        if not self.counter.learned:
            raise SlipError("no backward", "a step was taken, and no loss has gone backward since the one before.")
        sequences = [self.known.get(key) for x, lengths in self.counter.learned for key in _keys(x, lengths)]
        if None in sequences:
            raise SlipError("other data", "it has learned from sequences that are not in the coins it was given.")
        self.seen.update(index for index in sequences if index is not None)
        if any(index >= LEARNED for index in sequences if index is not None):
            said = f"it has learned from coins[{LEARNED}:], too, by which it is to be judged."
            raise SlipError("learned from the test", said)
        if len(sequences) > BATCH:
            said = f"a step was made from {len(sequences)} sequences. Batches of {BATCH} were asked for."
            raise SlipError("batch size", said)
        self._check_gradient()

    def _check_gradient(self) -> None:
        given = torch.cat([_flat(parameter.grad, parameter) for parameter in self.parameters])
        before, self.before = self.before, given
        if self.steps <= EPOCH:  # what is right for one epoch is right for all
            self._compare(given, self._gradient(), before)
        if given.norm() > 1.001:
            said = f"a step was made with a gradient of norm {given.norm():.2f}. Clip it to 1."
            raise SlipError("not clipped", said)

    def _compare(self, given: Tensor, right: Tensor, before: Tensor) -> None:
        """A step's gradient with that of its batch: a multiple of it, as by a sum for a mean, is right, too."""
        if _parallel(given, right):
            if given.norm() < 0.99 * right.norm().clamp(max=1):
                said = f"a gradient of norm {right.norm():.2f} was made {given.norm():.2f}. Clip its norm, and to 1."
                raise SlipError("clipped otherwise", said)
        elif _parallel(given, right + before):
            said = "a step's gradient holds that of the step before, too. What sets it to zero?"
            raise SlipError("no zero_grad", said)
        else:
            said = "a step's gradient is not that of cross_entropy on its own batch, clipped as a whole."
            raise SlipError("gradient", said)

    def _gradient(self) -> Tensor:
        """That of the sequences of this step, from their own labels."""
        loss, count = torch.zeros(()), 0
        for x, lengths in self.counter.learned:
            labels = torch.tensor([_label(flips[: int(n)]) for flips, n in zip(x, lengths, strict=True)])
            loss = loss + nn.functional.cross_entropy(self.counter.scores(x, lengths), labels, reduction="sum")
            count += len(labels)
        return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss / count, self.parameters)])


def _coins() -> Coins:
    """As the lesson's, and no two alike, so that it can be seen which were learned."""
    coins: dict[tuple[float, ...], tuple[Tensor, int]] = {}
    while len(coins) < LEARNED + HELD_BACK:
        flips = torch.randint(2, (int(torch.randint(5, 21, ())), 1)).to(torch.get_default_dtype())
        coins[_key(flips)] = flips, _label(flips)
    return [*coins.values()]


def _label(flips: Tensor) -> int:
    return int(flips.mean() > 0.5)


def _key(flips: Tensor) -> tuple[float, ...]:
    return tuple(flips.flatten().tolist())


def _keys(x: Tensor, lengths: Tensor) -> list[tuple[float, ...]]:
    return [_key(flips[: int(length)]) for flips, length in zip(x, lengths, strict=True)]


def _flat(gradient: Tensor | None, parameter: Tensor) -> Tensor:
    return (torch.zeros_like(parameter) if gradient is None else gradient.clone()).flatten()


def _parallel(a: Tensor, b: Tensor) -> bool:
    """Whether one is a positive multiple of the other."""
    return bool((a / a.norm() - b / b.norm()).norm() < 1e-3)


def _correct(counter: _Counter, coins: Coins) -> int:
    flips, labels = zip(*coins, strict=True)
    lengths = torch.tensor([len(each) for each in flips])
    with torch.no_grad():
        guesses = counter.eval().scores(pad_sequence([*flips], batch_first=True), lengths).argmax(dim=1)
    return int((guesses == torch.tensor(labels)).sum())
