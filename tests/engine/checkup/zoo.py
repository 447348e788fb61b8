"""Small models, sick and sound, each as learners write them: what `checkup` must say of them, over many weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.functional import softmax
from torch.nn.utils.parametrizations import weight_norm
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

B, T, F, H = 5, 9, 6, 8
LENGTHS = torch.tensor([6, 9, 3, 8, 5])
DESCENDING = torch.tensor([9, 8, 6, 5, 3])


class Made(nn.Module):
    """A model of these parts, whose forward is a function of it."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.run = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *given: Any) -> Any:
        return self.run(self, *given)


@dataclasses.dataclass(frozen=True)
class Case:
    """What checkup is called with."""

    model: nn.Module
    x: torch.Tensor
    more: tuple[Any, ...] = ()
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


SICK: dict[str, tuple[set[str], Callable[[], Case]]] = {}
SOUND: dict[str, Callable[[], Case]] = {}


def sick(*questions: str) -> Callable[..., Any]:
    """A model for which these questions are answered with no; others may be, too."""

    def register(make: Callable[[], Case]) -> Callable[[], Case]:
        SICK[make.__name__] = set(questions), make
        return make

    return register


def sound(make: Callable[[], Case]) -> Callable[[], Case]:
    SOUND[make.__name__] = make
    return make


def numbers(lengths: torch.Tensor | None = None, steps: int = T, features: int = F) -> torch.Tensor:
    x = torch.randn(B, steps, features)
    if lengths is not None:
        x[torch.arange(steps) >= lengths[:, None]] = 0
    return x


def tokens(lengths: torch.Tensor | None = None) -> torch.Tensor:
    x = torch.randint(1, 20, (B, T))
    if lengths is not None:
        x[torch.arange(T) >= lengths[:, None]] = 0
    return x


def padded(model: nn.Module, x: torch.Tensor | None = None, lengths: torch.Tensor = LENGTHS) -> Case:
    return Case(model, numbers(lengths) if x is None else x, (lengths,), {"lengths": lengths})


def pack(x: torch.Tensor, lengths: torch.Tensor, **how: Any) -> Any:
    return pack_padded_sequence(x, lengths, batch_first=True, **{"enforce_sorted": False} | how)


def unpack(packed: Any) -> torch.Tensor:
    return pad_packed_sequence(packed, batch_first=True)[0]


def own(x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    return (torch.arange(x.shape[1]) < lengths[:, None]).unsqueeze(-1)


def lstm(**how: Any) -> nn.LSTM:
    return nn.LSTM(F, H, **{"batch_first": True} | how)


def gru(features: int = F, **how: Any) -> nn.GRU:
    return nn.GRU(features, H, **{"batch_first": True} | how)


def head(features: int = H) -> nn.Linear:
    return nn.Linear(features, 3)


# Sick: sequences meet.


@sick("batch", "alone", "every_step", "layers")
def without_batch_first() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[0][:, -1]), lstm=nn.LSTM(F, H), fc=head()), numbers())


@sick("batch", "layers")
def batch_first_by_mistake() -> Case:
    model = Made(lambda m, x: m.fc(m.gru(x)[0][-1]), gru=gru(), fc=head())
    return Case(model, numbers().transpose(0, 1), (), {"axes": ("seq_len", "batch", "input_size")})


@sick("batch")
def view_for_transpose() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x.view(T, B, F))[1][-1]), gru=nn.GRU(F, H), fc=head()), numbers())


@sick("batch")
def view_after_embedding() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(m.embed(x).view(x.shape[1], x.shape[0], F))[1][-1])

    return Case(Made(forward, embed=nn.Embedding(20, F), gru=nn.GRU(F, H), fc=head()), tokens())


@sick("batch")
def h_n_viewed() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.lstm(x)[1][0].view(len(x), -1))

    return Case(Made(forward, lstm=lstm(bidirectional=True), fc=head(2 * H)), numbers())


