"""What the front end is sent once says the same as `shapes` and `code` do for every state of the controls."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rnnlib.explorers.shape.symbols import constants, rules, templates
from rnnlib.spec import LayerSpec, shapes
from rnnlib.spec.kinds import CELLS, KINDS
from rnnlib.spec.layer import as_kind
from rnnlib.spec.shapes import value_of
from rnnlib.spec.snippet import FIELD

BASE = LayerSpec("LSTM", 12, 16, num_layers=2, bidirectional=True, proj_size=8, dropout=0.5)
RULES, TEMPLATES, CONSTANTS = rules(BASE), templates(BASE), constants(BASE)  # sent once, whatever is chosen
small = st.integers(1, 5)


@st.composite
def chosen(draw: st.DrawFn) -> tuple[LayerSpec, int, int]:
    flags = {name: draw(st.booleans()) for name in ("bidirectional", "batch_first")}
    sizes = {"input_size": draw(small), "hidden_size": draw(st.integers(9, 20)), "num_layers": draw(st.integers(1, 3))}
    return as_kind(BASE, draw(st.sampled_from(KINDS)), **flags, **sizes), draw(small), draw(small)


def sizes_of(spec: LayerSpec, seq_len: int, batch: int) -> dict[str, int]:
    """The numbers that the front end puts in: the sliders' and the constants."""
    moved = {name: getattr(spec, name) for name in ("input_size", "hidden_size", "num_layers", "num_directions")}
    return CONSTANTS[spec.kind] | moved | {"seq_len": seq_len, "batch": batch}


@given(chosen())
def test_the_rules_with_numbers_put_in_are_the_shapes(case: tuple[LayerSpec, int, int]) -> None:
    spec, seq_len, batch = case
    sizes = sizes_of(spec, seq_len, batch)
    sent = RULES[spec.kind]["batch_first" if spec.batch_first else "seq_first"]
    drawn = {
        rule["name"]: tuple(value_of(axis, sizes) for axis in rule["axes"])
        for rule in sent
        if rule["role"] != "parameter" or (rule["layer"] < spec.num_layers and rule["direction"] < spec.num_directions)
    }
    said = {name: t.sizes for name, t in shapes(spec, seq_len, batch).items() if t.layer is None or t.layer < 2}
    assert drawn == said


@given(chosen())
def test_a_template_with_numbers_put_in_is_the_code(case: tuple[LayerSpec, int, int]) -> None:
    spec, seq_len, batch = case
    flags = (spec.bidirectional, spec.batch_first, spec.num_layers > 1)
    template = TEMPLATES[" ".join([spec.kind, *(str(flag).lower() for flag in flags)])]
    sizes = sizes_of(spec, seq_len, batch)
    assert FIELD.sub(lambda field: str(value_of(field[1], sizes)), template) == spec.code(seq_len, batch)


def test_another_kind_keeps_only_what_it_has() -> None:
    assert as_kind(BASE, "GRU") == LayerSpec("GRU", 12, 16, num_layers=2, bidirectional=True, dropout=0.5)
    for kind in CELLS:
        assert as_kind(BASE, kind) == LayerSpec(kind, 12, 16)
    assert as_kind(LayerSpec("RNN", 3, 2, nonlinearity="relu"), "RNNCell").nonlinearity == "relu"
    assert as_kind(LayerSpec("RNN", 3, 2, nonlinearity="relu"), "LSTM").nonlinearity == "tanh"


def test_one_layer_has_no_dropout_to_warn_of() -> None:
    assert as_kind(BASE, "LSTM", num_layers=1).dropout == 0
