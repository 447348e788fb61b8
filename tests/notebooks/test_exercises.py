"""Every exercise can be solved: its folded solution is called right, and each usual slip is named."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.fresh import printed

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SLIPS = {  # in the solution, write the second for the first, and the check says the third
    "00_start_here": [
        ("five.permute(2, 0, 1)", "five.view(7, 5, 12)", "samples are mixed"),
        ("five.permute(2, 0, 1)", "five.transpose(1, 2).reshape(7, 5, 12)", "samples are mixed"),
        ("five.permute(2, 0, 1)", "five.transpose(0, 1)", "it is (12, 5, 7)"),
        ("five.permute(2, 0, 1)", "five.permute(1, 2, 0)", "it is (12, 7, 5)"),
        ("five.permute(2, 0, 1)", "five", "it is (5, 12, 7)"),
    ],
    "01_rnncell_loop": [
        ("cell(x, hidden)", "cell(x)", "knows the last step only"),
        ("cell(x, hidden)", "cell(x, torch.ones(1, 2))", "start from the one before"),
        (
            "hidden = cell(x, hidden)\n    states.append(hidden)",
            "states.append(hidden)\n    hidden = cell(x, hidden)",
            "before the step",
        ),
        ("append(hidden)", "append(hidden[0])", "it holds [(2,), (2,), (2,)]"),
        ("append(hidden)", "append(x)", "it holds [(1, 4), (1, 4), (1, 4)]"),
        ("states.append(hidden)", "pass", "it holds []"),
    ],
    "02_rnn": [
        ("listener(frame, state)", "listener(frame)", "handed over"),
        ("heard.append(output)", "heard.append(state)", "is the state"),
        (
            "output, state = listener(frame, state)\n    heard.append(output)",
            "heard.append(listener(frame, state))",
            "two things",
        ),
        ("heard.append(output)", "heard.append(output[-1])", "you kept (1, 16)"),
        ("heard.append(output)", "pass", "it holds 0"),
    ],
    "03_lstm": [
        ("cells.append(c)", "pass", "it holds 0"),
        ("cells.append(c)", "cells.append(c[0])", "it holds 20 (16,)"),
        ("cells.append(c)", "cells.append(h)", "that is h"),
        ("i, f, g, o =", "i, f, o, g =", "Is the order i, f, g, o"),
        ("g.tanh()", "g.sigmoid()", "which one takes tanh"),
        ("c = f.sigmoid() * c + ", "c = ", "What does each start from"),
        ("o.sigmoid() * c.tanh()", "c.tanh()", "What does each start from"),
    ],
    "04_gru": [
        ("[2:4] = 50", "[0:2] = 50", "Which rows are z's"),
        ("[2:4] = 50", "[4:6] = 50", "Which rows are z's"),
        ("[2:4] = 50", "[2] = 50", "How many rows"),
        ("= 50", "= -50", "Which sign"),
        ("= 50", "= 8", "Open it further"),
    ],
    "05_layers_and_weights": [
        ("hidden_size + 2", "hidden_size + 1", "two biases"),
        ("gates * hidden_size", "hidden_size", "for each gate"),
        (" if layer == 0 else num_directions * hidden_size", "", "What does layer 1 read"),
        ("else num_directions * hidden_size", "else hidden_size", "with two directions"),
        ("total += num_directions * ", "total += ", "with two directions"),
    ],
    "06_padding_packing": [
        ("steps.sorted[t, :size]", "steps.sorted[t]", "78 rows are all of them"),
        ("steps.sorted[t, :size]", "steps.padded[t, :size]", "Which sequences are the first of a step"),
        ("steps.sorted[t, :size]", "steps.sorted[t, :1]", "it is (26, 12)"),
        ("pieces.append(steps.sorted[t, :size])", "pass", "it holds 0"),
    ],
    "07_bidirectional": [
        ("output[lengths - 1, range(3), :8]", "output[-1, :, :8]", "two of the three are over"),
        ("output[0, :, 8:]", "output[-1, :, 8:]", "the backward direction begins there"),
        ("output[0, :, 8:]", "output[lengths - 1, range(3), 8:]", "the backward direction begins there"),
        ("output[0, :, 8:]", "output[0, :, :8]", "Which half is which"),
        ("output[0, :, 8:]", "output[0]", "they are (3, 8) (3, 16)"),
        ("output[0, :, 8:]", "...", "they are (3, 8) (0,)"),
    ],
    "08_live_on_the_gpu": [
        ("4 * 64 * (12 + 64)", "64 * (12 + 64)", "that is one gate's"),
        ("4 * 64 * (12 + 64)", "4 * 64 * 64", "both x and h"),
        ("4 * 64 * (12 + 64)", "4 * 64 * 12 * 64", "Each number is used once"),
        ("4 * 64 * (12 + 64)", "2 * 4 * 64 * (12 + 64)", "count as one"),
        ("4 * 64 * (12 + 64)", "4 * 64 * (12 + 64 + 2)", "biases never"),
        ("4 * 64 * (12 + 64)", "4 * 64 * (12 + 64) / 1", "should be a whole number"),
    ],
}
NEEDS = {  # all that an exercise asks of the cells above it: what else was left out or changed is no matter
    "00_start_here": ["setup", "works-data"],
    "01_rnncell_loop": ["setup", "s1-a"],
    "02_rnn": ["setup", "utterance"],
    "03_lstm": ["setup", "given"],
    "04_gru": ["setup", "s3-a-sentence", "s3-a-input"],
    "05_layers_and_weights": ["setup"],
    "06_padding_packing": ["setup", "recordings", "pack-steps"],
    "07_bidirectional": ["setup", "given"],
    "08_live_on_the_gpu": ["setup"],
}


@pytest.mark.parametrize("lesson", SLIPS)
def test_the_solution_is_called_right_and_each_slip_is_named(lesson: str) -> None:
    cells = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells
    before = [cell.source for cell in cells if cell.cell_type == "code" and not cell.id.startswith("exercise")]
    before = [code.replace("tqdm(range(5)", "tqdm(range(0)") for code in before]  # not trained again for an exercise
    source = {cell.id: cell.source for cell in cells}
    solution = solved(source)
    answers = [solution, *(solution.replace(right, wrong) for right, wrong, _ in SLIPS[lesson])]
    assert len(set(answers)) == len(answers), "a slip changes nothing in the solution"
    said = run([*before, *(f"{answer}\n{source['exercise-check']}" for answer in answers)])[-len(answers) :]
    assert said[0].startswith("Right")
    for sentence, (_, _, hint) in zip(said[1:], SLIPS[lesson], strict=True):
        assert sentence.startswith("Not yet")
        assert hint in sentence


@pytest.mark.parametrize("lesson", NEEDS)
def test_a_cell_that_was_not_run_makes_no_right_answer_wrong(lesson: str) -> None:
    cells = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells
    source = {cell.id: cell.source for cell in cells}
    said = run([*(source[name] for name in NEEDS[lesson]), solved(source), source["exercise-check"]])
    assert said[-1].startswith("Right")


def solved(source: dict[str, str]) -> str:
    """The code of the solution that is folded away under the exercise."""
    folded = re.search(r"<details>.*```python\n(.*?)```.*</details>", source["text-solution"], re.DOTALL)
    assert folded, "the solution is not folded, or has no code"
    return folded[1]


def run(code: list[str]) -> list[str]:
    """The lines that the cells print, run in one Python of their own."""
    return printed("\n".join(code), NOTEBOOKS).splitlines()
