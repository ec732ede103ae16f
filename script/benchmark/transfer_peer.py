"""Fine-tunes torchvision's SqueezeNet 1.1 on the images of a table of path, label and split, by the recipe of `fovea fine-tune`.

Prints one line of JSON: the validation accuracy, the seconds of an epoch with a frozen body, and those from the start of the
process to the saved model.
"""

import csv
import json
import pathlib
import sys
import time

import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from networks import torchvision_models

models = torchvision_models()
from torchvision import transforms as T  # noqa: E402

MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
STAGES = [["features.0"], ["features.3", "features.4"], ["features.6", "features.7"],
          ["features.9", "features.10", "features.11", "features.12"]]


class Table(torch.utils.data.Dataset):
    def __init__(self, path, split, classes, transform):
        rows = [row for row in csv.DictReader(open(path, newline="")) if row["split"] == split]
        self.files = [(pathlib.Path(path).parent / row["path"], classes.index(row["label"])) for row in rows]
        self.transform = transform

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        path, label = self.files[index]
        return self.transform(Image.open(path).convert("RGB")), label


def network(classes, weights):
    net = models.squeezenet1_1(weights=None)
    if weights:
        net.load_state_dict(load_file(weights))
    net.classifier = torch.nn.Sequential(
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Dropout(0.5), torch.nn.Linear(512, classes))
    return net


def groups(net, rate, decay):
    """The parameters of each stage with a rate that falls toward the input; the head has the whole."""
    named = list(net.named_parameters())
    result = []
    for depth, stage in enumerate([*STAGES, ["classifier"]]):
        members = [p for n, p in named if any(n.startswith(s + ".") for s in stage)]
        result.append({"params": members, "lr": rate * decay ** (len(STAGES) - depth)})
    return result


def train(net, loader, epochs, parameters, smoothing, average):
    optimizer = torch.optim.AdamW(parameters, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [group["lr"] for group in optimizer.param_groups], total_steps=epochs * len(loader),
        cycle_momentum=False)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        for images, labels in loader:
            optimizer.zero_grad(set_to_none=True)
            loss_of(net(images), labels).backward()
            optimizer.step()
            schedule.step()
            if average:
                average.update_parameters(net)
        seconds.append(time.perf_counter() - start)
    return seconds


def accuracy(net, loader):
    net.eval()
    with torch.inference_mode():
        hits = sum(int((net(images).argmax(1) == labels).sum()) for images, labels in loader)
    return hits / len(loader.dataset)


def main(table, weights, size, rate, decay, workers, seed, epochs, out, began):
    torch.manual_seed(seed)
    classes = sorted({row["label"] for row in csv.DictReader(open(table, newline=""))})
    normalize = [T.ToTensor(), T.Normalize(MEAN, DEVIATION)]
    plain = T.Compose([T.Resize(round(size * 256 / 224)), T.CenterCrop(size), *normalize])
    augmented = T.Compose([
        T.Resize(round(size * 256 / 224)), T.CenterCrop(size), T.RandomHorizontalFlip(), *normalize])

    def loader(split, transform, shuffle):
        return torch.utils.data.DataLoader(
            Table(table, split, classes, transform), batch_size=32, shuffle=shuffle, num_workers=workers,
            persistent_workers=workers > 0)

    net = network(len(classes), weights)
    # The head alone: the body is in evaluation and computes no gradients.
    net.features.requires_grad_(False)
    net.train()
    net.features.eval()
    head = [{"params": net.classifier.parameters(), "lr": rate}]
    frozen = train(net, loader("train", plain, True), 1, head, 0.1, None)
    net.features.requires_grad_(True)
    net.train()
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99))
    if epochs:
        train(net, loader("train", augmented, True), epochs, groups(net, rate, decay), 0.1, average)
    model = average.module
    found = accuracy(model, loader("val", plain, False))
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, out)
    print(json.dumps({"accuracy": found, "frozen_seconds": frozen[0], "seconds": time.time() - began}))


if __name__ == "__main__":
    table, weights, size, rate, decay, workers, seed, epochs, out, began = sys.argv[1:]
    main(table, weights, int(size), float(rate), float(decay), int(workers), int(seed), int(epochs), out, float(began))
