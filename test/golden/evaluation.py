"""Writes evaluation.json: scikit-learn's figures and torchmetrics' calibration error.

python evaluation.py
"""

import numpy
import sklearn
import torch
import torchmetrics
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from torchmetrics.functional.classification import multiclass_calibration_error

import golden_format

CLASSES = 10
BINS = 15


def case(name, labels, logits):
    """A model's probabilities and what the references make of them."""
    probabilities = torch.softmax(torch.from_numpy(logits), 1)
    confidence, predicted = probabilities.max(1)
    predicted = predicted.numpy()
    known = {"labels": range(CLASSES), "zero_division": 0}
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, **known)
    macro = precision_recall_fscore_support(labels, predicted, average="macro", **known)[:3]
    error = multiclass_calibration_error(
        probabilities.double(), torch.from_numpy(labels), CLASSES, n_bins=BINS, norm="l1"
    )
    return {
        "name": name,
        "labels": labels.tolist(),
        "predicted": predicted.tolist(),
        "confidence": golden_format.numbers(confidence.numpy()),
        "accuracy": float(accuracy_score(labels, predicted)),
        "confusion": confusion_matrix(labels, predicted, labels=range(CLASSES)).tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "macro": [float(value) for value in macro],
        "calibration_error": float(error),
    }


def random_case(name, seed, count, pull, scale, classes=CLASSES):
    """Logits that favour the label by `pull`; of the labels only the first `classes` occur."""
    chance = numpy.random.default_rng(seed)
    labels = chance.integers(0, classes, count)
    logits = chance.normal(0, 1, (count, CLASSES))
    logits[numpy.arange(count), labels] += pull
    return case(name, labels, (logits * scale).astype(numpy.float32))


def constant_case(name, count):
    """A model that always says class 3, always equally sure."""
    logits = numpy.zeros((count, CLASSES), numpy.float32)
    logits[:, 3] = 1
    return case(name, numpy.arange(count) % CLASSES, logits)


golden_format.write(
    "evaluation",
    [
        random_case("a good model", 1, 400, 2.5, 2, CLASSES),
        random_case("too sure of itself", 2, 400, 0.8, 6, CLASSES),
        random_case("a set that lacks classes", 3, 150, 1.5, 1, 6),
        constant_case("always the same class", 50),
    ],
    {
        "script": "test/golden/evaluation.py",
        "scikit-learn": sklearn.__version__,
        "torchmetrics": torchmetrics.__version__,
    },
)
