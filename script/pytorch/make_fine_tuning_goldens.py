"""Writes what PyTorch makes of a small network in 20 steps of fine-tuning, in single precision: AdamW with a rate for each
stage that halves toward the input, one cycle of the rates, smoothed labels and averaged weights. Adam's
division makes up to 2e-4 of a mean out of rounding errors, in PyTorch too, so double precision would not be nearer.

    python script/pytorch/make_fine_tuning_goldens.py Tests/FoveaTrainingTests/Goldens

Needs torch 2.13 and numpy. Weights and images follow from a formula that the tests repeat: see `noise`.
"""

import json
import pathlib
import sys

import torch

from make_goldens import noise, start, state
from models import SmallCNN

STEPS, SIZE, CLASSES, RATE = 20, 8, 10, 3e-3
STAGES = [[0, 1, 3, 4], [7, 8, 10, 11], [14, 15, 17, 18]]


def decay(earlier):
    """The average's, after so many earlier updates: it warms up."""
    return min(0.99, (1 + earlier) / (10 + earlier))


def main():
    torch.set_num_threads(1)
    model = SmallCNN(CLASSES, dropout=0)
    start(model)
    model.train()
    groups = [
        {"params": [p for child in stage for p in model.features[child].parameters()], "lr": RATE * 0.5 ** (3 - depth)}
        for depth, stage in enumerate(STAGES)
    ] + [{"params": model.fc.parameters(), "lr": RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [group["lr"] for group in groups], total_steps=STEPS, cycle_momentum=False)
    averages, rates = {}, []
    for step in range(STEPS):
        images = noise((SIZE, 1, 12, 12), 2000 + step, 3**0.5)
        labels = (torch.arange(SIZE) + step) % CLASSES
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels, label_smoothing=0.1).backward()
        rates.append(optimizer.param_groups[-1]["lr"])
        optimizer.step()
        schedule.step()
        for name, parameter in model.named_parameters():
            weights = parameter.detach()
            averages[name] = weights.clone() if step == 0 else averages[name].lerp(weights, 1 - decay(step))

    def some(tensor):
        """Of large tensors every so many elements."""
        return [round(x, 8) for x in tensor.flatten()[:: max(1, tensor.numel() // 60)].tolist()]

    record = {
        "made_by": f"script/pytorch/make_fine_tuning_goldens.py with PyTorch {torch.__version__}",
        "rates": rates,
        "weights": {name: some(tensor) for name, tensor in state(model)},
        "averages": {name: some(tensor) for name, tensor in averages.items()},
    }
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in record.items())
    (pathlib.Path(sys.argv[1]) / "fine_tuning.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
