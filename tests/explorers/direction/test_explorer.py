"""The direction explorer without a browser: what it asks, when it asks, the code it shows, and bad values."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlib import LayerSpec
from rnnlib.data import japanese_vowels
from rnnlib.engine.reach.who_reads import Reads, who_reads
from rnnlib.explorers.direction.explorer import DirectionExplorer
from rnnlib.explorers.direction.payload import check_units, steps_that_fit
from rnnlib.explorers.direction.view import PLACE
from rnnlib.spec.kinds import LAYERS
from tests.node import run
from tests.strategies import cases, real, refused, specs


def sent(explorer: DirectionExplorer, **values: Any) -> None:
    """What a front end's message does."""
    explorer.set_state(values)


def decoded(explorer: DirectionExplorer) -> dict[str, np.ndarray]:
    """The arrays as the front end reads them."""
    arrays = explorer.answer["arrays"]
    return {name: np.frombuffer(a["values"], dtype="<f4").reshape(a["dims"]) for name, a in arrays.items()}


def assert_shows(explorer: DirectionExplorer, found: Reads) -> None:
    """The arrays are the reading's numbers; what has been read is never rounded to nothing."""
    for name, array in decoded(explorer).items():
        wanted = getattr(found, name).numpy()
        np.testing.assert_allclose(array, wanted, rtol=1e-6, atol=1e-44)
        np.testing.assert_array_equal(array > 0, wanted > 0)
    assert explorer.answer["lengths"] == found.lengths.tolist()
    assert explorer.answer["asked"]["packed"] == found.packed


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Reads]:
    """Every reading that explorers ask for from here on."""
    made: list[Reads] = []

    def counted(*arguments: Any, **named: Any) -> Reads:
        made.append(who_reads(*arguments, **named))
        return made[-1]

    monkeypatch.setattr("rnnlib.explorers.direction.explorer.who_reads", counted)
    return made


@cases(30)
@given(spec=specs(LAYERS), packed=st.booleans(), lengths=st.lists(st.integers(1, 6), min_size=1, max_size=3))
def test_a_module_of_ones_own_is_asked_with_its_own_weights(spec: LayerSpec, packed: bool, lengths: list[int]) -> None:
    shape = (len(lengths), 6, spec.input_size) if spec.batch_first else (6, len(lengths), spec.input_size)
    layer, x = real(spec), torch.randn(shape)
    explorer = DirectionExplorer(layer, x, lengths, packed=packed)
    assert explorer.layer is layer
    assert explorer.seq_len == 6
    assert explorer.kind == spec.kind
    assert_shows(explorer, who_reads(layer, x, lengths, packed=packed))


@pytest.mark.parametrize("kind", LAYERS)
def test_a_kind_alone_is_enough(kind: str) -> None:
    explorer = DirectionExplorer(kind)
    assert explorer.who_reads.spec == LayerSpec(kind, 12, 4, bidirectional=True)
    assert_shows(explorer, who_reads(explorer.layer, explorer.x, explorer.lengths))


def test_it_reads_recorded_utterances_of_several_lengths() -> None:
    explorer = DirectionExplorer(seq_len=15)
    assert explorer.lengths == [15, 11, 9]
    utterances = japanese_vowels()
    whole = {utterances[i].tobytes() for i in range(len(utterances))}
    for item, length in enumerate(explorer.lengths):
        assert explorer.x[:length, item].contiguous().numpy().tobytes() in whole
        assert not explorer.x[length:, item].any()


@pytest.mark.parametrize("batch_first", [True, False])
def test_one_sequence_and_a_packed_one_are_taken_too(batch_first: bool) -> None:
    layer = nn.GRU(3, 2, bidirectional=True, batch_first=batch_first, dtype=torch.float64)
    alone = DirectionExplorer(layer, torch.randn(5, 3, dtype=torch.float64))
    assert alone.answer["sizes"]["batch"] == 1
    assert alone.answer["given"] == ("x[None]" if batch_first else "x[:, None]")
    packed = pack_padded_sequence(torch.randn(5, 2, 3, dtype=torch.float64), [3, 5], enforce_sorted=False)
    explorer = DirectionExplorer(layer, packed)
    assert (explorer.packed, explorer.lengths, explorer.seq_len) == (True, [3, 5], 5)
    assert_shows(explorer, who_reads(layer, packed))


