"""The networks of Fovea's zoo in PyTorch, with the same names, for goldens and comparisons."""

import functools

import torch
from torch import nn


class LeNet5(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.fc1(torch.flatten(x, 1)))
        return self.fc3(torch.relu(self.fc2(x)))


class SmallCNN(nn.Module):
    def __init__(self, classes=10, dropout=0.1):
        super().__init__()
        layers, inputs = [], 1
        for stage, width in enumerate([16, 32, 64]):
            if stage > 0:
                layers.append(nn.MaxPool2d(2))
            for _ in range(2):
                layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
                inputs = width
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(self.dropout(self.features(x).mean((2, 3))))


def torchvision_network(name, classes):
    """A network of torchvision, without dropout so that its numbers can be compared."""
    model = getattr(torchvision_models(), name)(num_classes=classes)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0
    return model


@functools.cache
def torchvision_models():
    # torchvision's compiled operations belong to one build of PyTorch, and importing the package fails without them. The
    # networks do not use them, so empty ones do.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operation in ["nms", "qnms"]:
        if not hasattr(torch.ops.torchvision, operation):
            library.define(f"{operation}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision.models

    return torchvision.models
