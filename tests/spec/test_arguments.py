"""Sizes in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.spec.arguments import MOST, brief, check_size
from rnnlib.spec.costs import in_units


@pytest.mark.parametrize(
    ("num_bytes", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (2_500_000, "2.5 MB"),
        (8_388_608_000, "8.4 GB"),
        (10**12, "1.0 TB"),
        (10**18, "1,000,000 TB"),
    ],
)
def test_bytes_as_people_say_them(num_bytes: int, said: str) -> None:
    assert in_units(num_bytes) == said


@given(st.integers(0, 10**80))
def test_any_number_of_bytes_can_be_said(num_bytes: int) -> None:
    number, unit = in_units(num_bytes).split()
    size = {"bytes": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}[unit]
    whole, _, tenth = number.replace(",", "").partition(".")
    assert abs(10 * num_bytes - (10 * int(whole) + int(tenth or 0)) * size) <= (5 if tenth else 10) * size


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1, 2], "[1, 2]"),
        (-(10**5000), "a number of 5,001 digits"),
        ([10**5000], "a list"),
        ("x" * 99, "'" + "x" * 59 + "…"),
        (torch.zeros(2, 2), "tensor([[0., 0.], [0., 0.]])"),
    ],
    ids=["a list", "a long number", "a long number inside", "a long text", "a tensor"],
)
def test_a_message_repeats_a_value_briefly(value: Any, said: str) -> None:
    assert brief(value) == said


@pytest.mark.parametrize("value", [torch.tensor(3, device="meta"), Fraction(3, 1), torch.tensor(True), torch.ones(2)])
def test_what_is_no_whole_number_is_refused_in_words(value: Any) -> None:
    with pytest.raises(TypeError, match="batch must be a whole number, not"):
        check_size("batch", value)


@pytest.mark.parametrize("value", [2**63, 10**400, 10**5000], ids=["64 bits", "400 digits", "5000 digits"])
def test_torch_counts_with_64_bits(value: int) -> None:
    assert check_size("batch", 2**63 - 1) == MOST
    with pytest.raises(ValueError, match=r"batch must be below 2\*\*63, beyond which torch cannot count") as refusal:
        check_size("batch", value)
    assert len(str(refusal.value)) < 120
