"""Every mistake is torch's own exception, or wrong numbers; and every cure runs as it is written, and cures it."""

from __future__ import annotations

import ast
import re
import traceback
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence

from rnnlib import LayerSpec, japanese_vowels
from rnnlib.engine.packing.mistakes import MISTAKES, Mistake, run_mistake
from rnnlib.engine.packing.outcome import Outcome
from rnnlib.spec.kinds import LAYERS
from tests.strategies import cases, real, refused, specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections")

BY_NAME = {mistake.name: mistake for mistake in MISTAKES}
VOWELS = [torch.from_numpy(japanese_vowels()[index]) for index in (0, 1, 270, 639)]
BATCHES = {
    "in any order": VOWELS,
    "longest first": sorted(VOWELS, key=len, reverse=True),
    "shortest first": sorted(VOWELS, key=len),
    "as many as steps": [torch.randn(length, 12) for length in (3, 5, 1, 4, 2)],
    "more than steps": [torch.randn(length, 12) for length in (3, 2, 1, 3, 2)],
}
LAYER = [
    LayerSpec("RNN", 12, 5),
    LayerSpec("GRU", 12, 5, num_layers=2, batch_first=True),
    LayerSpec("LSTM", 12, 5, num_layers=2, bidirectional=True),
    LayerSpec("LSTM", 12, 5, proj_size=2, batch_first=True),
]
LOUD = {
    "enforce_sorted": ("RuntimeError", "`lengths` array must be sorted in decreasing order"),
    "lengths_on_gpu": ("RuntimeError", "'lengths' argument should be a 1D CPU int64 tensor"),
    "zero_length": ("RuntimeError", "Length of all samples has to be greater than 0"),
    "total_length": ("ValueError", "Expected total_length to be at least the length of the longest sequence"),
    "too_many_lengths": ("", ""),  # an index error in the words of the backend
    "beyond_the_data": ("RuntimeError", ""),
}
SILENT = ("too_few_lengths", "batch_first_square", "last_step", "last_step_batch_first", "not_packed")
SILENT = (*SILENT, "data_batch_major")


def names_for(mistake: Mistake, layer: nn.Module, sequences: list[Tensor]) -> dict[str, Any]:
    """What the texts know, made here by torch alone."""
    twin = real(LayerSpec.of(layer)).eval()
    twin.load_state_dict(layer.state_dict())
    twin.batch_first = mistake.batch_first
    return {
        "padded": pad_sequence(sequences, batch_first=mistake.batch_first),
        "lengths": torch.tensor([len(sequence) for sequence in sequences]),
        "layer": twin,
        "torch": torch,
        "pack_padded_sequence": pack_padded_sequence,
        "pad_packed_sequence": pad_packed_sequence,
    }


def exception(code: str, names: dict[str, Any]) -> str:
    """Run the code that is shown; what it raises is torch's."""
    try:
        with torch.no_grad():
            exec(compile(code, "the code shown", "exec"), names)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        assert last == "the code shown" or Path(torch.__file__).parent in Path(last).parents
        return f"{type(error).__name__}: {error}"
    return ""


def raised(outcome: Outcome) -> bool:
    return not outcome.error.startswith("no exception, ")


def flat(result: Any) -> list[Tensor]:
    if isinstance(result, PackedSequence):
        return [result.data]
    return [result] if isinstance(result, Tensor) else list(result)


def truth(mistake: Mistake, layer: nn.Module, sequences: list[Tensor]) -> list[Tensor]:
    """What the cure must give: from the sequences themselves, and from the layer run on each of them alone."""
    if mistake.name == "batch_first_square":
        n = min(len(sequences), max(map(len, sequences)))
        sequences = [sequence[:n] for sequence in sequences[:n]]
    with torch.no_grad():
        alone = [layer(sequence) for sequence in sequences]
    return {
        "packed": lambda: flat(pack_sequence(sequences, enforce_sorted=False)),
        "back": lambda: [pad_sequence(sequences)],
        "first": lambda: [sequences[0]],
        "last": lambda: [torch.stack([output[-1] for output, _ in alone])],
        "states": lambda: [torch.stack(rows, 1) for rows in zip(*(flat(last) for _, last in alone), strict=True)],
    }[mistake.result]()