@sick("batch")
def output_reshaped() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x.transpose(0, 1))[0].reshape(len(x), T, H).mean(1))

    return Case(Made(forward, gru=nn.GRU(F, H), fc=head()), numbers())


@sick("batch")
def softmax_over_the_batch() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output = m.lstm(x)[0]
        return m.fc((softmax(m.score(output), dim=0) * output).sum(1))

    return Case(Made(forward, lstm=lstm(), score=nn.Linear(H, 1), fc=head()), numbers())


@sick("batch")
def attention_without_batch_first() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output = m.gru(x)[0]
        return m.fc(m.attend(output, output, output)[0].mean(1))

    return Case(Made(forward, gru=gru(), attend=nn.MultiheadAttention(H, 2), fc=head()), numbers())


@sick("batch")
def the_last_sequence_for_the_last_step() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[0][-1]), lstm=lstm(), fc=head()), numbers())


@sick("batch", "layers")
def a_layer_on_one_step_in_2d() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(torch.stack([m.lstm(x[:, t])[0] for t in range(x.shape[1])], 1).mean(1))

    return Case(Made(forward, lstm=nn.LSTM(F, H), fc=head()), numbers())


@sick("batch")
def centred_over_the_batch() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x - x.mean(0))[1][-1]), gru=gru(), fc=head()), numbers())


@sick("batch")
def a_decoders_state_viewed() -> Case:
    def forward(m: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        _, h_n = m.encoder(x)
        return m.fc(m.decoder(y, h_n.view(1, len(x), 2 * H))[0])

    model = Made(forward, encoder=gru(bidirectional=True), decoder=nn.GRU(4, 2 * H, batch_first=True), fc=head(2 * H))
    return Case(model, numbers(), (torch.randn(B, 7, 4),))


# Sick: pads.


@sick("alone", "padding")
def the_last_state_of_pads() -> Case:
    return padded(Made(lambda m, x, _: m.fc(m.lstm(x)[1][0][-1]), lstm=lstm(), fc=head()))


@sick("alone")
def the_last_step_of_the_box() -> Case:
    return padded(Made(lambda m, x, n: m.fc(unpack(m.lstm(pack(x, n))[0])[:, -1]), lstm=lstm(), fc=head()))


@sick("alone")
def a_mean_over_the_box() -> Case:
    return padded(Made(lambda m, x, n: m.fc(unpack(m.gru(pack(x, n))[0]).mean(1)), gru=gru(), fc=head()))


@sick("alone")
def a_maximum_over_zeros() -> Case:
    return padded(Made(lambda m, x, n: m.fc(unpack(m.gru(pack(x, n))[0]).amax(1)), gru=gru(), fc=head()))


@sick("alone", "padding")
def attention_over_pads() -> Case:
    def forward(m: Any, x: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        output = m.lstm(x)[0]
        return m.fc((softmax(m.score(output), dim=1) * output).sum(1))

    return padded(Made(forward, lstm=lstm(), score=nn.Linear(H, 1), fc=head()))


@sick("alone", "padding")
def both_directions_read_pads() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x)[0][torch.arange(len(x)), n - 1])

    return padded(Made(forward, gru=gru(bidirectional=True), fc=head(2 * H)))


@sick("alone", "padding")
def embedded_pads() -> Case:
    def forward(m: Any, x: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(m.embed(x))[1][-1])

    return padded(Made(forward, embed=nn.Embedding(20, F, padding_idx=0), gru=gru(), fc=head()), tokens(LENGTHS))


@sick("alone")
def squeezed() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[1][0].squeeze()), lstm=lstm(), fc=head()), numbers())


@sick("alone")
def a_state_of_one_batch_size() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x, torch.zeros(1, B, H))[1][-1]), gru=gru(), fc=head()), numbers())


@sick("order")
def sorted_and_left_so() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        by_length = n.argsort(descending=True)
        return m.fc(m.lstm(pack(x[by_length], n[by_length], enforce_sorted=True))[1][0][-1])

    return padded(Made(forward, lstm=lstm(), fc=head()))


