"""Writes the losses of PyTorch's first 50 training steps of two networks over sequences, in double precision.

    python script/pytorch/make_sequence_training_goldens.py Tests/FoveaTrainingTests/Goldens

An LSTM and a temporal convolutional network with weight normalization, by stochastic gradient descent with momentum on two
batches in turn. Weights and batches follow from a formula that the tests repeat (`noise`).
"""

import json
import pathlib
import sys
import warnings

import torch
from torch import nn

from make_goldens import noise
from make_sequence_goldens import TCN

STEPS, BATCH, CHANNELS, LENGTH, CLASSES = 50, 16, 2, 12, 4


class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.recurrent = nn.LSTM(CHANNELS, 8, batch_first=True)
        self.head = nn.Linear(8, CLASSES)

    def forward(self, x):
        return self.head(self.encoder.recurrent(x.transpose(1, 2))[1][0][0])


def losses(network):
    network = network.double().train()
    with torch.no_grad():
        for k, (_, parameter) in enumerate(network.named_parameters()):
            parameter.copy_(noise(parameter.shape, k, 0.6).double())
    optimizer = torch.optim.SGD(network.parameters(), lr=0.2, momentum=0.9)
    found = []
    for step in range(STEPS):
        x = noise((BATCH, CHANNELS, LENGTH), 100 + step % 2, 1.5).double()
        labels = (torch.arange(BATCH) + step % 2) % CLASSES
        loss = nn.functional.cross_entropy(network(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(float(f"{loss.item():.9g}"))
    return {"parameters": [name for name, _ in network.named_parameters()], "losses": found}


def main():
    warnings.simplefilter("ignore")
    path = pathlib.Path(sys.argv[1]) / "sequence_training.json"
    networks = {"lstm": losses(Memory()), "tcn": losses(TCN())}
    path.write_text(json.dumps(networks, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
