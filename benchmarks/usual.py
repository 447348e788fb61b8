# What most tutorials do: `interact` calls a function that runs the layer and draws a figure, again at every step.
import matplotlib.pyplot as plt
import torch
from ipywidgets import interact
from torch import nn

COLOURS = {"input": "#007a5a", "output": "#b84300", "h_n": "#9c3d80"}


def draw(seq_len: int, batch: int, input_size: int, hidden_size: int, num_layers: int) -> None:
    x = torch.randn(seq_len, batch, input_size)
    output, h_n = nn.RNN(input_size, hidden_size, num_layers)(x)
    _, axes = plt.subplots(1, 3, figsize=(9, 4))
    for ax, (name, tensor) in zip(axes, {"input": x, "output": output, "h_n": h_n}.items(), strict=True):
        ax.imshow(tensor[:, 0].detach().T, cmap="RdBu_r", aspect="auto")
        ax.set_title(f"{name} {tuple(tensor.shape)}", color=COLOURS[name])
    plt.show()


interact(
    draw,
    seq_len=(1, 24),
    batch=(1, 16),
    input_size=(1, 32),
    hidden_size=(1, 64),
    num_layers=(1, 4),
)