@sick("order")
def sorted_and_left_so_in_a_sorted_batch() -> Case:
    case = sorted_and_left_so()
    return padded(case.model, lengths=DESCENDING)


# Sick: time.


@sick("directions")
def output_last_of_two_directions() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x)[0][:, -1]), gru=gru(bidirectional=True), fc=head(2 * H)), numbers())


@sick("directions")
def output_last_of_a_deep_one() -> Case:
    model = Made(lambda m, x: m.fc(m.lstm(x)[0][:, -1]), lstm=lstm(bidirectional=True, num_layers=2), fc=head(2 * H))
    return Case(model, numbers())


@sick("directions")
def own_last_of_two_directions() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.fc(unpack(m.gru(pack(x, n))[0])[torch.arange(len(x)), n - 1])

    return padded(Made(forward, gru=gru(bidirectional=True), fc=head(2 * H)))


@sick("every_step")
def the_first_output() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x.transpose(0, 1))[0][0])

    return Case(Made(forward, gru=nn.GRU(F, H), fc=head()), numbers())


@sick("every_step", "layers")
def a_state_left_behind() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        for t in range(x.shape[1]):
            h = m.cell(x[:, t])
        return m.fc(h)

    return Case(Made(forward, cell=nn.GRUCell(F, H), fc=head()), numbers())


@sick("every_step", "layers")
def the_last_step_alone() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x[:, -1:])[1][0][-1]), lstm=lstm(), fc=head()), numbers())


@sick("layers")
def a_window_of_features() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.lstm(x.transpose(1, 2))[0][:, -1])

    return Case(Made(forward, lstm=nn.LSTM(T, H, batch_first=True), fc=head()), numbers(features=1))


@sick("layers")
def every_step_a_sequence() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.cell(x.reshape(-1, F))).view(B, -1, 3).mean(1) if len(x) == B else m.fc(m.cell(x[:, 0]))

    return Case(Made(forward, cell=nn.RNNCell(F, H), fc=head()), numbers())


@sick("future")
def a_language_model_of_two_directions() -> Case:
    model = Made(lambda m, x: m.fc(m.gru(m.embed(x))[0]), embed=nn.Embedding(20, F), gru=gru(bidirectional=True))
    model.fc = head(2 * H)
    return Case(model, tokens(), (), {"causal": True})


# Sick: training.


@sick("twice", "backward")
def a_state_kept() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output, m.state = m.lstm(x, m.state)
        return m.fc(output[:, -1])

    return Case(Made(forward, lstm=lstm(), fc=head(), state=None), numbers())


@sick("twice")
def a_state_kept_and_detached() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output, state = m.gru(x, m.state)
        m.state = state.detach()
        return m.fc(output[:, -1])

    return Case(Made(forward, gru=gru(), fc=head(), state=None), numbers())


@sick("twice", "backward")
def half_a_state_detached() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output, (h, c) = m.lstm(x, m.state)
        m.state = h.detach(), c
        return m.fc(output[:, -1])

    model = Made(forward, lstm=lstm(), fc=head(), state=None)
    model(numbers())  # it has been used before: what it keeps belongs to a graph
    return Case(model, numbers())


@sick("trained")
def layers_in_a_list() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        for layer in m.layers:
            x = layer(x)[0]
        return m.fc(x[:, -1])

    return Case(Made(forward, layers=[gru(), gru(H)], fc=head()), numbers())


@sick("trained")
def cells_in_a_dict() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        h = torch.zeros(len(x), H)
        for t in range(x.shape[1]):
            h = m.cells["first"](x[:, t], h)
        return m.fc(h)

    return Case(Made(forward, cells={"first": nn.GRUCell(F, H)}, fc=head()), numbers())


@sick("trained")
def a_first_state_that_is_no_parameter() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x, m.h_0.expand(1, len(x), H))[1][-1])

    return Case(Made(forward, gru=gru(), fc=head(), h_0=torch.zeros(1, 1, H, requires_grad=True)), numbers())


