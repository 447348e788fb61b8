"""`make bench`: prints what was measured on this machine, now. It is no test: a busy machine is slow."""

from __future__ import annotations

from benchmarks import imports, latency, trace

IMPORT_BAR = 1.25  # times import torch
TRACE_BARS = {64: 2, 256: 3}  # times a bare loop, by the largest hidden_size that each is for


def main() -> None:
    print("From a slider's key press to the painted picture, in ms (real JupyterLab, real Chromium)\n")
    measured = latency.measure()
    usual = measured[0]
    print(f"{'':26}{'picture':10}{'p50':>8}{'p95':>8}{'of usual p50':>14}{'after a fast drag':>20}")
    for m in measured:
        share = m.p50 / usual.p50
        print(f"{m.design:26}{m.picture:10}{m.p50:8.1f}{m.p95:8.1f}{share:14.2f}{m.after_drag:20.1f}")

    print("\nA trace, every gate and state kept, over a bare loop over torch's cell (one thread)\n")
    columns = "seq_len, batch, input_size, hidden_size"
    print(f"{'':6}{columns:42}{'gradients':10}{'loop, ms':>10}{'trace':>8}{'at most':>9}")
    for t in trace.measure():
        sizes, gradients = ", ".join(map(str, t.sizes)), "yes" if t.gradients else "no"
        print(f"{t.kind:6}{sizes:42}{gradients:10}{1000 * t.loop:10.2f}", end="")
        bar = next(bar for hidden_size, bar in TRACE_BARS.items() if t.sizes[-1] <= hidden_size)
        print(f"{t.trace / t.loop:8.2f}{bar:9}{_missed(t.trace / t.loop, bar)}")

    torch, rnnlib = imports.measure()
    times = rnnlib / torch
    print(f"\nimport torch {torch:.2f} s, import rnnlib {rnnlib:.2f} s: {times:.2f} times", end="")
    print(f", at most {IMPORT_BAR}{_missed(times, IMPORT_BAR)}")


def _missed(value: float, bar: float) -> str:
    return "" if value <= bar else "  MISSED"


if __name__ == "__main__":
    main()
