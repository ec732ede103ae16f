"""Writes what PyTorch computes, in double precision, for Fovea's networks, which the tests compare with.

    python script/pytorch/make_goldens.py Tests/FoveaTrainingTests/Goldens [NETWORK…]

Needs torch 2.13, torchvision 0.28 and numpy. Weights and images follow from a formula that the tests repeat, so that no
large file is needed: see `noise`.
"""

import functools
import json
import math
import pathlib
import sys

import numpy
import torch

from models import LeNet5, SmallCNN, torchvision_network

STEPS = 10


def noise(shape, k, bound):
    """Numbers from -bound to bound: element i of the k-th tensor is a hash of 2654435769·k + i."""
    x = numpy.arange(math.prod(shape), dtype=numpy.uint32) + numpy.uint32(2654435769 * k % 2**32)
    x = (x ^ (x >> 16)) * numpy.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * numpy.uint32(0x846CA68B)
    x ^= x >> 16
    unit = (x >> 8).astype(numpy.float64) / 2**23 - 1
    return torch.from_numpy((bound * unit).astype(numpy.float32).reshape(shape))


def coarse(images):
    """Images of squares of 4×4 equal pixels. Were every pixel noise of its own, all images would look alike to a deep
    network: it would normalize differences as small as rounding errors."""
    batch, channels, height, width = images
    squares = noise((batch, channels, height // 4, width // 4), 1000, 3**0.5)
    return squares.repeat_interleave(4, 2).repeat_interleave(4, 3)


@torch.no_grad()
def start(model):
    """Gives every parameter and statistic its formula's values; those that PyTorch only counts with are left alone."""
    quiet = quieted(model)
    for k, (name, tensor) in enumerate(state(model)):
        if tensor.dim() > 1:
            value = noise(tensor.shape, k, (6 / tensor[0].numel()) ** 0.5)
        elif name.endswith("running_var"):
            value = 1 + noise(tensor.shape, k, 0.5)
        elif name in quiet:
            value = noise(tensor.shape, k, 0.2)
        elif name.endswith("weight"):
            value = 1 + noise(tensor.shape, k, 0.2)
        else:
            value = noise(tensor.shape, k, 0.1)
        tensor.copy_(value)


def state(model):
    return [item for item in model.state_dict().items() if not item[0].endswith("num_batches_tracked")]


def quieted(model):
    """The scales at the end of residual blocks. They start around 0, as is usual in training (Goyal et al., 2017): with
    scales around 1 rounding errors grow so fast from layer to layer that PyTorch's own single and double precision part
    after two steps."""
    last = {"BasicBlock": "bn2", "Bottleneck": "bn3", "InvertedResidual": "conv.3"}
    return [
        f"{name}.{last[type(module).__name__]}.weight"
        for name, module in model.named_modules()
        if type(module).__name__ in last and getattr(module, "use_res_connect", True)
    ]


OPTIMIZERS = {
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4),
    "adam": lambda p: torch.optim.Adam(p, lr=2e-3),
    "adamw": lambda p: torch.optim.AdamW(p, lr=2e-3, weight_decay=0.05),
    "sgd-1e-3": lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9),
    "sgd-1e-4": lambda p: torch.optim.SGD(p, lr=1e-4, momentum=0.9),
    "sgd-1e-5": lambda p: torch.optim.SGD(p, lr=1e-5, momentum=0.9),
}

SMALL = {"images": (8, 1, 28, 28), "optimizers": ["nesterov", "adam", "adamw"]}
# Neither square nor a multiple of 32, so that odd sizes and windows that cover a remainder occur.
LARGE = {"images": (4, 3, 64, 72), "optimizers": ["sgd-1e-3"]}
# Each without dropout, whose masks differ.
NETWORKS = {
    "lenet5": {"make": LeNet5, "classes": 10} | SMALL,
    "smallcnn": {"make": lambda classes: SmallCNN(classes, dropout=0), "classes": 10} | SMALL,
} | {
    name: {"make": functools.partial(torchvision_network, name), "classes": 1000} | LARGE
    for name in ["resnet18", "resnet34", "resnet50", "mobilenet_v2", "squeezenet1_1", "vgg11"]
}
# Larger steps lead to losses that rounding errors decide.
NETWORKS["squeezenet1_1"]["optimizers"] = ["sgd-1e-4"]
NETWORKS["mobilenet_v2"]["optimizers"] = NETWORKS["vgg11"]["optimizers"] = ["sgd-1e-5"]


def golden(make, classes, images, optimizers):
    """What one network is and computes: its parameters for its own number of classes, all else for ten."""
    labels = torch.arange(images[0]) % 10
    images = coarse(images).double()
    model = make(10).double()
    start(model)
    model.eval()
    return {
        "quieted": quieted(model),
        "parameters": {name: list(tensor.shape) for name, tensor in state(make(classes))},
        "logits": model(images).flatten().tolist(),
        "curves": {name: curve(model, OPTIMIZERS[name], images, labels) for name in optimizers},
    }


def curve(model, optimizer, images, labels):
    """The loss of each step, and what the steps made of the first statistics."""
    start(model)
    model.train()
    updates = optimizer(model.parameters())
    losses = []
    for _ in range(STEPS):
        updates.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels, label_smoothing=0.1)
        loss.backward()
        updates.step()
        losses.append(loss.item())
    variances = [item for item in state(model) if item[0].endswith("running_var")]
    return {"losses": losses, "statistics": {name: tensor.tolist() for name, tensor in variances[:2]}}


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    for name in sys.argv[2:] or NETWORKS:
        made_by = f"script/pytorch/make_goldens.py with PyTorch {torch.__version__}"
        record = {"made_by": made_by} | golden(**NETWORKS[name])
        lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in record.items())
        (folder / f"{name}.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