@sick("trained")
def the_state_of_the_lower_layer() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[1][0][0]), lstm=lstm(num_layers=2), fc=head()), numbers())


@sick("trained")
def a_decoder_from_the_wrong_rows() -> Case:
    def forward(m: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        _, h_n = m.encoder(x)
        return m.fc(m.decoder(y, h_n[:2])[0])

    encoder = gru(num_layers=2, bidirectional=True)
    model = Made(forward, encoder=encoder, decoder=nn.GRU(4, H, num_layers=2, batch_first=True), fc=head())
    return Case(model, numbers(), (torch.randn(B, 7, 4),))


@sick("trained")
def a_head_unused() -> Case:
    return Case(Made(lambda m, x: m.a(m.gru(x)[1][-1]), gru=gru(), a=head(), b=head()), numbers())


@sick("trained")
def an_encoder_cut_off() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            h_n = m.gru(x)[1]
        return m.fc(h_n[-1])

    return Case(Made(forward, gru=gru(), fc=head()), numbers())


@sick("runs")
def a_tuple_into_a_linear() -> Case:
    return Case(nn.Sequential(lstm(), head()), numbers())


# Sound.


@sound
def a_bare_lstm() -> Case:
    return Case(lstm(), numbers())


@sound
def last_step() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[0][:, -1]), lstm=lstm(), fc=head()), numbers())


@sound
def time_first() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x.transpose(0, 1))[1][-1])

    return Case(Made(forward, gru=nn.GRU(F, H), fc=head()), numbers())


@sound
def time_first_as_given() -> Case:
    model = Made(lambda m, x: m.fc(m.gru(x)[0]), gru=nn.GRU(F, H), fc=head())
    return Case(model, numbers().transpose(0, 1), (), {"axes": ("seq_len", "batch", "input_size")})


@sound
def packed() -> Case:
    return padded(Made(lambda m, x, n: m.fc(m.lstm(pack(x, n))[1][0][-1]), lstm=lstm(), fc=head()))


@sound
def packed_and_returned() -> Case:
    return padded(Made(lambda m, x, n: m.lstm(pack(x, n))[0], lstm=lstm()))


@sound
def a_sorted_batch() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(pack(x, n, enforce_sorted=True))[1][-1])

    return padded(Made(forward, gru=gru(), fc=head()), lengths=DESCENDING)


@sound
def sorted_and_put_back() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        by_length = n.argsort(descending=True)
        h_n = m.gru(pack(x[by_length], n[by_length], enforce_sorted=True))[1][-1]
        return m.fc(h_n[by_length.argsort()])

    return padded(Made(forward, gru=gru(), fc=head()))


@sound
def two_directions_packed() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        h_n = m.lstm(pack(m.embed(x), n))[1][0]
        return m.fc(torch.cat((h_n[-2], h_n[-1]), -1))

    model = Made(forward, embed=nn.Embedding(20, F, padding_idx=0), lstm=lstm(bidirectional=True), fc=head(2 * H))
    return padded(model, tokens(LENGTHS))


@sound
def a_mask_from_the_ids() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output = unpack(m.gru(pack(m.embed(x), (x != 0).sum(1)))[0])
        return m.fc(output.sum(1) / (x != 0).sum(1, keepdim=True))

    model = Made(forward, embed=nn.Embedding(20, F, padding_idx=0), gru=gru(), fc=head())
    return Case(model, tokens(LENGTHS), (), {"lengths": LENGTHS})


@sound
def a_tagger_of_two_directions() -> Case:
    model = Made(lambda m, x: m.fc(m.lstm(x)[0]), lstm=lstm(bidirectional=True, num_layers=2, dropout=0.5))
    model.fc = head(2 * H)
    return Case(model, numbers())


@sound
def a_maximum_over_time() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x)[0].amax(1)), gru=gru(bidirectional=True), fc=head(2 * H)), numbers())


