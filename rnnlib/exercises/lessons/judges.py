"""Who judges the answer to which lesson's exercise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnnlib.exercises.lessons import (
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
    lesson_11,
)

# A judge takes the answer, and returns the sentence to a right one; a `SlipError` says what is wrong.
JUDGES: dict[str, Callable[[Any], str]] = {
    "00": lesson_00.judge,
    "01": lesson_01.judge,
    "02": lesson_02.judge,
    "03": lesson_03.judge,
    "04": lesson_04.judge,
    "05": lesson_05.judge,
    "06": lesson_06.judge,
    "07": lesson_07.judge,
    "08": lesson_08.judge,
    "09": lesson_09.judge,
    "10": lesson_10.judge,
    "11": lesson_11.judge,
}
