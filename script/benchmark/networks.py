"""The networks in PyTorch: torchvision's, and LeNet-5 from the comparisons."""

import pathlib
import sys

import torch
from safetensors.torch import load_file

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "pytorch"))


def make(name):
    if name == "lenet5":
        from models import LeNet5

        return LeNet5()
    return getattr(torchvision_models(), name)(weights=None)


def torchvision_models():
    """torchvision's models. Where its compiled part does not fit this build of torch, they work without it."""
    try:
        import torchvision
    except RuntimeError:
        # Declares the operators that torchvision describes when it is imported; the networks use none of them.
        for module in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[module]
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision

        torchvision.declared = library
    return torchvision.models


def load(name, weights):
    network = make(name)
    network.load_state_dict(load_file(weights))
    return network


def without_dropout(network):
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return network