@sound
def a_masked_maximum() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x)[0].masked_fill(~own(x, n), -torch.inf).amax(1))

    return padded(Made(forward, gru=gru(), fc=head()))


@sound
def masked_attention() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        output = m.lstm(x)[0]
        scores = m.score(torch.tanh(m.key(output))).masked_fill(~own(x, n), -1e9)
        return m.fc((softmax(scores, dim=1) * output).sum(1))

    return padded(Made(forward, lstm=lstm(), key=nn.Linear(H, H), score=nn.Linear(H, 1), fc=head()))


@sound
def many_heads() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        output = m.gru(x)[0]
        mask = own(x, n)
        attended = m.attend(output, output, output, key_padding_mask=~mask[..., 0])[0]
        return m.fc((attended * mask).sum(1) / n[:, None])

    return padded(Made(forward, gru=gru(), attend=nn.MultiheadAttention(H, 2, 0.5, batch_first=True), fc=head()))


@sound
def no_recurrence() -> Case:
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(F, 2, 8, batch_first=True), 1, enable_nested_tensor=False
    )
    return Case(Made(lambda m, x: m.fc(m.encoder(x).mean(1)), encoder=encoder, fc=head(F)), numbers())


@sound
def a_convolution_first() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(m.norm(m.conv(x.transpose(1, 2)))).transpose(1, 2)
        return m.fc(m.gru(x)[1][-1])

    return Case(
        Made(forward, conv=nn.Conv1d(F, H, 3, padding=1), norm=nn.BatchNorm1d(H), gru=gru(H), fc=head()), numbers()
    )


@sound
def a_convolution_with_groups_and_a_stride() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        x = m.norm(m.conv(x.transpose(1, 2))).transpose(1, 2)
        return m.fc(m.gru(torch.nn.functional.gelu(x))[0])

    model = Made(forward, conv=nn.Conv1d(F, H, 3, stride=2, padding=1), norm=nn.GroupNorm(2, H), gru=gru(H), fc=head())
    return Case(model, numbers())


@sound
def a_cell_loop() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        h = c = torch.zeros(len(x), H)
        outputs = []
        for step in x.unbind(1):
            h, c = m.cell(step, (h, c))
            outputs.append(h)
        return m.fc(torch.stack(outputs, 1))

    return Case(Made(forward, cell=nn.LSTMCell(F, H), fc=head()), numbers(), (), {"causal": True})


@sound
def a_residual_stack() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        x = m.up(x)
        for layer, norm in zip(m.layers, m.norms, strict=True):
            x = x + m.drop(layer(norm(x))[0])
        return m.fc(x[:, -1])

    layers = nn.ModuleList([gru(H), gru(H)])
    norms = nn.ModuleList([nn.LayerNorm(H), nn.LayerNorm(H)])
    return Case(
        Made(forward, up=nn.Linear(F, H), layers=layers, norms=norms, drop=nn.Dropout(0.5), fc=head()), numbers()
    )


