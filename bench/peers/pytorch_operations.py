"""The operations of bench/operations.json in PyTorch, one by one: forward, and with the gradients of (y y).sum()."""

import json
from pathlib import Path

import torch
from torch import nn

from pytorch_zoo import LayerNorm2d, Residual
from worker import arguments, serve

OPERATIONS = json.loads((Path(__file__).parents[1] / "operations.json").read_text())


class CrossEntropy(nn.Module):
    """With labels 0, 1, ..., 9, 0, ..."""

    def forward(self, x):
        return nn.functional.cross_entropy(x, torch.arange(len(x)) % 10)


KINDS = {
    "avgPool2d": nn.AvgPool2d,
    "batchNorm2d": nn.BatchNorm2d,
    "conv2d": nn.Conv2d,
    "crossEntropy": CrossEntropy,
    "dropout": nn.Dropout,
    "gelu": nn.GELU,
    "groupNorm": nn.GroupNorm,
    "layerNorm": nn.LayerNorm,
    "layerNorm2d": LayerNorm2d,
    "linear": nn.Linear,
    "maxPool2d": nn.MaxPool2d,
    "relu": nn.ReLU,
    "residual": lambda inner: Residual(layer_of(inner)),
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}
NAMES = {"kernel": "kernel_size"}


def layer_of(kind, *given):
    options = {NAMES.get(key, key): value for one in given if isinstance(one, dict) for key, value in one.items()}
    return KINDS[kind](*(one for one in given if not isinstance(one, dict)), **options)


class Operations:
    def __init__(self, options):
        self.last = options.variant == "channels-last"

    def prepared(self, name, batch):
        shape = OPERATIONS[name]["input"]
        if self.last and len(shape) != 3:
            raise NotImplementedError("channels-last is for images")
        torch.manual_seed(0)
        form = torch.channels_last if self.last else torch.contiguous_format
        layer = layer_of(*OPERATIONS[name]["layer"]).to(memory_format=form)
        return layer, torch.randn(batch, *shape).contiguous(memory_format=form)

    def forward(self, name, batch):
        layer, x = self.prepared(name, batch)

        def call():
            with torch.no_grad():
                layer(x)
            return 1

        return call

    def gradients(self, name, batch):
        layer, x = self.prepared(name, batch)
        leaves = [x.requires_grad_(), *layer.parameters()]

        def call():
            y = layer(x)
            torch.autograd.grad((y * y).sum(), leaves)
            return 1

        return call


options = arguments()
torch.set_num_threads(options.threads)
serve(Operations(options), torch.__version__)
