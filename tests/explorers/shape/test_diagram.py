"""What the front end makes of the symbols is what Python makes of them: shapes, snippet, picture and its words."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from rnnlib import LayerSpec, ShapeExplorer, shapes
from rnnlib.spec.kinds import KINDS
from rnnlib.spec.layer import as_kind
from tests.node import run

DRAWN = Path(__file__).parent / "drawn.mjs"
NAMES = ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first")
BASES = {"plain": LayerSpec("LSTM", 12, 16), "projected": LayerSpec("LSTM", 12, 16, proj_size=8, bias=False)}
LARGE = {"seq_len": 2000, "batch": 256, "input_size": 512, "hidden_size": 4096, "num_layers": 100}
SMALL = {"seq_len": 8, "batch": 3, "input_size": 12, "hidden_size": 64, "num_layers": 4}


def a_case(chance: random.Random) -> dict[str, Any]:
    """What a learner might choose; now and then a size that no picture can draw cell by cell."""
    most = {"seq_len": 24, "batch": 16, "input_size": 32, "num_layers": 5}
    sizes = {name: chance.choice([1, 2, chance.randint(1, top), 100 * top]) for name, top in most.items()}
    flags: dict[str, Any] = {name: chance.random() < 0.5 for name in ("bidirectional", "batch_first")}
    flags["width"] = chance.choice([260, 320, 360, 530, 699, 700, 848, 1108, 1600])
    return {"kind": chance.choice(KINDS), "hidden_size": chance.choice([9, 16, 64, 4096]), **sizes, **flags}


def drawn(base: LayerSpec, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    explorer = ShapeExplorer(base)
    sent = {name: getattr(explorer, name) for name in ("rules", "templates", "constants")}
    return json.loads(run(DRAWN, given=json.dumps(sent | {"cases": cases})))


@pytest.mark.parametrize("name", BASES)
def test_the_front_end_says_what_python_says(name: str) -> None:
    seed = random.randrange(10**9)
    print("seed", seed)
    chance = random.Random(seed)
    cases = [a_case(chance) for _ in range(300)]
    for case, there in zip(cases, drawn(BASES[name], cases), strict=True):
        spec = as_kind(BASES[name], case["kind"], **{n: case[n] for n in NAMES})
        here = {t.name: list(t.sizes) for t in shapes(spec, case["seq_len"], case["batch"]).values()}
        shown = {n: here[n] for n in here if n in there["shapes"]}
        assert there["shapes"] == shown, case
        assert set(here) - set(shown) == {n for n in here if re.search(r"_l([2-9]|\d\d)", n)}, case
        assert there["code"] == spec.code(case["seq_len"], case["batch"]), case
        assert_drawn(there, {n: sizes for n, sizes in here.items() if not re.match("weight|bias", n)})


def assert_drawn(there: dict[str, Any], tensors: dict[str, list[int]]) -> None:
    """The picture is well-formed and holds every shape, its words say every axis, and no number is none."""
    picture = ET.fromstring(there["svg"].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
    words = "".join(picture.itertext())
    assert not re.search("NaN|undefined|Infinity|null", there["svg"] + there["told"])
    for name, sizes in tensors.items():
        assert f"({', '.join(map(str, sizes))})" in words, (name, words)
        assert re.search(rf"\b{name} \([^)]*{sizes[-1]}\)", there["told"]), (name, there["told"])


def test_a_large_layer_costs_no_more_marks_than_a_small_one() -> None:
    flags = {"kind": "LSTM", "bidirectional": True, "batch_first": False}
    small, large = (there["svg"] for there in drawn(BASES["plain"], [SMALL | flags, LARGE | flags]))
    assert len(large) < 1.5 * len(small)
    for number in ("2000", "256", "512", "8192", "4096", "200"):
        assert number in large


def test_every_arrow_has_a_shaft() -> None:
    """A head is 7 units long."""
    flags = {"kind": "LSTM", "batch_first": False, "seq_len": 8, "batch": 3, "input_size": 12, "hidden_size": 16}
    cases = [
        flags | {"num_layers": layers, "bidirectional": both, "width": width}
        for layers in (1, 2, 3, 50)
        for both in (False, True)
        for width in (280, 360, 699, 700, 848)
    ]
    for case, there in zip(cases, drawn(BASES["plain"], cases), strict=True):
        straight = re.findall(r'class="flow" d="M([\d.]+) ([\d.]+)([HV])([\d.]+)"', there["svg"])
        assert len(straight) >= 2
        for x, y, way, to in straight:
            assert abs(float(to) - float(x if way == "H" else y)) > 10, case