@sound
def an_encoder_and_a_decoder() -> Case:
    def forward(m: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        _, state = m.encoder(m.source(x))
        return m.fc(m.decoder(m.target(y), state)[0])

    parts = {"source": nn.Embedding(20, F), "target": nn.Embedding(20, F), "encoder": lstm(), "decoder": lstm()}
    return Case(Made(forward, **parts, fc=head()), tokens(), (torch.randint(0, 20, (B, 7)),))


@sound
def a_decoder_step_by_step() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output, h = m.encoder(x)
        y, outputs = torch.zeros(len(x), 1, H), []
        for _ in range(4):
            scores = softmax(h[-1].unsqueeze(1) @ output.transpose(1, 2), -1)
            y, h = m.decoder(torch.cat((y, scores @ output), -1), h)
            outputs.append(y)
        return m.fc(torch.cat(outputs, 1))

    return Case(Made(forward, encoder=gru(), decoder=gru(2 * H), fc=head()), numbers())


@sound
def a_dict() -> Case:
    def forward(m: Any, x: torch.Tensor) -> dict[str, Any]:
        output, h_n = m.gru(x)
        logits = m.fc(output)
        return {"logits": logits, "state": h_n, "loss": logits.square().mean(), "steps": x.shape[1]}

    return Case(Made(forward, gru=gru(), fc=head()), numbers())


@dataclasses.dataclass
class Answer:
    logits: torch.Tensor
    state: torch.Tensor | None = None


@sound
def a_dataclass() -> Case:
    return Case(Made(lambda m, x: Answer(m.fc(m.gru(x)[1][-1])), gru=gru(), fc=head()), numbers())


@sound
def logits_in_rows() -> Case:
    model = Made(
        lambda m, x: m.fc(m.gru(m.embed(x))[0]).reshape(-1, 3), embed=nn.Embedding(20, F), gru=gru(), fc=head()
    )
    return Case(model, tokens(), (), {"causal": True})


@sound
def logits_in_rows_time_first() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(m.embed(x.t()))[0].view(-1, H))

    return Case(Made(forward, embed=nn.Embedding(20, F), gru=nn.GRU(F, H), fc=head()), tokens())


@sound
def an_argmax() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x)[1][-1]).argmax(-1), gru=gru(), fc=head()), numbers())


@sound
def a_learned_first_state() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(x, m.h_0.expand(-1, len(x), -1).contiguous())[1][-1])

    return Case(Made(forward, gru=gru(num_layers=2), fc=head(), h_0=nn.Parameter(torch.zeros(2, 1, H))), numbers())


@sound
def a_state_in_and_out() -> Case:
    return Case(lstm(num_layers=2), numbers(), ((torch.zeros(2, B, H), torch.zeros(2, B, H)),))


@sound
def frozen_and_hidden_on_purpose() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(m.embed(x))[1][-1]) - m.teacher[0](m.embed(x)).mean(1)

    teacher = nn.Linear(F, 3).requires_grad_(False)
    embed = nn.Embedding(20, F).requires_grad_(False)
    return Case(Made(forward, embed=embed, gru=gru(), fc=head(), teacher=[teacher]), tokens())


@sound
def tied_weights() -> Case:
    model = Made(lambda m, x: m.fc(m.gru(m.embed(x))[0]), embed=nn.Embedding(20, H), gru=gru(H), fc=nn.Linear(H, 20))
    model.fc.weight = model.embed.weight
    return Case(model, tokens(), (), {"causal": True})


@sound
def weights_made_anew() -> Case:
    layer = weight_norm(lstm(), "weight_hh_l0")
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[1][0][-1]), lstm=layer, fc=head()), numbers())


@sound
def words_of_letters() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        words = m.letters(x.flatten(0, 1))[1][-1].view(*x.shape[:2], H)
        return m.fc(m.words(words)[0])

    model = Made(forward, letters=gru(4), words=gru(H), fc=head())
    return Case(model, torch.randn(B, T, 3, 4), (), {"axes": ("batch", "seq_len", "letters", "input_size")})


@sound
def a_gate_that_starts_at_zero() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.up(x[:, :]).mean(1) + m.gate * m.gru(x)[1][-1])

    return Case(Made(forward, up=nn.Linear(F, H), gru=gru(), gate=nn.Parameter(torch.zeros(1)), fc=head()), numbers())


@sound
def a_projection() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[0].mean(1)), lstm=lstm(proj_size=3), fc=head(3)), numbers())


@sound
def a_long_memory() -> Case:
    return Case(
        Made(lambda m, x: m.fc(m.rnn(x)[1][-1]), rnn=nn.RNN(F, H, batch_first=True), fc=head()), numbers(steps=150)
    )


@sound
def noise_in_eval_mode() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(torch.nn.functional.dropout(m.gru(x)[1][-1]))

    return Case(Made(forward, gru=gru(), fc=head()), numbers())


