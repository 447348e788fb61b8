"""Where the halves of a bidirectional layer's output are used."""

from __future__ import annotations

import torch

from rnnlib import checkup
from tests.engine.checkup.zoo import (
    LENGTHS,
    B,
    H,
    Made,
    T,
    gru,
    head,
    numbers,
    own_last_of_two_directions,
    pack,
    padded,
    unpack,
)


def test_the_backward_half_at_the_last_step_has_read_one() -> None:
    model = Made(lambda m, x: m.fc(m.gru(x)[0][:, -1]), gru=gru(bidirectional=True), fc=head(2 * H))
    finding = checkup(model, numbers())["directions"]
    (halves,) = finding.evidence
    assert (halves.path, halves.too_early, halves.rows) == ("gru", "backward", ())
    assert halves.backward.tolist() == [[False] * (T - 1) + [True]] * B
    assert "gru" in finding.sentence


def test_the_forward_half_at_the_first_step_has_read_one() -> None:
    model = Made(lambda m, x: m.fc(m.gru(x)[0][:, 0]), gru=gru(bidirectional=True), fc=head(2 * H))
    assert checkup(model, numbers())["directions"].evidence[0].too_early == "forward"


def test_packed_it_is_each_sequences_own_last_step() -> None:
    case = own_last_of_two_directions()
    finding = checkup(case.model, case.x, *case.more, **case.options)["directions"]
    assert finding.holds is False
    assert torch.equal(finding.evidence[0].backward, torch.arange(T) == LENGTHS[:, None] - 1)


def test_the_ends_of_both_halves_are_right() -> None:
    def forward(m: Made, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        output = unpack(m.gru(pack(x, n))[0])
        return torch.cat((output[torch.arange(len(x)), n - 1, :H], output[:, 0, H:]), -1)

    case = padded(Made(forward, gru=gru(bidirectional=True)))
    report = checkup(case.model, case.x, *case.more, **case.options)
    assert report["directions"].holds
    assert report.ok, report


def test_the_last_states_are_right() -> None:
    model = Made(lambda m, x: torch.cat((m.gru(x)[1][-2], m.gru(x)[1][-1]), -1), gru=gru(bidirectional=True))
    assert checkup(model, numbers()).ok


def test_output_last_beside_the_last_states_loses_nothing() -> None:
    def forward(m: Made, x: torch.Tensor) -> torch.Tensor:
        output, h_n = m.gru(x)
        return torch.cat((output[:, -1], h_n[-1]), -1)

    finding = checkup(Made(forward, gru=gru(bidirectional=True)), numbers())["directions"]
    assert finding.holds
    assert finding.evidence[0].rows == (1,)
