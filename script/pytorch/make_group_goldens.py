"""Writes the weights that PyTorch has after 20 updates with frozen layers, two optimizers, gradients of three batches,
clipping and averaged weights, in double precision.

    python script/pytorch/make_group_goldens.py Tests/FoveaTrainingTests/Goldens

Needs torch 2.13 and numpy. Weights and images follow from a formula that the tests repeat: see `noise`.
"""

import json
import pathlib
import sys

import torch

from make_goldens import noise, start, state

UPDATES, BATCHES, SIZE, CLASSES = 20, 3, 4, 4


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 4, 3, padding=1)
        self.bn1 = torch.nn.BatchNorm2d(4)
        self.conv2 = torch.nn.Conv2d(4, 8, 3, padding=1)
        self.bn2 = torch.nn.BatchNorm2d(8)
        self.fc1 = torch.nn.Linear(72, 16)
        self.fc2 = torch.nn.Linear(16, CLASSES)

    def forward(self, x):
        x = torch.nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2)
        x = torch.nn.functional.max_pool2d(torch.relu(self.bn2(self.conv2(x))), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


def main():
    torch.set_num_threads(1)
    model = Network().double()
    start(model)
    model.train()
    for frozen in (model.conv1, model.bn1):
        frozen.eval()
        frozen.requires_grad_(False)
    body = [*model.conv2.parameters(), *model.bn2.parameters()]
    head = [*model.fc1.parameters(), *model.fc2.parameters()]
    optimizers = [
        torch.optim.SGD(body, lr=0.05, momentum=0.9, weight_decay=5e-4),
        torch.optim.AdamW(head, lr=2e-3, weight_decay=0.05),
    ]
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    norms = []
    for update in range(UPDATES):
        for optimizer in optimizers:
            optimizer.zero_grad()
        for batch in range(BATCHES):
            images = noise((SIZE, 1, 12, 12), 2000 + BATCHES * update + batch, 3**0.5).double()
            labels = (torch.arange(SIZE) + batch) % CLASSES
            (torch.nn.functional.cross_entropy(model(images), labels) / BATCHES).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(body + head, 2.5).item())
        for optimizer in optimizers:
            optimizer.step()
        average.update_parameters(model)
    record = {
        "made_by": f"script/pytorch/make_group_goldens.py with PyTorch {torch.__version__}",
        "norms": norms,
        "weights": {name: [round(x, 9) for x in tensor.flatten().tolist()] for name, tensor in state(model)},
        "averages": {name: [round(x, 9) for x in tensor.flatten().tolist()] for name, tensor in average.module.named_parameters()},
    }
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in record.items())
    (pathlib.Path(sys.argv[1]) / "groups.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
