"""Compares 20 steps of SGD in Fovea and in PyTorch: same start, data and order. See script/compare-with-pytorch."""

import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy
import torch
from safetensors.torch import load_file, save_file

from models import LeNet5

STEPS, BATCH, RATE, MOMENTUM = 20, 64, 0.05, 0.9
# The relative difference of the whole update, ‖ΔFovea − ΔPyTorch‖ / ‖ΔPyTorch‖, that counts as the same.
TOLERANCE = 1e-2


def read_idx(folder, name):
    """The items of an IDX file, plain or gzip."""
    path = pathlib.Path(folder) / name
    content = path.read_bytes() if path.exists() else gzip.decompress((path.parent / f"{name}.gz").read_bytes())
    rank = content[3]
    shape = struct.unpack(f">{rank}I", content[4 : 4 + 4 * rank])
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def write_first_examples(source, target, count):
    """Writes a set in MNIST's form whose training part is the first `count` examples of another's."""
    folder = pathlib.Path(target)
    folder.mkdir()
    for prefix, limit in [("train", count), ("t10k", None)]:
        for kind in ["images-idx3", "labels-idx1"]:
            name = f"{prefix}-{kind}-ubyte"
            items = read_idx(source, name)[:limit]
            header = bytes([0, 0, 8, items.ndim]) + struct.pack(f">{items.ndim}I", *items.shape)
            (folder / name).write_bytes(header + items.tobytes())


def train_in_pytorch(start, images, labels):
    model = LeNet5()
    model.load_state_dict(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
        optimizer.step()
    return model.state_dict()


def main():
    fovea, data = sys.argv[1:]
    torch.manual_seed(0)
    start = {name: tensor.clone() for name, tensor in LeNet5().state_dict().items()}
    with tempfile.TemporaryDirectory() as folder:
        write_first_examples(data, f"{folder}/data", STEPS * BATCH)
        save_file(start, f"{folder}/start.safetensors")
        subprocess.run(
            [fovea, "train", "--data", f"{folder}/data", "--model", "lenet5", "--weights", f"{folder}/start.safetensors",
             "--optimizer", "sgd", "--lr", str(RATE), "--momentum", str(MOMENTUM), "--schedule", "constant",
             "--weight-decay", "0", "--batch-size", str(BATCH), "--epochs", "1",
             "--no-shuffle", "--val-split", "0", "--out", f"{folder}/run"],
            check=True, stdout=subprocess.DEVNULL)
        trained = load_file(f"{folder}/run/weights/last.safetensors")
        preprocessing = json.loads(pathlib.Path(f"{folder}/run/model.json").read_text())["preprocessing"]
    images = torch.from_numpy(read_idx(data, "train-images-idx3-ubyte")[: STEPS * BATCH].copy()).float()[:, None]
    images = (images / 255 - preprocessing["mean"][0]) / preprocessing["standard_deviation"][0]
    labels = torch.from_numpy(read_idx(data, "train-labels-idx1-ubyte")[: STEPS * BATCH].copy()).long()
    expected = train_in_pytorch(start, images, labels)

    def difference(names):
        ours = torch.cat([(trained[name] - start[name]).flatten() for name in names])
        theirs = torch.cat([(expected[name] - start[name]).flatten() for name in names])
        return ((ours - theirs).norm() / theirs.norm()).item()

    print(f"{STEPS} steps of SGD, PyTorch {torch.__version__}: relative difference of the update")
    for name in expected:
        print(f"  {name:14} {difference([name]):.1e}")
    whole = difference(list(expected))
    print(f"  {'all':14} {whole:.1e}   (at most {TOLERANCE:.0e})")
    sys.exit(0 if whole <= TOLERANCE else 1)


if __name__ == "__main__":
    main()
