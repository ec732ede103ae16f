"""Trains a network of torchvision from files with PyTorch's DataLoader, and prints images per second of the later epochs."""

import json
import statistics
import sys
import time

import torch

from networks import torchvision_models

models = torchvision_models()
from torchvision import datasets, transforms as T  # noqa: E402


def main(folder, model, batch, workers, setting):
    change = T.Compose([
        T.RandomResizedCrop(224, scale=(0.35, 1)), T.RandomHorizontalFlip(), T.ToTensor(),
        T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    loader = torch.utils.data.DataLoader(
        datasets.ImageFolder(folder, change), batch_size=batch, shuffle=True, num_workers=workers,
        persistent_workers=workers > 0)
    network = getattr(models, model)(num_classes=2).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.001, momentum=0.9, fused=True)

    def loss_of(images, labels):
        return torch.nn.functional.cross_entropy(network(images), labels)

    loss_function = torch.compile(loss_of) if setting == "compiled" else loss_of
    speeds = []
    for _ in range(3):
        start, count = time.perf_counter(), 0
        for images, labels in loader:
            optimizer.zero_grad(set_to_none=True)
            loss_function(images, labels).backward()
            optimizer.step()
            count += len(labels)
        speeds.append(count / (time.perf_counter() - start))
    print(json.dumps({"images_per_second": statistics.median(speeds[1:])}))


if __name__ == "__main__":
    folder, model, batch, workers, setting = sys.argv[1:]
    main(folder, model, int(batch), int(workers), setting)
