"""Every wrong shape is traced to the misconception behind it. The wrong shapes are worked out here by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.explorers.prediction.misconceptions import misconception
from rnnlib.explorers.prediction.sentences import SENTENCES
from rnnlib.explorers.prediction.slips import slips
from rnnlib.spec import LayerSpec, shapes

Planted = Iterator[tuple[tuple[int, ...], str]]

sizes = st.integers(1, 13)


@st.composite
def specs(draw: Any) -> LayerSpec:
    kind = draw(st.sampled_from(["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"]))
    given_sizes = {"input_size": draw(sizes), "hidden_size": draw(sizes)}
    if kind.endswith("Cell"):
        return LayerSpec(kind, **given_sizes)
    proj_size = draw(st.integers(0, given_sizes["hidden_size"] - 1)) if kind == "LSTM" else 0
    flags = {name: draw(st.booleans()) for name in ("batch_first", "bidirectional", "bias")}
    return LayerSpec(kind, **given_sizes, num_layers=draw(st.integers(1, 3)), proj_size=proj_size, **flags)


@st.composite
def questions(draw: Any) -> tuple[LayerSpec, int, int | None, str]:
    """A layer, its sizes, and the tensor whose shape is asked for."""
    spec, seq_len, batch = draw(specs()), draw(sizes), draw(st.none() | sizes)
    return spec, seq_len, batch, draw(st.sampled_from(list(shapes(spec, seq_len, batch))))


def planted(spec: LayerSpec, seq_len: int, batch: int | None, tensor: str) -> Planted:
    """Wrong shapes with the misconception that leads to each; some are right by chance, or the same as another."""
    if "weight" in tensor or "bias" in tensor:
        return in_parameter(spec, seq_len, batch, tensor)
    if spec.is_cell:
        return in_cell(spec, seq_len, batch, tensor)
    if tensor == "input":
        return in_input(spec, seq_len, batch)
    return in_output(spec, seq_len, batch) if tensor == "output" else in_state(spec, seq_len, batch, tensor)


def axes(*given: int | None) -> tuple[int, ...]:
    """Without the batch axis where batch is None."""
    return tuple(axis for axis in given if axis is not None)


def timed(spec: LayerSpec, seq_len: int, batch: int | None, width: int) -> tuple[int, ...]:
    """The shape of an input or an output."""
    time = (batch, seq_len) if spec.batch_first else (seq_len, batch)
    return axes(*time, width)


def one_more(right: tuple[int, ...], batch: int | None) -> Planted:
    if batch is None:
        yield from (((*right[:at], 1, *right[at:]), "batch axis, though unbatched") for at in range(len(right)))


def in_state(spec: LayerSpec, seq_len: int, batch: int | None, tensor: str) -> Planted:
    layers, directions, gates = spec.num_layers, spec.num_directions, spec.num_gates
    both = layers * directions
    h = spec.proj_size or spec.hidden_size
    width = h if tensor[0] == "h" else spec.hidden_size
    yield axes(layers, batch, width), "state without num_directions"
    yield axes(layers, batch, directions * width), "directions side by side in a state"
    yield axes(both, batch, directions * width), "directions in a state's last axis"
    yield axes(layers, directions, batch, width), "layers and directions apart in a state"
    yield axes(directions, batch, width), "state without num_layers"
    yield timed(spec, seq_len, batch, directions * h), "output for a state"
    yield axes(seq_len, batch, width), "time in a state"
    yield axes(seq_len, both, batch, width), "time in a state"
    yield timed(spec, seq_len, batch, spec.input_size), "input for a state"
    if spec.kind == "LSTM":
        yield axes(2 * both, batch, width), "h and c in one"
    elif directions == 1:
        yield axes(2 * both, batch, width), "two directions, though one"
    yield axes(batch, width), "state without its first axis"
    yield axes(both, batch, spec.input_size), "input_size for hidden_size"
    yield axes(both, batch, gates * width), "gates in an activation"
    if spec.proj_size and tensor[0] == "h":
        yield axes(both, batch, spec.hidden_size), "no proj_size"
    if spec.proj_size and tensor[0] == "c":
        yield axes(both, batch, spec.proj_size), "projected c"
    yield from one_more(axes(both, batch, width), batch)
    if batch is not None:
        yield (batch, both, width), "batch_first moved the state" if spec.batch_first else "batch first in a state"
        yield (both, seq_len, width), "seq_len for batch"
        yield (both, width), "no batch axis"


def in_output(spec: LayerSpec, seq_len: int, batch: int | None) -> Planted:
    layers, directions = spec.num_layers, spec.num_directions
    both = layers * directions
    h = spec.proj_size or spec.hidden_size
    right = timed(spec, seq_len, batch, directions * h)
    yield timed(spec, seq_len, batch, h), "output without num_directions"
    yield axes(both, batch, h), "h_n for output"
    yield timed(spec, seq_len, batch, layers * directions * h), "layers in output"
    yield (layers, *right), "layers in output"
    yield (both, *right), "layers in output"
    yield (both, *right[:-1], h), "layers in output"
    yield (*right[:-1], directions, h), "directions apart in output"
    yield (directions, *right[:-1], h), "directions apart in output"
    yield timed(spec, seq_len, batch, spec.input_size), "input for output"
    yield axes(batch, directions * h), "output without time"
    yield timed(spec, seq_len, batch, directions * spec.input_size), "input_size for hidden_size"
    yield timed(spec, seq_len, batch, spec.num_gates * directions * h), "gates in an activation"
    if directions == 1:
        yield timed(spec, seq_len, batch, 2 * h), "two directions, though one"
    if spec.kind == "LSTM":
        yield axes(both, batch, spec.hidden_size), "c_n for output"
    if spec.proj_size:
        yield timed(spec, seq_len, batch, directions * spec.hidden_size), "no proj_size"
    yield from swapped(spec, right, batch)
    yield from one_more(right, batch)


def in_input(spec: LayerSpec, seq_len: int, batch: int | None) -> Planted:
    h = spec.proj_size or spec.hidden_size
    right = timed(spec, seq_len, batch, spec.input_size)
    yield axes(batch, spec.input_size), "input without time"
    yield timed(spec, seq_len, batch, spec.hidden_size), "hidden_size for input_size"
    yield timed(spec, seq_len, batch, spec.num_directions * h), "output for input"
    yield axes(spec.num_layers * spec.num_directions, batch, h), "h_0 for input"
    yield from swapped(spec, right, batch)
    yield from one_more(right, batch)


def swapped(spec: LayerSpec, right: tuple[int, ...], batch: int | None) -> Planted:
    if batch is not None:
        name = "batch_first forgotten" if spec.batch_first else "batch and seq_len swapped"
        yield (right[1], right[0], right[2]), name
        yield (right[1] if spec.batch_first else right[0], right[2]), "no batch axis"


def in_cell(spec: LayerSpec, seq_len: int, batch: int | None, tensor: str) -> Planted:
    width = spec.input_size if tensor == "input" else spec.hidden_size
    right = axes(batch, width)
    yield (seq_len, *right), "time in a cell"
    yield (right[0], seq_len, *right[1:]), "time in a cell"
    yield (right[0], 1, *right[1:]), "time in a cell"
    if tensor == "input":
        yield (1, *right), "time in a cell"
        yield axes(batch, spec.hidden_size), "hidden_size for input_size"
        yield axes(batch, spec.hidden_size), "h_0 for input"
    else:
        yield (1, *right), "layers axis in a cell"
        yield axes(batch, spec.input_size), "input_size for hidden_size"
        yield axes(batch, spec.num_gates * spec.hidden_size), "gates in an activation"
    yield from one_more(right, batch)
    if batch is not None:
        yield (seq_len, width), "seq_len for batch, cell"
        yield (width,), "no batch axis"


def in_parameter(spec: LayerSpec, seq_len: int, batch: int | None, tensor: str) -> Planted:
    stem, _, place = tensor.partition("_l")
    layer, h = int(place[:1] or 0), spec.proj_size or spec.hidden_size
    rows = spec.num_gates * spec.hidden_size
    reads = spec.num_directions * h if layer else spec.input_size
    all_shapes = {
        "weight_ih": (rows, reads),
        "weight_hh": (rows, h),
        "weight_hr": (spec.proj_size, spec.hidden_size),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    right = all_shapes[stem]
    yield right[::-1], "transposed"
    yield (spec.num_directions * right[0], *right[1:]), "num_directions in a parameter"
    if spec.bidirectional:
        yield (2, *right), "directions apart in a parameter"
        yield (
            (2, *right[:-1], right[-1] // (1 if stem != "weight_ih" or not layer else 2)),
            "directions apart in a parameter",
        )
    if not spec.is_cell:
        yield (spec.num_layers, *right), "num_layers in a parameter"
        yield (spec.num_layers * right[0], *right[1:]), "num_layers times a parameter"
        yield (*right[:-1], spec.num_layers * right[-1]), "num_layers times a parameter"
    yield (batch or seq_len, *right), "batch or time in a parameter"
    yield (seq_len, *right), "batch or time in a parameter"
    if stem != "weight_hr":
        yield (spec.hidden_size, *right[1:]), "parameter without num_gates"
        if spec.num_gates > 1:
            yield (spec.num_gates, spec.hidden_size, *right[1:]), "gates apart"
        for count in {"RNN": (3, 4), "LSTM": (3,), "GRU": (2, 4)}[spec.kind.removesuffix("Cell")]:
            papers = count == spec.num_gates - 1
            yield (count * spec.hidden_size, *right[1:]), "gates of a paper" if papers else "gates of another kind"
    if stem in ("weight_ih", "weight_hh"):
        yield (rows, reads + h), "x and h in one weight"
    if stem == "weight_ih" and layer:
        yield (spec.num_directions * rows, h), "directions in the rows"
        yield (rows, spec.input_size), "input_size in a higher layer"
        yield (rows, h), "weight without num_directions"
        yield (rows, spec.num_directions * spec.hidden_size), "no proj_size"
    if stem == "weight_hh":
        yield (rows, spec.num_directions * h), "both directions in weight_hh"
        yield (rows, spec.hidden_size), "no proj_size"
    if stem.startswith("bias"):
        yield (1, rows), "bias as a matrix"
        yield (rows, 1), "bias as a matrix"
        yield (2 * rows,), "both biases in one"
    else:
        yield (rows,), "bias for a weight"
    there = [s for s in ("weight_ih", "weight_hh", "weight_hr") if s != "weight_hr" or spec.proj_size]
    for other in there:
        if other != stem:
            yield all_shapes[other], f"{other} for {'a bias' if stem.startswith('bias') else stem}"


@given(questions())
def test_a_planted_misconception_is_named_as_itself_or_as_its_twin(
    question: tuple[LayerSpec, int, int | None, str],
) -> None:
    spec, seq_len, batch, tensor = question
    names: dict[tuple[int, ...], set[str]] = {}
    for wrong, name in planted(*question):
        names.setdefault(wrong, set()).add(name)
    right = shapes(spec, seq_len, batch)[tensor].sizes
    assert misconception(spec, tensor, right, seq_len=seq_len, batch=batch) is None
    for wrong, possible in names.items():
        found = misconception(spec, tensor, wrong, seq_len=seq_len, batch=batch)
        assert (found is None) == (wrong == right), (wrong, found)
        assert found is None or set(found.name.split(" / ")) <= possible, (wrong, found)


def test_every_slip_is_planted_and_has_its_sentences() -> None:
    seen: dict[str, set[str]] = {"planted": set(), "slips": set()}
    for kind in ("RNN", "LSTM", "GRU", "GRUCell", "LSTMCell"):
        more = {} if kind.endswith("Cell") else {"num_layers": 2, "bidirectional": kind != "RNN"}
        more |= {"proj_size": 3} if kind == "LSTM" else {}
        for flags in [{}] if kind.endswith("Cell") else [{"batch_first": False}, {"batch_first": True}]:
            spec = LayerSpec(kind, 5, 7, **more, **flags)
            for batch in (None, 11):
                tensors = shapes(spec, 13, batch)
                for name, tensor in tensors.items():
                    seen["planted"] |= {planted_name for _, planted_name in planted(spec, 13, batch, name)}
                    seen["slips"] |= {slip for slip, _ in slips(spec, tensor, tensors)}
    assert seen["planted"] == set(SENTENCES)
    assert seen["slips"] == set(SENTENCES)


@given(questions(), st.lists(sizes, min_size=1, max_size=4).map(tuple))
def test_any_wrong_shape_gets_one_or_two_short_sentences(
    question: tuple[LayerSpec, int, int | None, str], answer: tuple[int, ...]
) -> None:
    spec, seq_len, batch, tensor = question
    right = shapes(spec, seq_len, batch)[tensor].sizes
    found = misconception(spec, tensor, answer, seq_len=seq_len, batch=batch)
    if answer == right:
        assert found is None
        return
    assert found is not None
    assert re.fullmatch(r"[^{}]+\.", found.sentence)
    assert len(found.sentence) < 200
    assert found.sentence.count(". ") <= (2 if " + " in found.name else 1)
    assert not re.search(r"left (\S+) out.* multiplied \S* ?by \1", found.sentence)


BOTH_WAYS = LayerSpec("LSTM", 5, 7, num_layers=2, bidirectional=True)
FIRST = LayerSpec("GRU", 5, 7, num_layers=2, batch_first=True)


@pytest.mark.parametrize(
    ("spec", "tensor", "wrong", "batch", "name"),
    [
        # two that mean the same whatever the sizes: the one that recurs more often is named
        (LayerSpec("LSTM", 5, 7), "h_n", (2, 3, 7), 3, "output for a state / h and c in one"),  # time in a state, too
        (BOTH_WAYS, "weight_ih_l1", (28, 7), 3, "weight without num_directions"),  # weight_hh for weight_ih, too
        # two that the sizes alone make one
        (FIRST, "h_n", (3, 2, 7), 3, "batch_first moved the state / output for a state"),
        (
            LayerSpec("GRU", 5, 7, 2, bidirectional=True),
            "h_n",
            (2, 3, 7),
            3,
            "state without num_directions / state without num_layers",
        ),
        (LayerSpec("RNN", 7, 7), "weight_ih_l0", (7,), 3, "bias for a weight"),
        # sizes that are equal make a wrong idea right
        (LayerSpec("RNN", 5, 7), "output", (2, 2, 7), 2, None),
        (LayerSpec("RNN", 5, 7, 2), "h_n", (2, 2, 7), 2, None),
        # two at once
        (FIRST, "h_n", (3, 1, 7), 3, "batch_first moved the state + state without num_layers"),
        (BOTH_WAYS, "weight_ih_l1", (7, 7), 3, "weight without num_directions + parameter without num_gates"),
        # two at once, and two others: no gates and an axis for layers, or a paper's gates and an axis for gates
        (LayerSpec("LSTM", 6, 5, 3, bidirectional=True), "weight_ih_l1", (3, 5, 10), 7, "number of axes"),
        # none that is known
        (BOTH_WAYS, "output", (3, 14, 2), 3, "other order"),
        (BOTH_WAYS, "output", (2, 3, 13), 3, "one axis"),
        (BOTH_WAYS, "output", (6, 14), 3, "other axes"),
        (BOTH_WAYS, "output", (28, 14), 3, "other tensor"),
        (BOTH_WAYS, "output", (2, 11, 13), 3, "axes"),
        (BOTH_WAYS, "output", (11,), 3, "number of axes"),
    ],
)
def test_which_name_is_given(
    spec: LayerSpec, tensor: str, wrong: tuple[int, ...], batch: int, name: str | None
) -> None:
    found = misconception(spec, tensor, wrong, seq_len=2, batch=batch)
    assert (found and found.name) == name


def test_the_sentence_says_what_and_where_to_look() -> None:
    found = misconception(BOTH_WAYS, "h_n", (2, 3, 14), seq_len=9, batch=3)
    assert found is not None
    assert found.sentence == (
        "You put the two directions side by side, as they are in output."
        " In h_n each direction has a state of its own, counted on the first axis."
    )


@pytest.mark.parametrize("kind", ["RNN", "RNNCell", "GRUCell"])
def test_nobody_is_told_of_what_the_layer_has_not(kind: str) -> None:
    spec = LayerSpec(kind, 3, 2)
    rows = spec.num_gates * 2
    said = misconception(spec, "weight_ih" if spec.is_cell else "weight_ih_l0", (1, rows, 3), seq_len=4, batch=5)
    assert said
    assert "You gave the gates" not in said.sentence
    assert not spec.is_cell or "_l0" not in said.sentence


TOGETHER = [
    (LayerSpec("LSTM", 3, 4), "output", (1, 2, 3), 3, 2),
    (LayerSpec("LSTM", 3, 9, 3), "h_n", (12, 9), 12, 6),
    (LayerSpec("RNN", 5, 3), "bias_hh_l0", (1, 3, 1), 8, None),
]


@pytest.mark.parametrize(("spec", "tensor", "wrong", "seq_len", "batch"), TOGETHER)
def test_two_slips_are_never_joined_into_what_is_not_true(
    spec: LayerSpec, tensor: str, wrong: tuple[int, ...], seq_len: int, batch: int | None
) -> None:
    found = misconception(spec, tensor, wrong, seq_len=seq_len, batch=batch)
    assert found
    assert " + " not in found.name or "the shape of" not in found.sentence
    sentences = found.sentence.split(". ")
    assert len(sentences) == len(set(sentences))


@given(questions(), st.lists(sizes, min_size=1, max_size=4).map(tuple))
def test_what_is_said_to_be_the_shape_of_a_tensor_is(
    question: tuple[LayerSpec, int, int | None, str], answer: tuple[int, ...]
) -> None:
    spec, seq_len, batch, tensor = question
    found = misconception(spec, tensor, answer, seq_len=seq_len, batch=batch)
    told = re.search(r"is the shape of (\w+_?\w+|x)", found.sentence) if found else None
    if told:
        there = shapes(spec, seq_len, batch)
        name = "input" if told[1] == "x" else told[1]
        assert answer in [t.sizes for other, t in there.items() if other.startswith(name)]


def test_what_a_new_user_got_wrong_is_told_in_words() -> None:
    def said(kind: str, tensor: str, wrong: tuple[int, ...], **more: int) -> str:
        found = misconception(LayerSpec(kind, 12, 64, **more), tensor, wrong, seq_len=20, batch=5)  # type: ignore[arg-type]
        return found.sentence if found else ""

    assert said("GRU", "output", (20, 5, 128)).startswith("You counted two directions. This layer has one")
    assert said("GRU", "h_n", (4, 5, 64), num_layers=2).startswith("You counted two directions.")
    assert said("LSTM", "h_n", (2, 5, 64)).startswith("You counted something twice on the first axis. h and c")
    assert said("GRU", "output", (20, 5, 65)).startswith("Only the last axis is wrong: num_directions")
    assert said("GRU", "output", (21, 5, 65)).startswith("The first and last axes are wrong.")


BLAMES = [
    # unbatched: lesson 02's own slip
    (LayerSpec("RNN", 5, 10, 2), "h_n", None, (2, 1, 10), "batch axis, though unbatched"),
    (LayerSpec("LSTM", 5, 10, 3), "c_0", None, (3, 1, 10), "batch axis, though unbatched"),
    (LayerSpec("GRU", 5, 10), "output", None, (1, 9, 10), "batch axis, though unbatched"),
    # directions on the wrong axis are one thing, not two that undo each other
    (LayerSpec("LSTM", 6, 5, 2, bidirectional=True), "weight_ih_l1", 4, (40, 5), "directions in the rows"),
    (LayerSpec("GRU", 6, 4, 2, bidirectional=True), "weight_ih_l1_reverse", 3, (24, 4), "directions in the rows"),
    # two slips that leave one axis wrong
    (LayerSpec("RNN", 6, 5, 2), "weight_ih_l1", 4, (6, 5), "input_size in a higher layer + transposed"),
    (LayerSpec("RNN", 8, 3, 3), "weight_ih_l2", 4, (8, 3), "input_size in a higher layer + transposed"),
    # an axis that one takes and the other brings is one wrong axis
    (LayerSpec("RNNCell", 6, 5), "h_1", 2, (1, 5), "one axis"),
    (LayerSpec("RNN", 8, 7, 2), "h_n", 4, (2, 1, 7), "one axis"),
    # not named before
    (LayerSpec("LSTM", 6, 5), "weight_ih_l0", 4, (20, 11), "x and h in one weight"),
    (LayerSpec("GRU", 6, 5, 2, bidirectional=True), "weight_ih_l1", 4, (15, 15), "x and h in one weight"),
    (LayerSpec("GRUCell", 6, 5), "weight_hh", 4, (15, 11), "x and h in one weight"),
    (LayerSpec("LSTM", 6, 5), "weight_hh_l0", 4, (15, 5), "gates of a paper"),
    (LayerSpec("GRU", 6, 5), "weight_hh_l0", 4, (10, 5), "gates of a paper"),
    (LayerSpec("GRU", 6, 5), "weight_ih_l0", 4, (20, 6), "gates of another kind"),
    (LayerSpec("RNN", 6, 5), "bias_ih_l0", 4, (15,), "gates of another kind"),
    (LayerSpec("LSTM", 6, 5), "bias_hh_l0", 4, (40,), "both biases in one"),
    (LayerSpec("GRUCell", 6, 7), "bias_ih", 4, (42,), "both biases in one"),
    (LayerSpec("GRU", 6, 5, bidirectional=True), "weight_hh_l0", 4, (2, 15, 5), "directions apart in a parameter"),
    (LayerSpec("GRU", 6, 5, 3, bidirectional=True), "bias_ih_l1", 4, (2, 15), "directions apart in a parameter"),
    (LayerSpec("LSTM", 6, 5, 3), "weight_ih_l0", 4, (60, 6), "num_layers times a parameter"),
    (LayerSpec("GRUCell", 6, 5), "input", 4, (1, 4, 6), "time in a cell"),
    (LayerSpec("LSTMCell", 6, 5), "c_1", 4, (4, 1, 5), "time in a cell"),
    (LayerSpec("GRU", 12, 8), "h_n", 3, (25, 8), "packed rows"),
    (LayerSpec("LSTM", 12, 5, bidirectional=True, batch_first=True), "output", 4, (33, 10), "packed rows"),
]


@pytest.mark.parametrize(("spec", "tensor", "batch", "wrong", "name"), BLAMES)
def test_the_blame_is_the_right_one(
    spec: LayerSpec, tensor: str, batch: int | None, wrong: tuple[int, ...], name: str
) -> None:
    found = misconception(spec, tensor, wrong, seq_len=9, batch=batch)
    assert found
    assert found.name == name


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_a_tensor_is_said_to_hold_what_it_holds(kind: str) -> None:
    spec = LayerSpec(kind, 5, 7, 2, bidirectional=True)
    for tensor, wrong, held in (("output", (9, 3, 10), "h"), ("h_n", (4, 3, 5), "h"), ("c_n", (4, 3, 5), "c")):
        if tensor in shapes(spec, 9, 3):
            found = misconception(spec, tensor, wrong, seq_len=9, batch=3)
            assert found
            assert f" {tensor} holds {held}, which the layer makes" in found.sentence


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_has_no_layer_0(kind: str) -> None:
    spec = LayerSpec(kind, 6, 5)
    for tensor, right in shapes(spec, 9, 4).items():
        for wrong in ((*right.sizes[:-1], 29), (29, *right.sizes[1:])):
            found = misconception(spec, tensor, wrong, seq_len=9, batch=4)
            assert found
            assert "layer 0" not in found.sentence.lower()
