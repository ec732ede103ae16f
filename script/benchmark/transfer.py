"""Fine-tunes SqueezeNet 1.1 on TrashNet with Fovea and with PyTorch, in turn, and prints a page."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SIZE = 144
EPOCHS = 5
# Number of epochs with a frozen body in the comparison of their times.
FROZEN = 5


def run(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def fovea(table, weights, seed, out, *options):
    """The lines of JSON, and the seconds from the start of the process to its end."""
    start = time.time()
    # No features of an earlier run.
    lines = run([os.environ["FOVEA"], "fine-tune", "--data", table, "--model", "squeezenet1_1", "--weights", weights,
                 "--image-size", SIZE, "--seed", seed, "--out", out, "--feature-cache", "none", "--json", *options])
    return lines, time.time() - start


def scratch(table, seed, out):
    lines = run([os.environ["FOVEA"], "train", "--data", table, "--model", "squeezenet1_1", "--image-size", SIZE,
                 "--epochs", 1 + EPOCHS, "--batch-size", 32, "--schedule", "one-cycle", "--augment", "flip",
                 "--label-smoothing", 0.1, "--seed", seed, "--out", out, "--json"])
    return lines[-1]["best_val_accuracy"]


def pytorch(arguments, table, out, seed=1, epochs=EPOCHS, rate=None):
    return run([sys.executable, HERE / "transfer_peer.py", table, arguments.weights, SIZE, rate or arguments.rate,
                arguments.decay, arguments.workers, seed, epochs, out, time.time()])[-1]


def choose_workers(arguments, table, out):
    """PyTorch's number of loading processes with which an epoch with a frozen body takes least."""
    seconds = {}
    for arguments.workers in (0, 1, 2):
        seconds[arguments.workers] = pytorch(arguments, table, out, epochs=0)["frozen_seconds"]
    return min(seconds, key=seconds.get)


def tune(arguments, table, out):
    """Prints PyTorch's accuracies over learning rates."""
    print("| rate | validation accuracy |\n|---|---|")
    for rate in (0.0005, 0.001, 0.002, 0.004):
        print(f"| {rate} | {pytorch(arguments, table, out, rate=rate)['accuracy']:.2%} |", flush=True)


def main():
    shared = os.environ.get("FOVEA_DATA", str(HERE.parents[1].parent / "shared/data"))
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=f"{shared}/trashnet/images", help="a folder of class folders")
    parser.add_argument("--weights", default=f"{shared}/models/squeezenet1_1/model.safetensors")
    parser.add_argument("--rounds", type=int, default=3, help="the first has the seed 1, the second 2, and so on")
    parser.add_argument("--rate", type=float, default=0.001, help="PyTorch's learning rate")
    parser.add_argument("--decay", type=float, default=0.5, help="PyTorch's decay of the rate from stage to stage")
    parser.add_argument("--workers", type=int, help="PyTorch's loading processes; by default the fastest of 0, 1 and 2")
    parser.add_argument("--tune", action="store_true", help="look for PyTorch's best rate instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copytree(arguments.data, folder / "images")
        table = folder / "split.csv"
        subprocess.run([os.environ["FOVEA"], "data", "split", folder / "images", "--val-split", "0.2", "--seed", "1",
                        "--out", table], check=True, stdout=subprocess.DEVNULL)
        out = folder / "peer.safetensors"
        if arguments.workers is None:
            arguments.workers = choose_workers(arguments, table, out)
        if arguments.tune:
            tune(arguments, table, out)
            return
        compare(arguments, table, folder, out)


def compare(arguments, table, folder, out):
    mine, frozen, peers, scratches = [], [], [], []
    for seed in range(1, arguments.rounds + 1):
        mine.append(fovea(table, arguments.weights, seed, folder / f"f{seed}"))
        frozen.append(fovea(table, arguments.weights, seed, folder / f"h{seed}", "--head", "linear", "--freeze-epochs",
                            FROZEN, "--epochs", 0))
        peers.append(pytorch(arguments, table, out, seed))
        scratches.append(scratch(table, seed, folder / f"s{seed}"))

    def accuracies(values):
        text = f"{statistics.mean(values):.2%}"
        return text + (f" ({', '.join(f'{value:.2%}' for value in values)})" if len(values) > 1 else "")

    tuned = [lines[-1]["best_val_accuracy"] for lines, _ in mine]
    # The first line is the plan, the second the epoch that logistic regression counts as.
    heads = [lines[1]["val_accuracy"] for lines, _ in mine]
    theirs = [peer["accuracy"] for peer in peers]
    seconds, other = statistics.median(m[1] for m in mine), statistics.median(p["seconds"] for p in peers)
    per_epoch = statistics.median(f[1] for f in frozen) / FROZEN
    theirs_per_epoch = statistics.median(p["frozen_seconds"] for p in peers)
    print(f"""# Fine-tuning SqueezeNet 1.1 at {SIZE}×{SIZE}, 1 + {EPOCHS} epochs

Mean of {arguments.rounds} seeds, median of their times, in turn; PyTorch with {arguments.workers} loading processes, rate {arguments.rate}, decay {arguments.decay}.

| Validation accuracy | |
|---|---|
| Fovea, the default recipe | {accuracies(tuned)} |
| its frozen body with the head alone | {accuracies(heads)} |
| PyTorch, the same recipe | {accuracies(theirs)} |
| Fovea from scratch, {1 + EPOCHS} epochs | {accuracies(scratches)} |

| Seconds | Fovea | PyTorch | ratio |
|---|---|---|---|
| process start to saved model | {seconds:.1f} | {other:.1f} | {other / seconds:.2f} |
| an epoch with a frozen body, of {FROZEN}: Fovea's whole process / {FROZEN}, PyTorch's epoch alone | {per_epoch:.2f} | {theirs_per_epoch:.2f} | {theirs_per_epoch / per_epoch:.1f} |""")


main()
