"""`make record`: a comparison on this machine's GPU, stored for those who have none."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import torch

from rnnlib import LayerSpec
from rnnlib.data.gpu_run import PATH
from rnnlib.explorers.speed.points import VALUES, points
from rnnlib.explorers.speed.rows import as_csv, machine, measure

SETUPS = ["layer", "cell loop", "packed", "two directions", "bfloat16"]
SIZES = {"seq_len": 64, "batch": 64, "hidden_size": 256, "num_layers": 1}
BASE = LayerSpec("LSTM", input_size=256, hidden_size=256)


def compared(device: str, values: tuple[int, ...] = VALUES["batch"], seconds: float = 0.2) -> list[dict[str, Any]]:
    """The rows of a comparison along batch, each measured for so many seconds and printed as it comes."""
    rows = []
    for point in points(BASE.kind, SETUPS, "batch", list(values), SIZES, False, device):
        rows.append(measure(point, BASE, lambda: False, seconds))
        print(point.setup, point.value, rows[-1]["median"], rows[-1]["note"])
    return rows


def store(rows: list[dict[str, Any]], path: Path) -> None:
    """The rows as CSV, under a line with device, versions and date."""
    cuda, cudnn = torch.version.cuda, torch.backends.cudnn.version()
    versions = f", CUDA {cuda}, cuDNN {cudnn}" if cuda else ""
    path.write_text(f"# {machine()}{versions}, {datetime.date.today()}\n{as_csv(rows)}", encoding="utf-8")


def main() -> int:
    """Measure and store; 1 where there is no GPU, for nothing is made up."""
    if not torch.cuda.is_available():
        print("There is no CUDA GPU here: a recording is made on a machine that has one, and nowhere else.")
        return 1
    store(compared("cuda"), PATH)
    print(f"Stored in {PATH.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
