"""Writes what PyTorch computes for Fovea's networks, which the tests compare with.

    python script/pytorch/make_goldens.py Tests/FoveaTrainingTests/Goldens

Weights and images follow from a formula that the tests repeat, so that no large file is needed: element i of the k-th
tensor is scale · sin(0.7·i + k), in double precision, rounded to float.
"""

import json
import pathlib
import sys

import torch

from models import LeNet5, SmallCNN

BATCH, STEPS = 8, 10


def wave(shape, k, scale):
    count = torch.Size(shape).numel()
    return (scale * torch.sin(0.7 * torch.arange(count, dtype=torch.float64) + k)).reshape(shape).float()


def start(model):
    """Gives every parameter its formula's values: weights scaled by 1/√fan-in, vectors small."""
    with torch.no_grad():
        for k, parameter in enumerate(model.parameters()):
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 100
            parameter.copy_(wave(parameter.shape, k, 2 / fan_in**0.5))
            if parameter.dim() == 1:
                parameter.mul_(0.5)
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.add_(1)


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4),
    "adam": lambda p: torch.optim.Adam(p, lr=2e-3),
    "adamw": lambda p: torch.optim.AdamW(p, lr=2e-3, weight_decay=0.05),
}


def golden(make):
    images = wave((BATCH, 1, 28, 28), 100, 1.5)
    labels = torch.arange(BATCH) % 10
    model = make()
    start(model)
    model.eval()
    record = {"logits": model(images).flatten().tolist(), "losses": {}, "statistics": {}}
    for name, optimizer in OPTIMIZERS.items():
        model = make()
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
        record["losses"][name] = losses
    record["statistics"] = {
        name: tensor.tolist() for name, tensor in model.state_dict().items() if name.endswith("0.running_var")
    }
    return record


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    for name, make in {"lenet5": LeNet5, "smallcnn": lambda: SmallCNN(dropout=0)}.items():
        record = {"made_by": f"script/pytorch/make_goldens.py with PyTorch {torch.__version__}", **golden(make)}
        (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