@pytest.mark.parametrize("spec", LAYER, ids=str)
@pytest.mark.parametrize("sequences", BATCHES.values(), ids=BATCHES)
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_met_and_cured(mistake: Mistake, sequences: list[Tensor], spec: LayerSpec) -> None:
    layer = real(spec)
    outcome = run_mistake(mistake, layer, sequences)
    names = names_for(mistake, layer, sequences)
    error = exception(mistake.code, names)
    assert raised(outcome) == bool(error)
    if error:
        assert outcome.error == error
        kind, words = LOUD.get(mistake.name, ("RuntimeError", ""))
        assert outcome.error.startswith(kind)
        assert words in outcome.error
    else:
        assert outcome.error.startswith("no exception, but ")
        assert outcome.error.endswith(".")
    wrong = None if error else flat(names[mistake.result])
    with torch.no_grad():
        exec(mistake.cure, names)
    right = flat(names[mistake.result])
    for ours, true in zip(right, truth(mistake, layer.eval(), sequences), strict=True):
        assert torch.allclose(ours, true, atol=1e-6)
        assert str(tuple(true.shape)) in outcome.cured
    if wrong is not None and [t.shape for t in wrong] == [t.shape for t in right]:
        off = [(a - b).abs() for a, b in zip(wrong, right, strict=True)]
        count, total = re.search(r"but (\S+) of the (\S+) numbers", outcome.error).groups()
        assert total == f"{sum(part.numel() for part in off):,}"
        least, most = (  # a difference may lie so near the threshold, 7e-5, that the processor decides
            sum(int((part > share * b.abs().max()).sum()) for part, b in zip(off, right, strict=True))
            for share in (8e-5, 6e-5)
        )
        assert least <= int(count.replace(",", "")) <= most
        assert f"by up to {max(float(part.max()) for part in off):.2g}." in outcome.error


@pytest.mark.parametrize("sequences", BATCHES.values(), ids=BATCHES)
@pytest.mark.parametrize("spec", LAYER, ids=str)
def test_which_mistakes_torch_notices(spec: LayerSpec, sequences: list[Tensor]) -> None:
    loud = {name: raised(run_mistake(mistake, spec, sequences)) for name, mistake in BY_NAME.items()}
    square = len(sequences) == max(map(len, sequences))
    assert loud == dict.fromkeys(LOUD, True) | dict.fromkeys(SILENT, False) | {"batch_first": not square}


@cases(60)
@given(specs(kinds=LAYERS), st.lists(st.integers(1, 7), min_size=1, max_size=6), st.sampled_from(MISTAKES))
def test_any_layer_and_batch_can_meet_any_mistake(spec: LayerSpec, lengths: list[int], mistake: Mistake) -> None:
    """Even one sequence of one step, with which some make no difference."""
    layer = real(spec)
    sequences = [torch.randn(length, spec.input_size) for length in lengths]
    outcome = run_mistake(mistake, layer, sequences)
    assert outcome.cured
    names = names_for(mistake, layer, sequences)
    assert exception(mistake.code, names) == (outcome.error if raised(outcome) else "")
    with torch.no_grad():
        exec(mistake.cure, names)
    for ours, true in zip(flat(names[mistake.result]), truth(mistake, layer.eval(), sequences), strict=True):
        assert torch.allclose(ours, true, atol=1e-6, rtol=1e-5)


