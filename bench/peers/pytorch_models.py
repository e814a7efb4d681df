"""The models in PyTorch, for the bench, the golden curves and `deno task check:peers`."""

from torch import nn
from torch.optim import SGD

from models import MODELS

LAYERS = {
    "conv2d": lambda inputs, outputs: nn.Conv2d(inputs, outputs, 3, padding=1),
    "flatten": nn.Flatten,
    "linear": nn.Linear,
    "max_pool2d": lambda: nn.MaxPool2d(2),
    "relu": nn.ReLU,
}


def build(name):
    return nn.Sequential(*(LAYERS[kind](*sizes) for kind, *sizes in MODELS[name]["layers"]))


def sgd(name, parameters):
    return SGD(parameters, MODELS[name]["lr"], MODELS[name]["momentum"])
