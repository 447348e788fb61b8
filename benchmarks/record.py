"""`make record`: a comparison on this machine's GPU, stored for those who have none."""

from __future__ import annotations

import datetime
import sys

import torch

from rnnlib import LayerSpec
from rnnlib.data.gpu_run import PATH
from rnnlib.explorers.speed_cases import VALUES, cases
from rnnlib.explorers.speed_rows import about, measure, table

SETUPS = ["layer", "cell loop", "packed", "two directions", "bfloat16"]
SIZES = {"seq_len": 64, "batch": 64, "hidden_size": 256, "num_layers": 1}


def main() -> int:
    """Measure and store; 1 where there is no GPU, for nothing is made up."""
    if not torch.cuda.is_available():
        print("There is no CUDA GPU here: a recording is made on a machine that has one, and nowhere else.")
        return 1
    base = LayerSpec("LSTM", input_size=256, hidden_size=256)
    rows = []
    for case in cases("LSTM", SETUPS, "batch", list(VALUES["batch"]), SIZES, False, "cuda"):
        rows.append(measure(case, base, lambda: False))
        print(case.setup, case.value, rows[-1]["median"], rows[-1]["note"])
    versions = f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
    today = datetime.date.today().isoformat()
    PATH.write_text(f"# {about()}, {versions}, {today}\n{table(rows)}", encoding="utf-8")
    print(f"Stored in {PATH.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