def test_where_it_makes_no_difference_that_is_said() -> None:
    even = [torch.randn(6, 12) for _ in range(40)]
    for name in ("enforce_sorted", "last_step", "last_step_batch_first", "not_packed"):
        outcome = run_mistake(BY_NAME[name], LAYER[2], even)
        assert outcome.error == "no exception, and nothing wrong: with these sequences it makes no difference."
    for name in ("data_batch_major", "batch_first_square"):
        assert not raised(run_mistake(BY_NAME[name], LAYER[0], even[:1]))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_texts_know_only_what_they_are_given(mistake: Mistake) -> None:
    known = {
        "padded",
        "lengths",
        "layer",
        "torch",
        "pack_padded_sequence",
        "pad_packed_sequence",
        "range",
        "len",
        "min",
    }
    for text in (mistake.code, mistake.cure):
        assert len(text.splitlines()) <= 3
        assert max(map(len, text.splitlines())) <= 110
        tree = ast.walk(ast.parse(text))
        names = [node for node in tree if isinstance(node, ast.Name)]
        known |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
        assert {node.id for node in names} <= known
    assert mistake.result in known
    assert 1 <= mistake.why.count(". ") + 1 <= 3
    assert mistake.why.endswith(".")


def test_each_has_its_own_name_and_what_must_be_there_is() -> None:
    assert len(BY_NAME) == len(MISTAKES)
    assert {*LOUD, *SILENT, "batch_first"} == set(BY_NAME)
    said = {
        "enforce_sorted": "enforce_sorted=False",
        "lengths_on_gpu": "lengths.cpu()",
        "too_many_lengths": "of this batch alone",
        "zero_length": "Leave it out",
        "total_length": "seq_len",
        "too_few_lengths": "a length for each",
        "beyond_the_data": "clamp(max=len(padded))",
        "batch_first": "batch_first",
        "last_step": "lengths - 1",
        "data_batch_major": "time-major",
    }
    assert [name for name, words in said.items() if words not in BY_NAME[name].why] == []


def test_nothing_given_is_changed() -> None:
    layer = nn.LSTM(12, 5, num_layers=2, dropout=0.5, batch_first=True)
    before, state = [vowel.clone() for vowel in VOWELS], torch.get_rng_state()
    for mistake in MISTAKES:
        run_mistake(mistake, layer, VOWELS)
    assert layer.training
    assert layer.batch_first
    assert all(map(torch.equal, VOWELS, before))
    assert torch.equal(torch.get_rng_state(), state)


def test_a_cell_that_draws_beside_it_is_not_disturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random numbers belong to the whole process: not even put back are they touched."""
    monkeypatch.setattr(torch.random, "fork_rng", None)
    layer = real(LayerSpec("GRU", 12, 5))
    for mistake in MISTAKES:
        assert run_mistake(mistake, layer, VOWELS).cures


def test_where_new_tensors_are_made_makes_no_difference() -> None:
    layer = real(LayerSpec("GRU", 12, 5))
    said = [run_mistake(mistake, layer, VOWELS) for mistake in MISTAKES]
    with torch.device("meta"):  # as torch.set_default_device("cuda") does, where there is a GPU
        assert [run_mistake(mistake, layer, VOWELS) for mistake in MISTAKES] == said


def test_float64_and_half_precision() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        layer, sequences = nn.GRU(12, 5).to(dtype), [vowel.to(dtype) for vowel in VOWELS]
        for mistake in MISTAKES:
            assert run_mistake(mistake, layer, sequences).cured


def test_what_does_not_fit_is_refused_in_words() -> None:
    mistake = MISTAKES[0]
    refused(lambda: run_mistake(mistake, LAYER[0], []), "sequences is empty")
    refused(lambda: run_mistake(mistake, LAYER[0], [torch.zeros(3, 4)]), "4 wide", "input_size=12")
    refused(lambda: run_mistake(mistake, LayerSpec("GRUCell", 12, 5), VOWELS), "one step", "use GRU")


@pytest.mark.gpu
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_on_the_gpu(mistake: Mistake) -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    outcome = run_mistake(mistake, nn.LSTM(12, 5).to(device), [vowel.to(device) for vowel in VOWELS])
    assert outcome.cured
    if mistake.name == "lengths_on_gpu":
        assert ("cuda" if device == "cuda" else "meta") in outcome.error
