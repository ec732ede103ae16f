"""Writes the weights that scikit-learn's logistic regression has for features that follow from a formula.

    python script/pytorch/make_logistic_goldens.py Tests/FoveaTrainingTests/Goldens

Needs scikit-learn 1.9, torch 2.13 and numpy. The features follow from a formula that the tests repeat: see `noise`.
"""

import json
import pathlib
import sys

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from make_goldens import noise

EXAMPLES, WIDTH = 90, 7


def features(classes):
    """Noise around a mean of each class; the columns have means and deviations of their own, and one is constant."""
    labels = numpy.arange(EXAMPLES) % classes
    rows = noise((EXAMPLES, WIDTH), 1, 1.0).numpy() + noise((classes, WIDTH), 2, 0.5).numpy()[labels]
    columns = numpy.arange(WIDTH, dtype=numpy.float32)
    rows = rows * (columns + 1) + 10 * columns
    rows[:, 3] = 7
    return rows, labels


def fitted(classes, penalty):
    rows, labels = features(classes)
    scaler = StandardScaler().fit(rows.astype(numpy.float64))
    # Two classes have one row of weights there and two here, which are half of it and its negative.
    strength = EXAMPLES * penalty / (2 if classes == 2 else 1)
    model = LogisticRegression(C=1 / strength, tol=1e-10, max_iter=10_000)
    model.fit(scaler.transform(rows.astype(numpy.float64)), labels)
    weights, bias = model.coef_, model.intercept_
    if classes == 2:
        weights, bias = numpy.concatenate([-weights, weights]) / 2, numpy.concatenate([-bias, bias]) / 2
    weights = weights / scaler.scale_
    return {
        "classes": classes,
        "penalty": penalty,
        "weights": weights.flatten().tolist(),
        "bias": (bias - weights @ scaler.mean_).tolist(),
    }


def main():
    cases = [fitted(classes, penalty) for classes, penalty in [(2, 0.01), (3, 1.0), (3, 0.01), (5, 0.001)]]
    pathlib.Path(sys.argv[1], "logistic.json").write_text(json.dumps(cases))


main()
