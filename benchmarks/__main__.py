"""`make bench`: prints what was measured on this machine, now. It is no test: a busy machine is slow."""

from __future__ import annotations

from benchmarks import imports, latency, trace


def main() -> None:
    print("From a slider's key press to the painted picture, in ms (real JupyterLab, real Chromium)\n")
    measured = latency.measure()
    usual = measured[0]
    print(f"{'':24}{'picture':10}{'p50':>8}{'p95':>8}{'of usual p50':>14}{'after a fast drag':>20}")
    for m in measured:
        share = m.p50 / usual.p50
        print(f"{m.design:24}{m.picture:10}{m.p50:8.1f}{m.p95:8.1f}{share:14.2f}{m.after_drag:20.1f}")

    print("\nA trace, and one whose states and gates are read too, over a bare loop over torch's cell (one thread)\n")
    columns = "seq_len, batch, input_size, hidden_size"
    print(f"{'':6}{columns:42}{'gradients':10}{'loop, ms':>10}{'trace':>8}{'read too':>10}")
    for t in trace.measure():
        sizes, gradients = ", ".join(map(str, t.sizes)), "yes" if t.gradients else "no"
        print(f"{t.kind:6}{sizes:42}{gradients:10}{1000 * t.loop:10.2f}", end="")
        print(f"{t.answer / t.loop:8.2f}{t.read / t.loop:10.2f}")

    torch, rnnlib = imports.measure()
    print(f"\nimport torch {torch:.2f} s, import rnnlib {rnnlib:.2f} s: {rnnlib / torch:.2f} times")


if __name__ == "__main__":
    main()
