"""A small model of one label a sequence: torch's recurrent layer, what is read off it, and a linear head."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlib.engine.arguments.states import State
from rnnlib.engine.layers import build
from rnnlib.spec import LayerSpec

SUMMARIES = ("h_n", "output[-1]", "mean")


class SequenceClassifier(nn.Module):
    """Scores of classes for each sequence of a padded batch.

    Args:
        spec: of the recurrent layer, time first.
        classes: how many.
        summary: what the head reads: ``"h_n"``, the last layer's states at the end of both directions;
            ``"output[-1]"``, the last row of the padded output, whatever it holds; ``"mean"``, that of output over
            each sequence's own steps.
        packed: pack the batch, so that the layer reads no pads; else it reads them.
        forget_bias: of the gate that keeps the state, in ``bias_ih``, with 0 in ``bias_hh``; None leaves torch's.
        seed: of the weights.

    Shape:
        x :math:`(L, N, H_{in})`, lengths :math:`(N)` on the CPU, scores :math:`(N, classes)`.

    Raises:
        ValueError: a forget bias for a layer that has no gate that keeps, or no biases.

    Example:
        >>> model = SequenceClassifier(LayerSpec("GRU", 12, 32), classes=9)
        >>> model(torch.zeros(29, 4, 12), torch.tensor([29, 7, 11, 20])).shape
        torch.Size([4, 9])
    """

    def __init__(
        self,
        spec: LayerSpec,
        classes: int,
        *,
        summary: str = "h_n",
        packed: bool = True,
        forget_bias: float | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.spec, self.summary, self.packed = spec, summary, packed
        self.layer = build(spec, seed=seed)
        self.head = _head((spec.proj_size or spec.hidden_size) * spec.num_directions, classes, seed)
        if forget_bias is not None:
            _open(self.layer, spec, forget_bias)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Give the scores, from which ``cross_entropy`` makes the loss."""
        given = pack_padded_sequence(x, lengths, enforce_sorted=False) if self.packed else x
        output, states = self.layer(given)
        return self.head(self._summary(output, states, lengths))  # type: ignore[no-any-return]

    def _summary(self, output: Tensor | PackedSequence, states: State, lengths: Tensor) -> Tensor:
        if self.summary == "h_n":
            h_n = states[0] if isinstance(states, tuple) else states
            return torch.cat([*h_n[-self.spec.num_directions :]], dim=1)  # of the last layer, both directions
        rows = pad_packed_sequence(output)[0] if isinstance(output, PackedSequence) else output
        return rows[-1] if self.summary == "output[-1]" else _mean(rows, lengths)


def _mean(output: Tensor, lengths: Tensor) -> Tensor:
    """Of each sequence over its own steps."""
    own = (torch.arange(len(output))[:, None] < lengths).to(output.device)
    return (output * own[..., None]).sum(dim=0) / own.sum(dim=0)[:, None]


def _head(width: int, classes: int, seed: int) -> nn.Linear:
    """With torch's own start, drawn from a generator of its own."""
    head = nn.Linear(width, classes, device="meta", dtype=torch.float32).to_empty(device="cpu")
    generator = torch.Generator("cpu").manual_seed(seed)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.uniform_(-(width**-0.5), width**-0.5, generator=generator)
    return head


@torch.no_grad()
def _open(layer: nn.Module, spec: LayerSpec, bias: float) -> None:
    gate = spec.family.keeps
    if not gate or not spec.bias:
        raise ValueError(f"forget_bias={bias:g} does not fit {spec.kind}: it has no gate that keeps. Leave it out.")
    place = spec.family.gates.index(gate)
    rows = slice(place * spec.hidden_size, (place + 1) * spec.hidden_size)
    for name, parameter in layer.named_parameters():
        if name.startswith("bias_"):
            parameter[rows] = bias if name.startswith("bias_ih") else 0.0
