"""Writes what PyTorch computes, in double precision, with windows over one and three axes, which the tests compare with.

    python script/pytorch/make_window_goldens.py Tests/FoveaCPUTests/Goldens/windows.json

Needs torch 2.13. Operands are multiples of 1/8, which single precision has exactly. A window is a list of axes, each
[kernel, stride, dilation, before, after].
"""

import json
import math
import pathlib
import sys

import torch
from torch.nn import functional as F

CONVOLUTIONS = {1: F.conv1d, 3: F.conv3d}
MAXIMA = {1: F.max_pool1d, 3: F.max_pool3d}
AVERAGES = {1: F.avg_pool1d, 3: F.avg_pool3d}


def drawn(generator, *shape):
    return torch.randint(-16, 17, shape, generator=generator).double() / 8


def distinct(generator, *shape):
    """Numbers of which no two are equal, so that a maximum has one winner."""
    return torch.randperm(math.prod(shape), generator=generator).double().reshape(shape) / 8


def padded(images, window, value=0.0):
    """F.pad takes the last axis first."""
    return F.pad(images, [side for axis in reversed(window) for side in axis[3:]], value=value)


def column(window, index):
    return [axis[index] for axis in window]


def convolution(window, groups, images, filters, bias):
    convolve = CONVOLUTIONS[len(window)]
    return convolve(
        padded(images, window), filters, bias, stride=column(window, 1), dilation=column(window, 2), groups=groups)


def maximum(window, images):
    pool = MAXIMA[len(window)]
    return pool(
        padded(images, window, -math.inf), column(window, 0), stride=column(window, 1), dilation=column(window, 2))


def average(window, counts_padding, images):
    pool = AVERAGES[len(window)]
    if counts_padding:
        return pool(padded(images, window), column(window, 0), stride=column(window, 1))
    return pool(
        images, column(window, 0), stride=column(window, 1), padding=column(window, 3), count_include_pad=False)


def record(generator, operation, compute, operands, **settings):
    """Results, and the gradients of the sum of the results, weighted by `upstream`, with respect to the operands."""
    operands = [operand.requires_grad_() for operand in operands]
    result = compute(*operands)
    upstream = drawn(generator, *result.shape)
    gradients = torch.autograd.grad(result, operands, upstream)
    return {"operation": operation} | settings | {
        "operands": [tensor(operand) for operand in operands],
        "upstream": tensor(upstream),
        "result": tensor(result),
        "gradients": [tensor(gradient) for gradient in gradients],
    }


def tensor(values):
    return {"shape": list(values.shape), "elements": values.flatten().tolist()}


def convolutions(g):
    cases = [
        ([2, 4, 11], 6, 2, [[3, 2, 1, 2, 1]]),
        ([1, 3, 9], 5, 1, [[3, 1, 2, 0, 3]]),
        ([2, 16, 8], 16, 16, [[5, 1, 1, 2, 2]]),
        ([1, 2, 4, 5, 4], 3, 1, [[3, 1, 1, 1, 1], [2, 2, 1, 0, 1], [2, 1, 2, 1, 0]]),
        ([1, 4, 3, 4, 4], 4, 2, [[2, 1, 1, 1, 0], [3, 1, 1, 1, 1], [3, 2, 1, 1, 1]]),
    ]
    for images, filters, groups, window in cases:
        operands = [
            drawn(g, *images), drawn(g, filters, images[1] // groups, *column(window, 0)), drawn(g, filters)]
        yield record(
            g, "convolution", lambda *x, w=window, n=groups: convolution(w, n, *x), operands, window=window,
            groups=groups)


def poolings(g):
    for images, window in [
        ([2, 3, 9], [[3, 2, 1, 1, 0]]),
        ([1, 2, 12], [[3, 1, 2, 2, 1]]),
        ([1, 2, 4, 4, 5], [[2, 2, 1, 0, 0], [3, 1, 1, 1, 0], [2, 1, 2, 1, 1]]),
        ([1, 1, 3, 5, 4], [[3, 1, 1, 1, 1], [3, 2, 1, 1, 1], [3, 1, 1, 0, 0]]),
    ]:
        yield record(g, "max", lambda x, w=window: maximum(w, x), [distinct(g, *images)], window=window)
    for images, window in [
        ([2, 3, 9], [[3, 2, 1, 1, 0]]),
        ([1, 2, 24], [[20, 1, 1, 3, 7]]),
        ([1, 2, 4, 4, 5], [[2, 2, 1, 0, 0], [3, 1, 1, 1, 0], [2, 1, 1, 1, 1]]),
        ([1, 1, 3, 5, 4], [[3, 1, 1, 1, 1], [3, 2, 1, 1, 1], [3, 1, 1, 0, 0]]),
    ]:
        yield record(
            g, "average", lambda x, w=window: average(w, True, x), [drawn(g, *images)], window=window,
            counts_padding=True)
    # PyTorch leaves padding out of the mean where it is the same on both sides.
    for images, window in [
        ([2, 3, 9], [[3, 2, 1, 1, 1]]),
        ([1, 2, 24], [[20, 1, 1, 3, 3]]),
        ([1, 2, 4, 4, 5], [[2, 2, 1, 0, 0], [3, 1, 1, 1, 1], [2, 1, 1, 1, 1]]),
        ([1, 1, 3, 5, 4], [[3, 1, 1, 1, 1], [3, 2, 1, 1, 1], [3, 1, 1, 0, 0]]),
    ]:
        yield record(
            g, "average", lambda x, w=window: average(w, False, x), [drawn(g, *images)], window=window,
            counts_padding=False)


def normalizations(g):
    for shape in [[4, 3, 5], [3, 2, 2, 3, 2]]:
        operands = [drawn(g, *shape), drawn(g, shape[1]), drawn(g, shape[1])]
        yield record(
            g, "batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True, eps=1e-3), operands)
        statistics = [drawn(g, shape[1]), 1 + drawn(g, shape[1]).abs()]
        yield record(
            g, "batch_norm_inference",
            lambda x, w, b, s=statistics: F.batch_norm(x, s[0], s[1], w, b, training=False, eps=1e-3),
            [drawn(g, *shape), drawn(g, shape[1]), drawn(g, shape[1])],
            statistics=[tensor(values) for values in statistics])


def main():
    generator = torch.Generator().manual_seed(1)
    cases = [*convolutions(generator), *poolings(generator), *normalizations(generator)]
    made_by = f"script/pytorch/make_window_goldens.py with PyTorch {torch.__version__}"
    lines = ",\n".join(f"  {json.dumps(case)}" for case in cases)
    path = pathlib.Path(sys.argv[1])
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'{{\n "made_by": {json.dumps(made_by)},\n "cases": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    main()
