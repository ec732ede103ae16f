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


def run(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def fovea(table, weights, out, *options):
    """The accuracy, and the seconds from the start of the process to its end."""
    start = time.time()
    lines = run([os.environ["FOVEA"], "fine-tune", "--data", table, "--model", "squeezenet1_1", "--weights", weights,
                 "--image-size", SIZE, "--seed", 1, "--out", out, "--json", *options])
    return lines[-1]["best_val_accuracy"], time.time() - start


def scratch(table, out):
    lines = run([os.environ["FOVEA"], "train", "--data", table, "--model", "squeezenet1_1", "--image-size", SIZE,
                 "--epochs", 6, "--batch-size", 32, "--schedule", "one-cycle", "--augment", "standard",
                 "--label-smoothing", 0.1, "--seed", 1, "--out", out, "--json"])
    return lines[-1]["best_val_accuracy"]


def pytorch(table, weights, out, rate, workers):
    return run([sys.executable, HERE / "transfer_peer.py", table, weights, SIZE, rate, 0.5, workers, 1, out,
                time.time()])[-1]


def main():
    shared = os.environ.get("FOVEA_DATA", str(HERE.parents[1].parent / "shared/data"))
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=f"{shared}/trashnet/images", help="a folder of class folders")
    parser.add_argument("--weights", default=f"{shared}/models/squeezenet1_1/model.safetensors")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=0.001, help="PyTorch's learning rate")
    parser.add_argument("--workers", type=int, default=2, help="PyTorch's loading processes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copytree(arguments.data, folder / "images")
        table = folder / "split.csv"
        subprocess.run([os.environ["FOVEA"], "data", "split", folder / "images", "--val-split", "0.2", "--seed", "1",
                        "--out", table], check=True, stdout=subprocess.DEVNULL)
        mine, heads, peers = [], [], []
        for number in range(arguments.rounds):
            mine.append(fovea(table, arguments.weights, folder / f"f{number}"))
            heads.append(fovea(table, arguments.weights, folder / f"h{number}", "--epochs", 0))
            peers.append(pytorch(table, arguments.weights, folder / f"p{number}.safetensors", arguments.rate,
                                 arguments.workers))
        seconds, other = statistics.median(m[1] for m in mine), statistics.median(p["seconds"] for p in peers)
        head, frozen = statistics.median(h[1] for h in heads), statistics.median(p["frozen_seconds"] for p in peers)
        print(f"# Fine-tuning SqueezeNet 1.1 at {SIZE}×{SIZE}, 1 + 5 epochs\n\nMedian of {arguments.rounds} rounds in turn.\n")
        print("| | Fovea | PyTorch | ratio |\n|---|---|---|---|")
        print(f"| validation accuracy | {mine[0][0]:.2%} | {peers[0]['accuracy']:.2%} | |")
        print(f"| process start to saved model, s | {seconds:.1f} | {other:.1f} | {other / seconds:.2f} |")
        print(f"| head alone, s (Fovea: the whole process; PyTorch: its epoch) | {head:.1f} | {frozen:.1f} | "
              f"{frozen / head:.2f} |")
        print(f"\nFrom scratch, 6 epochs: {scratch(table, folder / 'scratch'):.2%}")


main()