@sound
def attention_kept_to_be_looked_at() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        output = m.gru(x)[0]
        m.attention = softmax(m.score(output), 1)
        return m.fc((m.attention * output).sum(1))

    return Case(Made(forward, gru=gru(), score=nn.Linear(H, 1), fc=head()), numbers())


@sound
def inputs_of_nothing_but_ones() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x)[1][-1]), gru=gru(), fc=head()), torch.ones(B, T, F))


@sound
def one_hot() -> Case:
    x = torch.nn.functional.one_hot(torch.randint(0, F, (B, T)), F).float()
    return Case(Made(lambda m, x: m.fc(m.gru(x)[1][-1]), gru=gru(), fc=head()), x)


# After public threads and torch's own examples.


@sick("twice")
def a_state_in_a_global() -> Case:
    kept: dict[str, torch.Tensor] = {}

    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        h = kept.get("h")
        output, h = m.gru(x, h if h is not None and h.shape[1] == len(x) else None)
        kept["h"] = h.detach()
        return m.fc(output[:, -1])

    return Case(Made(forward, gru=gru(), fc=head()), numbers())


@sick("trained")
def the_backward_state_alone() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x)[1][-1]), gru=gru(bidirectional=True), fc=head()), numbers())


@sick("alone", "padding")
def packed_with_other_lengths() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(pack(x, torch.full_like(n, x.shape[1])))[1][-1])

    return padded(Made(forward, gru=gru(), fc=head()))


@sick("every_step")
def packed_one_step_short() -> Case:
    return padded(Made(lambda m, x, n: m.fc(m.gru(pack(x, n - 1))[1][-1]), gru=gru(), fc=head()))


@sick("order")
def sorted_back_by_the_wrong_index() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        by_length = n.argsort(descending=True)
        return m.fc(m.gru(pack(x[by_length], n[by_length]))[1][-1][by_length])

    return padded(Made(forward, gru=gru(), fc=head()))


@sick("batch")
def unpacked_time_first() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.fc(pad_packed_sequence(m.gru(pack(x, n))[0])[0][:, -1])

    return padded(Made(forward, gru=gru(), fc=head()))


@sick("layers")
def features_for_time() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x.transpose(1, 2))[1][-1]), gru=gru(T), fc=head()), numbers())


