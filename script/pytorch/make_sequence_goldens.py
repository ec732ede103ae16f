"""Writes what PyTorch computes for convolutions over time, in double precision, which the tests compare with.

    python script/pytorch/make_sequence_goldens.py Tests/FoveaTrainingTests/Goldens

Single layers, a temporal convolutional network with weight normalization, and a fully convolutional network in training. All
inputs follow from a formula that the tests repeat (`noise`), so that the file holds results only: what a loss that weights the
output with further noise gives for the output, every parameter and the input. Where a case has lengths, PyTorch sees the valid
steps alone: zeros stand beyond them for a convolution, and normalization gets them one behind the other.
"""

import json
import pathlib
import sys
import warnings

import torch
from torch import nn
from torch.nn.utils import weight_norm

from make_goldens import noise

LENGTHS = [4, 9, 1]


class Causal(nn.Module):
    """A causal convolution, whose parameters are those of the convolution itself."""

    def __init__(self, convolution):
        super().__init__()
        self.layer = convolution

    def forward(self, x):
        zeros = self.layer.dilation[0] * (self.layer.kernel_size[0] - 1)
        return self.layer(nn.functional.pad(x, (zeros, 0)))


class Layer(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)


class Block(nn.Module):
    def __init__(self, inputs, filters, kernel, dilation):
        super().__init__()
        self.zeros = dilation * (kernel - 1)
        self.conv1 = weight_norm(nn.Conv1d(inputs, filters, kernel, dilation=dilation))
        self.conv2 = weight_norm(nn.Conv1d(filters, filters, kernel, dilation=dilation))
        self.downsample = nn.Conv1d(inputs, filters, 1) if inputs != filters else None

    def forward(self, x):
        y = x
        for convolution in (self.conv1, self.conv2):
            y = convolution(nn.functional.pad(y, (self.zeros, 0))).relu()
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class TCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.network = nn.ModuleList(Block(2 if i == 0 else 3, 3, 3, 2**i) for i in range(3))
        self.head = nn.Linear(3, 4)

    def forward(self, x):
        for block in self.encoder.network:
            x = block(x)
        return self.head(x[:, :, -1])


class FCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Module()
        sizes = [(2, 2, 8), (2, 4, 5), (4, 2, 3)]
        self.encoder.convolutions = nn.ModuleList(
            nn.Conv1d(inputs, filters, kernel, padding="same", bias=False) for inputs, filters, kernel in sizes)
        self.encoder.normalizations = nn.ModuleList(nn.BatchNorm1d(filters) for _, filters, _ in sizes)
        self.head = nn.Linear(2, 4)

    def forward(self, x):
        for convolution, normalization in zip(self.encoder.convolutions, self.encoder.normalizations):
            x = normalization(convolution(x)).relu()
        return self.head(x.mean(dim=2))


class ValidSteps(nn.Module):
    """Normalization of the valid steps, one behind the other; zeros elsewhere."""

    def __init__(self, channels):
        super().__init__()
        self.layer = nn.BatchNorm1d(channels)

    def forward(self, x):
        packed = torch.cat([x[n : n + 1, :, :length] for n, length in enumerate(LENGTHS)], dim=2)
        parts = self.layer(packed).split(LENGTHS, dim=2)
        return torch.cat([nn.functional.pad(part, (0, x.shape[2] - part.shape[2])) for part in parts])


class Masked(nn.Module):
    """A layer that sees zeros beyond the lengths, and whose output has them there."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        valid = (torch.arange(x.shape[2]) < torch.tensor(LENGTHS)[:, None])[:, None, :]
        return self.layer(x * valid) * valid


class OverChannels(nn.Module):
    """A layer over the last axis, over the channels of [N, C, T]."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.transpose(1, 2)).transpose(1, 2)


