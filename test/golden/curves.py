"""Losses of 200 training steps of each model, in f32 and f64, from weights that a formula gives.

Weight i of the model (counted through all parameters, in PyTorch's order) is
    fround((2 * unit(i) - 1) / sqrt(fan_in)),   unit(i) = (mix(i + 1 + seed * 2^20) >>> 8) / 2^24
with mix the finaliser of MurmurHash3: the distribution of PyTorch's own initialisation, and the same
bits in any language. `curves_test.ts` computes the same.

A unit whose input passes zero in one precision and not in the other sets two curves apart for good.
Of the first six seeds, each case keeps the one whose f32 and f64 curves stay closest, which makes the
tightest test, among those that learn: the last twenty losses average less than half of the first
(a model that is stuck on a plateau would follow any other). `distance` is how far PyTorch's f32 losses
have been from its f64 ones up to a step, over three f32 runs that differ in the order within a batch.
"""

import hashlib
from pathlib import Path

import numpy
import torch
from torch import nn
import torch.nn.functional as F

from golden_format import number, write

STEPS, BATCH, SEEDS = 200, 32, 6


def mix(i):
    i = i ^ (i >> 16)
    i = (i * 0x85EBCA6B) & 0xFFFFFFFF
    i = i ^ (i >> 13)
    i = (i * 0xC2B2AE35) & 0xFFFFFFFF
    return i ^ (i >> 16)


def conv(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1)


MODELS = {
    "linear": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
    "nonlinear": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    "cnn": lambda: nn.Sequential(
        conv(1, 10), nn.ReLU(), conv(10, 10), nn.ReLU(), nn.MaxPool2d(2),
        conv(10, 10), nn.ReLU(), conv(10, 10), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(490, 10),
    ),
}
ADAM = {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8}
OPTIMIZERS = {
    "sgd": lambda model, p: torch.optim.SGD(p, lr=0.02, momentum=0.9) if model == "cnn" else torch.optim.SGD(p, lr=0.1),
    "adam": lambda model, p: torch.optim.Adam(p, **ADAM),
    "adamw": lambda model, p: torch.optim.AdamW(p, weight_decay=0.01, **ADAM),
}


def initialise(model, seed):
    start = seed * 2**20
    for layer in model:
        for parameter in layer.parameters():
            fan_in = layer.weight[0].numel()
            counter = numpy.arange(start + 1, start + 1 + parameter.numel(), dtype=numpy.uint64)
            unit = (mix(counter) >> numpy.uint64(8)).astype(numpy.float64) / 2**24
            drawn = ((2 * unit - 1) / numpy.sqrt(numpy.float64(fan_in))).astype(numpy.float32)
            parameter.data = torch.from_numpy(drawn).reshape(parameter.shape)
            start += parameter.numel()
    return model


def curve(model_name, optimizer_name, seed, images, labels, dtype, order=slice(None)):
    """The losses; `order` rearranges each batch, which changes nothing but the rounding."""
    model = initialise(MODELS[model_name](), seed).to(dtype)
    optimizer = OPTIMIZERS[optimizer_name](model_name, list(model.parameters()))
    losses = []
    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        # A pixel is scaled in f32 on both sides: the data are f32, whatever the arithmetic.
        x = (torch.from_numpy(images[batch][order].copy()).to(torch.float32) / 255).to(dtype)
        loss = F.cross_entropy(model(x), torch.from_numpy(labels[batch][order].copy()).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().numpy()[()])
    return losses


def both(model, optimizer, seed, images, labels):
    single = curve(model, optimizer, seed, images, labels, torch.float32)
    double = curve(model, optimizer, seed, images, labels, torch.float64)
    return {"model": model, "optimizer": optimizer, "seed": seed,
            "f32": [number(value) for value in single], "f64": [number(value) for value in double]}


def furthest(case, curves):
    """For each step, how far any of the f32 curves has been from the f64 one until then."""
    apart = numpy.abs(numpy.asarray(curves, numpy.float64) - numpy.asarray(case["f64"])).max(0)
    return numpy.maximum.accumulate(apart)


def learns(case):
    return sum(case["f64"][-20:]) / 20 < case["f64"][0] / 2


def write_curves(folder, name):
    """Reads the first 6,400 `images.u8` and `labels.u8` in `folder`; writes `curves_<name>.json`."""
    count = STEPS * BATCH
    images = numpy.fromfile(Path(folder) / "images.u8", numpy.uint8)[: count * 784].reshape(count, 1, 28, 28)
    labels = numpy.fromfile(Path(folder) / "labels.u8", numpy.uint8)[:count]
    entries = []
    for model in MODELS:
        for optimizer in OPTIMIZERS:
            tried = [both(model, optimizer, seed, images, labels) for seed in range(SEEDS)]
            case = min(filter(learns, tried), key=lambda case: furthest(case, [case["f32"]])[-1])
            reordered = [curve(model, optimizer, case["seed"], images, labels, torch.float32, order)
                         for order in (slice(None, None, -1), [*range(1, BATCH, 2), *range(0, BATCH, 2)])]
            distance = furthest(case, [case["f32"], *reordered])
            case["distance"] = [float(f"{value:.1e}") for value in distance]
            entries.append(case)
            print(model, optimizer, f"seed {case['seed']}, {case['f32'][0]} -> {case['f32'][-1]}, f32 to f64 {distance[-1]:.1e}", flush=True)
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    write(f"curves_{name}", entries, {"data": name, "images": count, "batch": BATCH, "data_sha256": digest})
