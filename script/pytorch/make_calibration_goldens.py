"""Writes temperatures, calibration errors, intervals and p-values as PyTorch, numpy and SciPy compute them.

    python script/pytorch/make_calibration_goldens.py Tests/FoveaTrainingTests/Goldens

Needs torch 2.13, numpy and scipy.
"""

import json
import pathlib
import sys

import numpy
import scipy.stats
import torch

EXAMPLES, CLASSES, BINS = 240, 5, 15


def calibration_error(probabilities, labels):
    """As in "On Calibration of Modern Neural Networks": bins of equal width, each open below and closed above."""
    confidence, answers = probabilities.max(1), probabilities.argmax(1)
    edges = numpy.linspace(0, 1, BINS + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        chosen = (confidence > low) & (confidence <= high)
        if chosen.any():
            accuracy = (answers[chosen] == labels[chosen]).mean()
            error += chosen.mean() * abs(accuracy - confidence[chosen].mean())
    return error


def case(sharpness, seed):
    """Logits, and labels drawn with the probabilities softmax(logits / sharpness)."""
    random = numpy.random.default_rng(seed)
    logits = numpy.round(random.normal(0, 3, (EXAMPLES, CLASSES)), 3).astype(numpy.float32).astype(numpy.float64)
    true = torch.softmax(torch.tensor(logits) / sharpness, 1).numpy()
    labels = numpy.array([random.choice(CLASSES, p=row) for row in true])
    x, y = torch.tensor(logits), torch.tensor(labels)
    log_temperature = torch.zeros(1, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [log_temperature], lr=1, max_iter=500, tolerance_grad=1e-14, tolerance_change=1e-16,
        line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(x / log_temperature.exp(), y)
        value.backward()
        return value

    optimizer.step(loss)
    temperature = log_temperature.exp().item()
    scaled = torch.softmax(x / temperature, 1).numpy()
    return {
        "logits": [float(value) for value in logits.flatten()],
        "labels": [int(label) for label in labels],
        "temperature": temperature,
        "losses": [torch.nn.functional.cross_entropy(x / t, y).item() for t in (1, temperature)],
        "errors": [calibration_error(torch.softmax(x, 1).numpy(), labels), calibration_error(scaled, labels)],
    }


def main():
    pairs = [(0, 0), (1, 0), (5, 5), (3, 12), (40, 18), (200, 260), (1000, 1), (7, 9)]
    fractions = [(0, 10), (10, 10), (1, 2), (81, 263), (451, 505), (499, 500)]
    tails = [(3, 5, 0.4), (50, 50, 0.95), (290, 300, 0.95), (1, 100, 0.5), (400, 1000, 0.3), (9990, 10000, 0.998)]
    golden = {
        "cases": [case(2.5, 1), case(0.6, 2)],
        "mcnemar": [[b, c, scipy.stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0] for b, c in pairs],
        "wilson": [
            [k, n, *scipy.stats.binomtest(k, n).proportion_ci(0.95, method="wilson")] for k, n in fractions
        ],
        "tails": [[k, n, p, scipy.stats.binom.sf(k - 1, n, p)] for k, n, p in tails],
    }
    path = pathlib.Path(sys.argv[1]) / "calibration.json"
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