def test_choosing_another_number_asks_nothing(asked: list[Reads]) -> None:
    explorer = DirectionExplorer(LayerSpec("LSTM", 12, 4, 2, bidirectional=True, proj_size=3), seq_len=5)
    before = explorer.answer
    for part in ("h_n", "output"):
        sent(explorer, part=part)
        for name, there in zip(PLACE, (5, 2, 2, 3, 3), strict=True):
            for value in range(there):
                setattr(explorer, name, value)
                sent(explorer, **{name: value})
                assert explorer.problem == ""
    assert len(asked) == 1
    assert explorer.answer is before


def test_another_layer_or_input_is_asked_once(asked: list[Reads]) -> None:
    explorer = DirectionExplorer("LSTM", seq_len=5)
    changed = [("kind", "GRU"), ("seq_len", 7), ("num_layers", 2), ("bidirectional", False), ("packed", True)]
    for number, (name, value) in enumerate(changed, start=2):
        for _ in range(2):  # the same again is no change
            sent(explorer, **{name: value})
            assert (len(asked), explorer.problem) == (number, ""), name
        assert_shows(explorer, asked[-1])
    assert asked[-1].spec == LayerSpec("GRU", 12, 4, num_layers=2)
    sent(explorer, kind="RNN", num_layers=1, bidirectional=True)
    assert len(asked) == len(changed) + 2


def test_the_place_stays_within_what_is_there_and_at_the_end() -> None:
    explorer = DirectionExplorer(LayerSpec("LSTM", 12, 4, 3, bidirectional=True), seq_len=9)
    sent(explorer, seq_len=7)
    assert explorer.time == 0  # where it is until someone chooses
    sent(explorer, seq_len=9)
    explorer.time, explorer.layer_index, explorer.unit = 8, 2, 3
    sent(explorer, seq_len=12)
    assert explorer.time == 11  # output[-1] it was, output[-1] it is
    sent(explorer, time=8, num_layers=1, bidirectional=False)
    sent(explorer, seq_len=5)
    assert (explorer.time, explorer.layer_index, explorer.direction, explorer.unit, explorer.problem) == (
        4,
        0,
        0,
        3,
        "",
    )


def test_ones_own_layer_comes_back_and_others_are_fresh() -> None:
    layer = nn.LSTM(3, 4, 2, dropout=0.5, bidirectional=True)
    explorer = DirectionExplorer(layer, torch.randn(5, 2, 3))
    explorer.num_layers = 1
    assert explorer.layer is not layer
    assert explorer.answer["sizes"]["batch"] == 2  # on the same x
    explorer.num_layers = 2
    assert explorer.layer is layer


def test_an_x_of_ones_own_has_its_own_seq_len() -> None:
    explorer = DirectionExplorer(nn.GRU(3, 4), torch.randn(5, 2, 3))
    refused(lambda: setattr(explorer, "seq_len", 6), "seq_len=5")
    assert explorer.seq_len == 5