class Alone(nn.Module):
    """A layer over the valid steps of each sequence alone; zeros elsewhere."""

    def __init__(self, layer, lengthened=lambda length: length):
        super().__init__()
        self.layer = layer
        self.lengthened = lengthened

    def forward(self, x):
        parts = [self.layer(x[n : n + 1, :, :length]) for n, length in enumerate(LENGTHS)]
        steps = self.lengthened(x.shape[2])
        return torch.cat([nn.functional.pad(part, (0, steps - part.shape[2])) for part in parts])


class Attention(nn.Module):
    """Additive attention over all steps, or over the valid ones of each sequence."""

    def __init__(self, channels, width, lengths=None):
        super().__init__()
        self.layer = nn.Module()
        self.layer.weight = nn.Parameter(torch.zeros(width, channels))
        self.layer.bias = nn.Parameter(torch.zeros(width))
        self.layer.score = nn.Parameter(torch.zeros(width))
        self.lengths = lengths

    def forward(self, x):
        lengths = self.lengths or [x.shape[2]] * x.shape[0]
        pooled = []
        for n, length in enumerate(lengths):
            steps = x[n, :, :length]
            hidden = torch.tanh(self.layer.weight @ steps + self.layer.bias[:, None])
            pooled.append(steps @ torch.softmax(self.layer.score @ hidden, 0))
        return torch.stack(pooled)


class Positions(nn.Module):
    """An embedding of the step's number, added."""

    def __init__(self, steps, channels):
        super().__init__()
        self.layer = nn.Embedding(steps, channels)

    def forward(self, x):
        return x + self.layer(torch.arange(x.shape[2])).T


class ConvLSTM(nn.Module):
    """Keras's ConvLSTM2D, with the paper's peepholes if asked for: states, and the last state and cell, one behind the other."""

    def __init__(self, inputs, filters, size, stride, padding, peepholes=False, lengths=None):
        super().__init__()
        self.layer = nn.Module()
        self.layer.weight_ih = nn.Parameter(torch.zeros(4 * filters, inputs, 3, 3))
        self.layer.weight_hh = nn.Parameter(torch.zeros(4 * filters, filters, 3, 3))
        self.layer.bias_ih = nn.Parameter(torch.zeros(4 * filters))
        if peepholes:
            self.layer.weight_ch = nn.Parameter(torch.zeros(3, filters, size, size))
        self.shape, self.stride, self.padding = (filters, size, size), stride, padding
        self.lengths = lengths

    def forward(self, x):
        layer, batch = self.layer, x.shape[0]
        h, c = (noise((batch, *self.shape), k, 1).double() for k in (105, 106))
        lengths = torch.tensor(self.lengths or [x.shape[2]] * batch)
        sequence = []
        for t in range(x.shape[2]):
            sums = nn.functional.conv2d(x[:, :, t], layer.weight_ih, layer.bias_ih, self.stride, self.padding)
            sums = sums + nn.functional.conv2d(h, layer.weight_hh, padding=1)
            i, f, g, o = sums.chunk(4, 1)
            if hasattr(layer, "weight_ch"):
                i, f = i + layer.weight_ch[0] * c, f + layer.weight_ch[2] * c
            new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            if hasattr(layer, "weight_ch"):
                o = o + layer.weight_ch[1] * new
            state = torch.sigmoid(o) * torch.tanh(new)
            valid = (t < lengths)[:, None, None, None]
            sequence.append(torch.where(valid, state, 0))
            h, c = torch.where(valid, state, h), torch.where(valid, new, c)
        return torch.cat([torch.stack(sequence, 2).flatten(1), h.flatten(1), c.flatten(1)], 1)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def case(name, network, shape, lengths=None):
    network = network.double().train()
    with torch.no_grad():
        for k, (_, parameter) in enumerate(network.named_parameters()):
            parameter.copy_(noise(parameter.shape, k, 0.6).double())
    x = noise(shape, 100, 1.5).double().requires_grad_()
    result = network(x)
    (result * noise(result.shape, 103, 1).double()).sum().backward()
    return {
        "name": name, "shape": list(shape), "lengths": lengths, "result": numbers(result),
        "parameters": [name for name, _ in network.named_parameters()],
        "gradients": [numbers(parameter.grad) for _, parameter in network.named_parameters()],
        "input_gradient": numbers(x.grad),
    }


