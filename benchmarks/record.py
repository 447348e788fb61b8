"""`make record`: a comparison on this machine's GPU, stored for those who have none."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from rnnlib import LayerSpec
from rnnlib.data.gpu_run import PATH
from rnnlib.engine.closeness import multiplies_in_tf32
from rnnlib.explorers.speed.points import VALUES, points
from rnnlib.explorers.speed.rows import as_csv, machine, measure

SETUPS = ["layer", "cell loop", "packed", "two directions", "bfloat16"]
SIZES = {"seq_len": 64, "batch": 64, "hidden_size": 256, "num_layers": 1}
BASE = LayerSpec("LSTM", input_size=256, hidden_size=256)


def compared(device: str, values: tuple[int, ...] = VALUES["batch"], seconds: float = 0.2) -> list[dict[str, Any]]:
    """The rows of a comparison along batch, each measured for so many seconds and printed as it comes."""
    has_bfloat16 = device != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)
    setups = [setup for setup in SETUPS if has_bfloat16 or setup != "bfloat16"]
    rows = []
    for point in points(BASE.kind, setups, "batch", list(values), SIZES, False, device):
        rows.append(measure(point, BASE, lambda: False, seconds))
        print(point.setup, point.value, rows[-1]["median"], rows[-1]["note"])
    return rows


def store(rows: list[dict[str, Any]], path: Path, device: str) -> None:
    """The rows as CSV, under a line with device, versions, settings and date.

    Raises:
        ValueError: a row has no time. What was stored before stays.
    """
    failed = [f"{row['setup']} at {row['axis']} {row['value']}: {row['note']}" for row in rows if not row["median"]]
    if failed or not rows:
        raise ValueError("\n".join(["nothing is stored, since these could not be timed:", *failed]))
    title = f"{machine()}{on_gpu(torch.device(device))}, input_size {BASE.input_size}, {datetime.date.today()}"
    path.write_text(f"# {title}\n{as_csv(rows)}", encoding="utf-8")


def on_gpu(device: torch.device) -> str:
    """What a GPU's times depend on besides the GPU: versions, power limit, and whether it multiplies in TF32."""
    if device.type != "cuda":
        return ""
    asked = ["nvidia-smi", "--query-gpu=driver_version,power.limit", "--format=csv,noheader"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        driver, power = answer.splitlines()[0].split(", ")
        driven = f", driver {driver}, power limit {power}"
    except (OSError, subprocess.CalledProcessError, IndexError, ValueError):  # an AMD GPU's has another name
        driven = ""
    versions = f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
    return f"{versions}{driven}, TF32 {'on' if multiplies_in_tf32(device) else 'off'}"


def no_gpu() -> str:
    """Why there is no GPU to record, or "" where there is one: nothing is made up."""
    if torch.cuda.is_available():
        return ""
    if torch.version.cuda is None and torch.version.hip is None:
        return f"This torch ({torch.__version__}) is built for the CPU alone: install one that is built for your GPU."
    return "There is no GPU here that torch can use: a recording is made on a machine that has one, and nowhere else."


def main() -> int:
    """Measure and store; 1, and a sentence, where that cannot be."""
    try:
        if refused := no_gpu():
            raise ValueError(refused)
        store(compared("cuda"), PATH, "cuda")
    except ValueError as error:
        print(error)
        return 1
    print(f"Stored in {PATH.name}: now run make notebooks, since lesson 08 tells its title.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