@pytest.mark.parametrize(("name", "value"), [("seq_len", 7), ("kind", "RNN"), ("packed", True), ("num_layers", 2)])
def test_an_interrupt_leaves_what_is_chosen_and_what_is_shown_together(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = DirectionExplorer("GRU")
    before = getattr(explorer, name), explorer.answer, explorer.who_reads, explorer.layer

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("rnnlib.explorers.direction.explorer.who_reads", interrupted)
        with pytest.raises(KeyboardInterrupt):
            setattr(explorer, name, value)
    assert (getattr(explorer, name), explorer.answer, explorer.who_reads, explorer.layer) == before
    setattr(explorer, name, value)
    assert explorer.answer["asked"][name] == value


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_of_a_kind_the_layer_is_built_in_the_dtype_of_x(dtype: torch.dtype) -> None:
    explorer = DirectionExplorer("GRU", torch.randn(5, 2, 12, dtype=dtype))
    assert (explorer.layer.weight_ih_l0.dtype, explorer.x.dtype) == (dtype, dtype)
    assert (explorer.who_reads.h_n > 0).all()


def test_what_is_a_trait_is_an_argument_too() -> None:
    chosen = {"num_layers": 2, "bidirectional": True, "packed": True, "seq_len": 7}
    place = {"part": "h_n", "time": 3, "layer_index": 1, "direction": 0, "item": 2, "unit": 1}
    explorer = DirectionExplorer("RNN", **chosen, **place)
    assert {name: getattr(explorer, name) for name in (*chosen, *place)} == chosen | place
    assert explorer.layer.num_layers == 2
    assert not DirectionExplorer("GRU", bidirectional=False).layer.bidirectional
    module = nn.GRU(12, 4, bidirectional=True)
    assert DirectionExplorer(module, time=0).layer is module
    assert DirectionExplorer(module, kind="LSTM").layer is not module


def test_a_very_large_layer_is_asked_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer, release = DirectionExplorer(LayerSpec("LSTM", 12, 700), seq_len=3, time=2), threading.Event()

    def when_released(*given: Any, **named: Any) -> Reads:
        assert release.wait(timeout=60)
        return who_reads(*given, **named)

    monkeypatch.setattr("rnnlib.explorers.direction.explorer.who_reads", when_released)
    explorer.seq_len = 12
    assert (explorer.answer["asked"]["seq_len"], explorer.running["asked"]["seq_len"]) == (3, 12)
    assert explorer.running["says"].endswith("take a moment.")
    release.set()
    explorer.wait()
    assert (explorer.running, explorer.answer["asked"]["seq_len"], explorer.time) == ({}, 12, 11)
    assert explorer.who_reads.output.shape == (12, 3, 1, 12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layer": "LTSM"}, ("Did you mean 'LSTM'",)),
        ({"layer": "LSTMCell"}, ("'LSTM'",)),
        ({"layer": nn.GRUCell(3, 2)}, ("'GRU'",)),
        ({"layer": 3}, ("no recurrent layer",)),
        ({"layer": nn.Linear(3, 2)}, ("Linear",)),
        ({"x": [1.0]}, ("tensor",)),
        ({"x": torch.zeros(3, 2, 5)}, ("12",)),
        ({"x": torch.zeros(0, 2, 12)}, ("empty",)),
        ({"x": torch.zeros(3, 2, 12), "lengths": [3]}, ("2 sequences",)),
        ({"x": torch.zeros(3, 2, 12), "lengths": [3, 4]}, ("lengths[1]",)),
        ({"x": torch.full((3, 2, 12), torch.nan)}, ("nan",)),
        ({"lengths": [3, 4]}, ("give x",)),
        ({"packed": "yes"}, ("True or False",)),
        ({"packed": None}, ("True or False",)),
        ({"layer": nn.LSTM(12, 1024), "seq_len": 29}, ("seq_len 29 and batch 3", "at most", "steps fit")),
        ({"layer": LayerSpec("LSTM", 12, 20_000)}, ("seq_len 1 and batch 3", "a smaller hidden_size or num_layers")),
        ({"seq_len": 0}, ("seq_len",)),
        ({"seq_len": 2.5}, ("seq_len",)),
        ({"seq_len": 40}, ("29",)),
        ({"controls": ("seqlen",)}, ("seqlen",)),
        ({"controls": "seq_len"}, ("several",)),
        ({"question": 3}, ("question",)),
        ({"question": None}, ("question must be a text",)),
        ({"part": "c_n"}, ("'output' or 'h_n'",)),
        ({"time": 12}, ("time must be at most 11",)),
        ({"unit": 4}, ("unit must be at most 3",)),
        ({"direction": 1, "bidirectional": False}, ("direction must be at most 0",)),
        ({"kind": "LSTMCell"}, ("'LSTM'",)),
        ({"num_layers": 0}, ("num_layers must be at least 1",)),
        ({"hidden_size": 3}, ("no argument 'hidden_size'",)),
        ({"layer": nn.GRU(12, 3), "x": torch.zeros(4, 2, 12), "seq_len": 5}, ("seq_len=4",)),
    ],
)
def test_a_bad_argument_is_refused_in_a_sentence(arguments: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(lambda: DirectionExplorer(**arguments), *words)


@pytest.mark.parametrize("layer", [nn.GRU(256, 256), nn.LSTM(12, 200, bidirectional=True, batch_first=True)])
def test_the_default_input_fits_a_large_layer(layer: nn.Module) -> None:
    explorer = DirectionExplorer(layer)
    units = explorer.answer["sizes"]["units"]
    assert (explorer.seq_len, 1 <= units < layer.hidden_size) == (12, True)
    assert f"the first {units} were asked" in explorer.answer["note"]
    assert explorer.answer["note"] in repr(explorer)
    assert_shows(explorer, explorer.who_reads)
    refused(lambda: setattr(explorer, "unit", units), f"at most {units - 1}")
    half = explorer.who_reads.output[-1, 0].chunk(explorer.answer["sizes"]["num_directions"])[-1]
    assert (half > 0).any(0).tolist() == [not layer.bidirectional] * 11 + [True]


@pytest.mark.parametrize("hidden_size", [256, 512, 1024, 2048])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_so_many_steps_as_are_offered_fit_and_no_more(hidden_size: int, num_layers: int) -> None:
    spec = LayerSpec("LSTM", hidden_size, hidden_size, num_layers)
    most = steps_that_fit(spec, batch=3)
    assert check_units(spec, most, batch=3) == 1
    refused(lambda: check_units(spec, most + 1, batch=3), f"at most {most} step")
    assert steps_that_fit(spec, batch=1) > most
    assert check_units(LayerSpec("LSTM", 300, 512, bidirectional=True), 15, 1) == 1


def test_too_long_an_x_is_refused_and_its_first_steps_are_not(asked: list[Reads]) -> None:
    layer, x = nn.LSTM(3, 64), torch.randn(700, 1, 3)
    said = refused(lambda: DirectionExplorer(layer, x), "seq_len 700 and batch 1 are too much", "at most")
    assert asked == []
    most = int(re.findall(r"at most (\d+) steps", said)[0])
    assert DirectionExplorer(layer, x[:most]).seq_len == most


# What the front end writes of each number: its name, its sentence and the code that picks it, as node computes them.


def told(explorer: DirectionExplorer, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the front end makes of these places."""
    traits = {name: getattr(explorer, name) for name in ("kind", "seq_len", "num_layers", "bidirectional", "packed")}
    arrays = {name: {"dims": a.shape, "numbers": a.ravel().tolist()} for name, a in decoded(explorer).items()}
    given = {"traits": traits | {"answer": explorer.answer | {"arrays": {}}}, "arrays": arrays, "places": places}
    return json.loads(run(Path(__file__).parent / "told.mjs", given=json.dumps(given)))


def places_of(explorer: DirectionExplorer) -> list[dict[str, Any]]:
    """Every place of output and of h_n."""
    s = explorer.answer["sizes"]
    at = [(d, b, u) for d in range(s["num_directions"]) for b in range(s["batch"]) for u in range(s["size"])]
    rest = [{"direction": d, "item": b, "unit": u} for d, b, u in at]
    output = [{"part": "output", "time": t, "layer": 0} | r for t in range(s["seq_len"]) for r in rest]
    return output + [{"part": "h_n", "time": 0, "layer": k} | r for k in range(s["num_layers"]) for r in rest]


CASES = [
    LayerSpec("LSTM", 3, 4, num_layers=2, bidirectional=True),
    LayerSpec("LSTM", 3, 5, num_layers=2, bidirectional=True, proj_size=2, batch_first=True),
    LayerSpec("GRU", 3, 2, num_layers=3),
    LayerSpec("RNN", 3, 2, nonlinearity="relu", batch_first=True, bidirectional=True),
]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("spec", CASES, ids=str)
def test_the_code_runs_and_picks_that_very_tensor(spec: LayerSpec, packed: bool) -> None:
    x = torch.randn((3, 6, 3) if spec.batch_first else (6, 3, 3))
    explorer = DirectionExplorer(real(spec), x, [5, 2, 4], packed=packed)
    places = places_of(explorer)
    size = explorer.answer["sizes"]["size"]
    for place, said in zip(places, told(explorer, places), strict=True):
        names: dict[str, Any] = {"layer": explorer.layer, "x": x, "lengths": [5, 2, 4]}
        names |= {"pack_padded_sequence": pack_padded_sequence, "pad_packed_sequence": pad_packed_sequence}
        called, ways = said["code"].split("\n\n")
        exec(called, names)
        picked: dict[str, Tensor] = dict(
            zip(
                re.findall(r"# (.*)", ways),
                (eval(way, names) for way in re.findall(r"^[^#].*", ways, re.M)),
                strict=True,
            )
        )
        d, b, u = place["direction"], place["item"], place["unit"]
        if place["part"] == "h_n":
            wanted = names["h_n"][place["layer"] * spec.num_directions + d, b]
        else:
            output = names["output"].transpose(0, 1) if spec.batch_first else names["output"]
            wanted = output[place["time"], b, d * size : (d + 1) * size]
        *wholes, element = picked.values()
        assert len(picked) == (2 if place["part"] == "output" and not spec.bidirectional else 3)
        assert list(picked)[-1] == "this element"
        assert all(torch.equal(whole, wanted) for whole in wholes)
        assert torch.equal(element, wanted[u])
        assert torch.equal(eval(said["name"], names), wanted[u])


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("spec", CASES, ids=str)
def test_the_sentences_and_lights_are_the_readings(spec: LayerSpec, packed: bool) -> None:
    x = torch.randn((3, 6, 3) if spec.batch_first else (6, 3, 3))
    lengths = [5, 2, 4]
    explorer = DirectionExplorer(real(spec), x, lengths, packed=packed)
    places = places_of(explorer)
    found, size = explorer.who_reads, explorer.answer["sizes"]["size"]
    for place, said in zip(places, told(explorer, places), strict=True):
        d, b, u = place["direction"], place["item"], place["unit"]
        if place["part"] == "h_n":
            moved = found.h_n[place["layer"] * spec.num_directions + d, b, u]
        else:
            moved = found.output[place["time"], b, d * size + u]
        read = (moved > 0).tolist()
        assert [light > 0 for light in said["lights"]] == read
        length, run_steps = lengths[b], lengths[b] if packed else 6
        pads = sum(read[length:])
        if place["part"] == "output" and place["time"] >= run_steps:
            assert "filled with zeros" in said["sentence"]
            assert not any(read)
        else:
            assert f"{sum(read)} of {run_steps} steps" in said["sentence"]
        counted = (
            "" if not pads else f"{pads} of them " if pads < sum(read) else "a pad" if pads == 1 else f"all {pads}"
        )
        assert (counted in said["sentence"]) if pads else ("pad" not in said["sentence"])
        way = [within for within in said["way"] if within is not None]
        assert all(way[0][0] <= step <= way[0][1] for step in range(6) if read[step]) if way else not any(read)


def test_its_repr_tells_what_each_row_and_both_summaries_have_read() -> None:
    explorer = DirectionExplorer(question="Which half has read it all?")
    explorer.item = 2
    assert repr(explorer).splitlines() == [
        "LSTM, padded: what has been read of sequence 2, 7 of 12 steps its own",
        "  h_n[0] = layer 0 →                 x_0 … x_11, 12 of 12 steps, 5 of them pads",
        "  h_n[1] = layer 0 ←                 x_0 … x_11, 12 of 12 steps, 5 of them pads",
        "  output[-1], forward half           x_0 … x_11, 12 of 12 steps, 5 of them pads",
        "  output[-1], backward half          x_11, 1 of 12 steps, 1 of them pads",
        "  torch.cat((h_n[-2], h_n[-1]), -1)  x_0 … x_11, 12 of 12 steps, 5 of them pads",
        "  Find out: Which half has read it all?",
    ]
    explorer.packed = True
    assert "  output[-1], backward half          0 of 7 steps" in repr(explorer).splitlines()
    assert "  h_n[1] = layer 0 ←                 x_0 … x_6, 7 of 7 steps" in repr(explorer).splitlines()


def test_one_step_is_told_in_the_singular() -> None:
    explorer = DirectionExplorer(nn.GRU(12, 2), seq_len=1)
    assert repr(explorer).splitlines() == [
        "GRU, padded: what has been read of sequence 0, 1 step",
        "  h_n[0] = layer 0 →  x_0, 1 of 1 step",
        "  output[-1]          x_0, 1 of 1 step",
    ]


def test_its_repr_of_one_direction_with_batch_first() -> None:
    explorer = DirectionExplorer(nn.GRU(12, 2, batch_first=True), seq_len=7)
    assert repr(explorer).splitlines() == [
        "GRU, padded: what has been read of sequence 0, 7 steps",
        "  h_n[0] = layer 0 →  x_0 … x_6, 7 of 7 steps",
        "  output[:, -1]       x_0 … x_6, 7 of 7 steps",
    ]
