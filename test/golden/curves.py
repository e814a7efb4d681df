"""Losses of 200 training steps of each model, in f32 and f64, from weights that a formula gives.

Weight i of the model (counted through all parameters, in PyTorch's order) is
    fround((2 * unit(i) - 1) / sqrt(fan_in)),   unit(i) = (mix(i + 1 + seed * 2^20) >>> 8) / 2^24
with mix the finaliser of MurmurHash3: the distribution of PyTorch's own initialisation, and the same
bits in any language. `curves_test.ts` computes the same.

A unit whose input passes zero under one rounding and not under another sets two curves apart for good,
so a single pair of runs says little about how far apart rounding alone can bring them. `distance` is
the furthest that any of twelve f32 runs, which differ in the order within a batch only, has been from
the f64 losses up to a step. The seed is the first that learns (the last twenty losses average less
than half of the first: a model that is stuck on a plateau would follow any other).
"""

import hashlib
import itertools
from pathlib import Path
import sys

import numpy
import torch
import torch.nn.functional as F

from golden_format import number, write

sys.path.append(str(Path(__file__).parents[2] / "bench/peers"))
from pytorch_models import build, sgd  # noqa: E402

STEPS, BATCH, ORDERS = 200, 32, 12


def mix(i):
    i = i ^ (i >> 16)
    i = (i * 0x85EBCA6B) & 0xFFFFFFFF
    i = i ^ (i >> 13)
    i = (i * 0xC2B2AE35) & 0xFFFFFFFF
    return i ^ (i >> 16)


MODELS = ["linear", "nonlinear", "cnn"]
ADAM = {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8}
OPTIMIZERS = {
    "sgd": sgd,
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
    model = initialise(build(model_name), seed).to(dtype)
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


def furthest(double, singles):
    """For each step, how far any of the f32 curves has been from the f64 one until then."""
    apart = numpy.abs(numpy.asarray(singles, numpy.float64) - numpy.asarray(double)).max(0)
    return [float(f"{value:.1e}") for value in numpy.maximum.accumulate(apart)]


def learns(losses):
    return sum(losses[-20:]) / 20 < losses[0] / 2


def case(model, optimizer, images, labels):
    for seed in itertools.count():
        double = curve(model, optimizer, seed, images, labels, torch.float64)
        if learns(double):
            break
    shuffle = numpy.random.default_rng(0)
    orders = [slice(None), *(shuffle.permutation(BATCH) for _ in range(ORDERS - 1))]
    singles = [curve(model, optimizer, seed, images, labels, torch.float32, order) for order in orders]
    return {"model": model, "optimizer": optimizer, "seed": seed, "distance": furthest(double, singles),
            "f32": [number(value) for value in singles[0]], "f64": [number(value) for value in double]}


def write_curves(folder, name):
    """Reads the first 6,400 `images.u8` and `labels.u8` in `folder`; writes `curves_<name>.json`."""
    count = STEPS * BATCH
    images = numpy.fromfile(Path(folder) / "images.u8", numpy.uint8)[: count * 784].reshape(count, 1, 28, 28)
    labels = numpy.fromfile(Path(folder) / "labels.u8", numpy.uint8)[:count]
    entries = []
    for model, optimizer in itertools.product(MODELS, OPTIMIZERS):
        entries.append(case(model, optimizer, images, labels))
        print(model, optimizer, f"seed {entries[-1]['seed']}, f32 to f64 {entries[-1]['distance'][-1]}", flush=True)
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    write(f"curves_{name}", entries, {"data": name, "images": count, "batch": BATCH, "data_sha256": digest})