def main():
    warnings.simplefilter("ignore")
    cases = [
        case("causal", Causal(nn.Conv1d(2, 3, 3, dilation=2)), (2, 2, 9)),
        case("valid", Layer(nn.Conv1d(2, 3, 4, dilation=2)), (2, 2, 9)),
        case("same", Layer(nn.Conv1d(2, 3, 4, padding="same")), (2, 2, 9)),
        case("grouped", Layer(nn.Conv1d(4, 6, 3, stride=2, padding=2, groups=2, bias=False)), (2, 4, 9)),
        case("normalized filters", Layer(weight_norm(nn.Conv1d(2, 3, 3, padding=1))), (2, 2, 9)),
        case("same with lengths", Masked(nn.Conv1d(2, 3, 3, padding="same")), (3, 2, 9), LENGTHS),
        case("max", Layer(nn.MaxPool1d(3, stride=2, padding=1)), (2, 3, 9)),
        case("average", Layer(nn.AvgPool1d(3, stride=2, padding=1)), (2, 3, 9)),
        case("batch normalization", Layer(nn.BatchNorm1d(3)), (3, 3, 9)),
        case("batch normalization with lengths", ValidSteps(3), (3, 3, 9), LENGTHS),
        case("layer normalization", Layer(nn.LayerNorm([3, 9])), (2, 3, 9)),
        case("layer normalization of channels", OverChannels(nn.LayerNorm(4)), (2, 4, 9)),
        case("group normalization", Layer(nn.GroupNorm(2, 6)), (2, 6, 9)),
        case("group normalization with lengths", Alone(nn.GroupNorm(2, 6)), (3, 6, 9), LENGTHS),
        case("attention", Attention(3, 5), (2, 3, 9)),
        case("attention with lengths", Attention(3, 5, LENGTHS), (3, 3, 9), LENGTHS),
        case("positions", Positions(12, 3), (2, 3, 9)),
        case("dense", OverChannels(nn.Linear(3, 5)), (2, 3, 9)),
        case("transposed", Layer(nn.ConvTranspose1d(2, 3, 4, stride=3, padding=2, output_padding=1)), (2, 2, 9)),
        case("transposed in groups", Layer(nn.ConvTranspose1d(4, 6, 3, dilation=2, groups=2, bias=False)), (2, 4, 9)),
        case(
            "transposed with lengths", Alone(nn.ConvTranspose1d(2, 3, 4, stride=2), lambda length: 2 * length + 2),
            (3, 2, 9), LENGTHS),
        case("adaptive average", Layer(nn.AdaptiveAvgPool1d(4)), (2, 3, 9)),
        case("adaptive average to one", Layer(nn.AdaptiveAvgPool1d(1)), (2, 3, 9)),
        case("adaptive average to one with lengths", Alone(nn.AdaptiveAvgPool1d(1), lambda _: 1), (3, 3, 9), LENGTHS),
        case("images in time", ConvLSTM(2, 2, 4, 1, 1), (2, 2, 3, 4, 4)),
        case("images in time with peepholes", ConvLSTM(1, 2, 3, 2, 1, peepholes=True), (2, 1, 3, 5, 5)),
        case("images in time with lengths", ConvLSTM(1, 2, 3, 1, 0, lengths=[2, 3, 1]), (3, 1, 3, 5, 5), [2, 3, 1]),
        case("tcn", TCN(), (2, 2, 40)),
        case("fcn", FCN(), (3, 2, 12)),
    ]
    # `Masked` and `ValidSteps` have the layer's parameters under the same path as `Layer`.
    path = pathlib.Path(sys.argv[1]) / "sequences.json"
    path.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
