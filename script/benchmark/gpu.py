"""Times networks on a graphics processor in Fovea and in PyTorch, in turn, on synthetic data that lies on the device.

    gpu.py --report PROGRAM [--seconds N] [--out FOLDER]

Each measurement is a process of its own, so that peak memory is its own, too. PyTorch runs eagerly, compiled, and compiled
with CUDA graphs (channels last, autocast for bf16, fused SGD); the fastest of the three counts.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

PEER = pathlib.Path(__file__).with_name("gpu_peer.py")
VARIANTS = ("eager", "compile", "graphs")

# What matters most first: the time may not suffice for all. The last column is the bar.
ROWS = [
    ("resnet50", "train", 256, "bf16", 1.0),
    ("lenet5", "train", 64, "f32", 5.0),
    ("resnet50", "infer", 1, "bf16", 1.3),
    ("resnet18", "train", 256, "bf16", 1.3),
    ("mobilenet_v2", "train", 256, "bf16", 1.3),
    ("resnet50", "infer", 128, "bf16", 1.3),
    ("resnet50", "train", 64, "bf16", 2.0),
    ("squeezenet1_1", "train", 256, "bf16", 1.2),
    ("resnet50", "train", 256, "tf32", 1.0),
    ("mobilenet_v2", "infer", 128, "bf16", 1.5),
]


def measured(command, limit):
    """The JSON of a command's last line; else what went wrong, in one line."""
    if limit < 5:
        return None, "no time was left"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, f"stopped after {limit:.0f} s"
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        words = done.stderr.strip().splitlines()
        return None, (words[-1] if words else f"exit code {done.returncode}").replace("|", "/")[:160]
    return json.loads(lines[-1]), None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", required=True)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--out", default=".")
    arguments = parser.parse_args()
    deadline = time.monotonic() + arguments.seconds

    def left():
        return deadline - time.monotonic()

    print("| Work | Fovea img/s | PyTorch img/s | by | Ratio | Bar | Fovea GB (predicted) | PyTorch GB | First step s | Launches |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    remarks = []
    for model, mode, batch, precision, bar in ROWS:
        name = f"{mode} {model}, {batch}, {precision}"
        row = ["--model", model, "--mode", mode, "--batch", str(batch), "--precision", precision]
        explain = str(pathlib.Path(arguments.out) / f"{model}-{mode}-{batch}-{precision}.txt")
        mine, problem = measured([arguments.report, "time", *row, "--explain", explain], min(90, left()))
        if problem:
            remarks.append(f"{name}, Fovea: {problem}")
        best = None
        for variant in VARIANTS:
            command = [sys.executable, str(PEER), *row, "--variant", variant]
            theirs, problem = measured(command, min(120, left()))
            if problem:
                remarks.append(f"{name}, PyTorch {variant}: {problem}")
            elif best is None or theirs["images_per_second"] > best["images_per_second"]:
                best = theirs
        # Once more after the others: the card's clock may have changed meanwhile.
        again, _ = measured([arguments.report, "time", *row], min(60, left())) if mine else (None, None)
        if again and again["images_per_second"] < mine["images_per_second"]:
            mine = {**again, "first_step_s": mine["first_step_s"]}
        ratio = f"{mine['images_per_second'] / best['images_per_second']:.2f}" if mine and best else "–"
        cells = [
            name,
            f"{mine['images_per_second']:.0f}" if mine else "–",
            f"{best['images_per_second']:.0f}" if best else "–",
            best["variant"] if best else "–",
            ratio,
            f"{bar}",
            f"{mine['peak_gb']:.2f} ({mine['predicted_gb']:.2f})" if mine else "–",
            f"{best['peak_gb']:.2f}" if best else "–",
            f"{mine['first_step_s']:.1f}" if mine else "–",
            f"{mine['launches']}" if mine else "–",
        ]
        print("| " + " | ".join(cells) + " |", flush=True)
        if (model, mode, batch) == ("resnet50", "train", 256) and precision == "bf16":
            lean, problem = measured(
                [arguments.report, "time", *row, "--gradient-checkpointing"], min(90, left()))
            if problem:
                remarks.append(f"{name}, Fovea with gradient checkpointing: {problem}")
            else:
                share = f"{lean['peak_gb'] / best['peak_gb']:.2f}" if best else "–"
                remarks.append(
                    f"{name}, with gradient checkpointing: {lean['images_per_second']:.0f} img/s, "
                    f"{lean['peak_gb']:.2f} GB, {share} of PyTorch's (bar 0.7)")
    for remark in remarks:
        print(f"\n- {remark}", end="")
    print("\n\nThe slower of two runs of Fovea, before and after PyTorch's; a run is the median of five rounds.")


if __name__ == "__main__":
    main()
