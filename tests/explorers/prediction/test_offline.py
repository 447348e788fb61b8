"""A card on a page with no kernel: node replies to whatever is typed as the kernel does, word for word."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rnnlib import LayerSpec, predict
from rnnlib.explorers.prediction.card import PredictionCard
from rnnlib.spec import shapes
from rnnlib.spec.kinds import LAYERS
from tests.explorers.prediction.test_answer import BARE, BRACKETS, NO_SHAPES, ODD, Halved
from tests.explorers.prediction.test_card import hear
from tests.explorers.prediction.test_slice_question import DANGEROUS
from tests.node import run
from tests.strategies import batches, cases, seq_lens, specs

HERE = Path(__file__).parent
Make = Callable[[], PredictionCard]

DEEP = LayerSpec("GRU", 5, 10, 2, bidirectional=True)
FIRST = LayerSpec("LSTM", 5, 12, 3, batch_first=True, bidirectional=True, proj_size=10)
SIZES = {"seq_len": 6, "batch": 3}


def by_kernel(card: PredictionCard, answers: list[str], messages: list[Any]) -> list[Any]:
    """What the kernel says to each answer, and to each message."""
    sent: list[dict[str, Any]] = []
    card.send = lambda content, buffers=None: sent.append(content)
    for message in messages:
        hear(card, message)
    return [[feedback(card, answer) for answer in answers], sent]


def recorded(card: PredictionCard) -> Any:
    return card._recording().state["recording"]


def feedback(card: PredictionCard, answer: str) -> dict[str, Any]:
    try:
        told = card.answer(answer)
    except ValueError as error:
        return {"problem": str(error)}
    return {"right": told.right, "slip": told.slip} | ({} if told.right else {"said": told.said})


def agree(*asked: tuple[Make, list[str]]) -> None:
    """Both sides say the same to the answers, to each at first and one after the other, and to who asks."""
    asks = []
    for make, answers in asked:
        messages = [{"answer": answer, "id": f"a-{at}"} for at, answer in enumerate(answers[:12])]
        asks.append((make, answers, [*messages, {"show": True, "id": "b"}, *messages[:1]]))
    given = [[recorded(make()), answers, messages] for make, answers, messages in asks]
    by_page = json.loads(run(HERE / "offline.mjs", given=json.dumps(given)))
    for (make, answers, messages), (said, sent) in zip(asks, by_page, strict=True):
        kernel = json.loads(json.dumps(by_kernel(make(), answers, messages)))
        for answer, page, expected in zip(answers, said, kernel[0], strict=True):
            page.pop("read", None)
            assert page == expected, repr(answer)[:99]
        assert sent == kernel[1]


def of(layer: Any, tensor: str, **more: Any) -> Make:
    return lambda: predict(layer, tensor, **(SIZES | more))


def test_a_shape_is_read_as_the_kernel_reads_it() -> None:
    texts = [text for text in (*BRACKETS, *BARE, *ODD, *NO_SHAPES, "(20,)", "20", "２０") if isinstance(text, str)]
    agree((of(DEEP, "h_n"), texts), (of(DEEP, "bias_ih_l0"), texts))


@pytest.mark.parametrize("batch", [3, None])
def test_every_wrong_shape_has_its_sentence(batch: int | None) -> None:
    asked = []
    for name, tensor in shapes(FIRST, 6, batch).items():
        sizes = sorted({*tensor.sizes, 1, 2, 3, 6, 40})
        answers = [str(shape) for axes in (1, 2, 3, 4) for shape in itertools.product(sizes, repeat=axes)]
        if "l0" in name or "l1" in name or tensor.role != "parameter":
            asked.append((of(FIRST, name, batch=batch), answers[:: len(answers) // 100 + 1]))
    agree(*asked)


@pytest.mark.parametrize(("layer", "tensor"), [(DEEP, "h_n"), (FIRST, "c_0"), (LayerSpec("RNN", 5, 10, 3), "h_n")])
def test_every_row_has_its_sentence(layer: LayerSpec, tensor: str) -> None:
    rows = [str(row) for row in range(-9, 10)]
    written = ["-0", "07", "[-1]", f"{tensor}[ - 1 ]", "−2", "+1", "1.", "9" * 18, "- 1"]
    none = ["", " ", "banana", "1.5", "1, 2", "c_1[1]", "h_n", "9" * 19, "--1", "٣", "\n", "'1'", "{shown}", "$&"]
    directions = ["forward", "backward"][: layer.num_directions]
    places = [(at, d) for at in range(layer.num_layers) for d in directions]
    agree(*[(of(layer, tensor, row=place), rows + written + none) for place in places])


PARTS = ("0", "-1", "5", "7", "-7", ":", "::2", ":1", "-1:", ":10", "10:", "10:20", "-10:", "3:7", "...", "::0", "::-1")
WRITTEN = (
    *(
        "output",
        "output[0, :, 10:]",
        "[0,:,10:]",
        "0, :, 10:",
        "[0][:, 10:]",
        "[ -6 , ... , 10 : 20 ]",
        "`[0, …, 10:]`",
    ),
    *("[0,]", "[0, :,]", "output [0] [1] [2]", "[0][1][2][3]", "[0][1][2][:]", "[0][1][2][...]", "[5:2]", "[5:2][0]"),
    *(
        "- 1",
        "−1",
        "［0］",
        "[:, 0][0, 10:]",
        "[..., ...]",
        "[..., 99]",
        "[..., 7, :]",
        "[0, 0, 0][::0]",
        "[0, 0, 0][::-1]",
        "[0, 0, 0, 0]",
        "[-0]",
        "[00]",
        "[0:1:]",
        "[::]",
        "[,]",
        "[0,,1]",
        "[]",
        "[0 1]",
    ),
    *(
        "[::2][0]",
        "[0:6:5][0, :, 10:]",
        "[0:1, :, 10:]",
        "[0, 0:3, 10:20:1]",
        "[0, ::2, 10:]",
        "[100000000000000]",
        "[01]",
    ),
)


@pytest.mark.parametrize("layer", [DEEP, FIRST, LayerSpec("RNN", 5, 10, 3)], ids=str)
def test_every_slice_has_its_sentence(layer: LayerSpec) -> None:
    made = [f"[{', '.join(parts)}]" for count in (1, 2, 3) for parts in itertools.product(PARTS, repeat=count)]
    answers = [*made[::23], *WRITTEN, *DANGEROUS]
    asked = [(of(layer, "output", equals="h_n[-1]"), answers)]
    asked += [(of(layer, "output", equals="h_n[-1]", batch=None), made[::29])]
    asked += [(of(layer, "output", equals="h_n[-2]"), answers)] if layer.bidirectional else []
    agree(*asked)


CHOICES = [
    "it raises",
    "it runs, and is right",
    " It RUNS,  and is wrong. ",
    "",
    "banana",
    "a",
    "2 × 3",
    "they are equal",
]


def test_every_choice_has_its_sentence() -> None:
    slips = {"it raises": "It fits."}
    agree(
        (lambda: predict(question="?", attempt=lambda: 1, expected=lambda: 2, slips=slips), CHOICES),
        (lambda: predict(question="?", attempt=lambda: 1 / 0, expected=lambda: 2), CHOICES),
        (lambda: predict(question="?", larger={"2 × 3": lambda: 6, "a": lambda: 7}), CHOICES),
        (lambda: predict(question="?", larger={"2 × 3": lambda: 6, "a": lambda: 6}), CHOICES),
    )


def test_the_learners_own_layer_has_the_last_word() -> None:
    agree((of(Halved(5, 8), "output"), ["(6, 3, 4)", "(6, 3, 8)", "(3, 6, 8)", "4"]))


@pytest.mark.parametrize(
    "make",
    [
        of(Halved(5, 8), "output", equals="h_n[-1]"),
        lambda: predict(question="?", attempt=lambda: 1, expected=lambda: 1 / 0),
    ],
)
def test_a_card_that_cannot_judge_says_so_on_a_page_too(make: Make) -> None:
    agree((make, make().choices[:1] or ["[-1]"]))


LETTERS = [
    "0",
    "1",
    "3",
    "10",
    "-1",
    "2.5",
    ",",
    ", ",
    " ",
    ";",
    "x",
    "×",
    ":",
    "::",
    "...",
    "…",
    "(",
    ")",
    "[",
    "]",
    "٣",
]
LETTERS += [
    "output",
    "h_n",
    "torch.Size(",
    "²",
    "−",
    "+",
    "*",
    "é",
    "'",
    '"',
    "`",
    ".",
    "\t",
    "\n",
    "０",
    "、",
    "_",
    "½",
    "漢",
]
typed = st.lists(st.sampled_from(LETTERS), max_size=9).map("".join)
shapes_like = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(str)


@settings(cases(15), phases=[Phase.explicit, Phase.generate])  # to shrink so many answers takes for ever
@given(specs(), seq_lens, st.none() | batches, st.lists(typed | shapes_like, min_size=30, max_size=60), st.randoms())
def test_whatever_is_typed(spec: LayerSpec, seq_len: int, batch: int | None, answers: list[str], chance: Any) -> None:
    sizes = {"seq_len": seq_len, "batch": batch}
    tensors = list(shapes(spec, **sizes))
    asked = [(of(spec, name, **sizes), answers) for name in chance.sample(tensors, 3)]
    if spec.kind in LAYERS:
        asked.append((of(spec, "h_n", row=(spec.num_layers - 1, "forward"), **sizes), answers))
        asked.append((of(spec, "output", equals="h_n[-1]", **sizes), answers))
    agree(*asked)


def test_to_save_a_card_tells_it_nothing_and_of_it_nothing_but_its_question() -> None:
    card = of(DEEP, "h_n")()
    card.reply("(1, 1)")
    saved = card._recording().state
    assert saved["answers"] == []
    assert "truth" not in card.reply("(1, 1)")
    assert recorded(of(DEEP, "h_n", reveal="later")()) == {
        "problem": "What is right is told later, with card.reveal()."
    }


def test_a_page_does_not_give_the_answer_away_at_a_glance() -> None:
    for make, answers in (
        (of(DEEP, "h_n"), (r"4, ?3, ?10",)),
        (of(DEEP, "h_n", row=(1, "forward")), (r"h_n\[2\]", "layer forgotten")),
        (of(DEEP, "output", equals="h_n[-1]"), (r"0, :, 10:", "other half")),
    ):
        page = make().as_html()
        assert "Predict" in page or "Which" in page
        data = re.sub(r'<(script|style) id="rnnlib-.*?</\1>', "", page, flags=re.DOTALL)
        assert [answer for answer in answers if re.search(answer, data)] == []