def translator(decode: Callable[[Any, torch.Tensor, torch.Tensor], torch.Tensor], steps: int) -> Case:
    """Teacher forcing: an encoder that reads both ways, and a decoder that reads a target of so many steps."""

    def forward(m: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        h_n = m.encoder(x)[1]
        return m.fc(decode(m, y, h_n[:1] + h_n[1:]))

    model = Made(forward, encoder=gru(bidirectional=True), decoder=nn.GRU(4, H, batch_first=True), fc=head())
    return Case(model, numbers(), (torch.randn(B, steps, 4),), {"causal": True})


@sick("future")
def a_decoder_that_reads_what_it_should_guess() -> Case:
    return translator(lambda m, y, h: m.decoder(y.roll(-1, 1), h)[0], T)


@sick("future")
def a_target_of_another_length_centred_over_time() -> Case:
    return translator(lambda m, y, h: m.decoder(y - y.mean(1, keepdim=True), h)[0], T - 2)


@sound
def teacher_forcing() -> Case:
    return translator(lambda m, y, h: m.decoder(y, h)[0], T)


@sound
def teacher_forcing_with_a_target_of_another_length() -> Case:
    return translator(lambda m, y, h: m.decoder(y, h)[0], T - 2)


@sick("future")
def a_convolution_that_looks_ahead() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        return m.fc(m.gru(m.conv(x.transpose(1, 2)).transpose(1, 2))[0])

    model = Made(forward, conv=nn.Conv1d(F, F, 3, padding=1), gru=gru(), fc=head())
    return Case(model, numbers(), (), {"causal": True})


@sound
def a_language_model_time_first() -> Case:
    def forward(m: Any, x: torch.Tensor, state: Any) -> Any:
        output, state = m.lstm(m.drop(m.embed(x)), state)
        return torch.log_softmax(m.fc(m.drop(output)).view(-1, 20), dim=1), state

    lstm_2 = nn.LSTM(F, H, 2, dropout=0.2)
    model = Made(forward, drop=nn.Dropout(0.2), embed=nn.Embedding(20, F), lstm=lstm_2, fc=nn.Linear(H, 20))
    state = torch.zeros(2, B, H), torch.zeros(2, B, H)
    return Case(model, tokens().t(), (state,), {"axes": ("seq_len", "batch")})


@sound
def a_language_model_that_shifts() -> Case:
    model = Made(lambda m, x: m.fc(m.gru(m.embed(x[:, :-1]))[0]), embed=nn.Embedding(20, F), gru=gru(), fc=head())
    return Case(model, tokens(), (), {"causal": True})


@sound
def letters_in_a_picture() -> Case:
    def forward(m: Any, x: torch.Tensor) -> torch.Tensor:
        columns = m.pool(torch.relu(m.conv(x))).permute(3, 0, 1, 2).flatten(2)
        return m.fc(m.lstm(columns)[0])

    parts = {"conv": nn.Conv2d(1, 3, 3, padding=1), "pool": nn.MaxPool2d(2)}
    model = Made(forward, **parts, lstm=nn.LSTM(12, H, bidirectional=True), fc=head(2 * H))
    return Case(model, torch.randn(B, 1, 8, 16), (), {"axes": ("batch", "channels", "height", "seq_len")})


@sound
def a_list_of_results() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> list[torch.Tensor]:
        return [row[:length] for row, length in zip(unpack(m.gru(pack(x, n))[0]), n.tolist(), strict=True)]

    return padded(Made(forward, gru=gru()))


@sound
def two_inputs_of_their_own_lengths() -> Case:
    def forward(m: Any, x: torch.Tensor, y: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return m.gru(pack(x, n))[1][-1] - m.gru(y)[1][-1]

    return Case(Made(forward, gru=gru()), numbers(LENGTHS), (numbers(), LENGTHS), {"lengths": LENGTHS})


@sound
def a_mask_beside_time_first() -> Case:
    def forward(m: Any, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        output = m.gru(x)[0]
        return m.attend(output, output, output, key_padding_mask=mask)[0]

    model = Made(forward, gru=nn.GRU(F, H), attend=nn.MultiheadAttention(H, 2))
    options = {"lengths": LENGTHS, "axes": ("seq_len", "batch", "input_size")}
    return Case(model, numbers(LENGTHS).transpose(0, 1), (torch.arange(T) >= LENGTHS[:, None],), options)


@sound
def as_many_layers_as_sequences() -> Case:
    return Case(nn.GRU(F, H, B, batch_first=True), numbers(), (torch.randn(B, B, H),))


@sound
def saturated() -> Case:
    return Case(Made(lambda m, x: m.fc(m.lstm(x)[1][0][-1]), lstm=lstm(), fc=head()), 1000 * numbers())


@sound
def a_maximum_over_a_long_time() -> Case:
    return Case(Made(lambda m, x: m.fc(m.gru(x)[0].amax(1)), gru=gru(), fc=head()), numbers(steps=80))


@sound
def relus_that_are_shut() -> Case:
    rnn = nn.RNN(F, 4, nonlinearity="relu", batch_first=True)
    return Case(Made(lambda m, x: m.fc(m.rnn(x)[1][-1]), rnn=rnn, fc=head(4)), numbers())


@sound
def a_head_that_starts_at_zero() -> Case:
    model = Made(lambda m, x: m.fc(m.gru(x)[1][-1]), gru=gru(), fc=head())
    nn.init.zeros_(model.fc.weight)
    return Case(model, numbers())


@sound
def one_sequence_after_the_other() -> Case:
    def forward(m: Any, x: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
        return torch.cat([m.gru(x[i : i + 1, :length])[1][-1] for i, length in enumerate(n.tolist())])

    return padded(Made(forward, gru=gru()))
