"""The models in PyTorch, for the bench, the golden curves and `deno task check:peers`."""

from torch import nn
from torch.optim import SGD

from models import MODELS, ZOO
from pytorch_zoo import ZOO as NETWORKS

LAYERS = {
    "conv2d": lambda inputs, outputs: nn.Conv2d(inputs, outputs, 3, padding=1),
    "flatten": nn.Flatten,
    "linear": nn.Linear,
    "max_pool2d": lambda: nn.MaxPool2d(2),
    "relu": nn.ReLU,
}


def build(name):
    """A model of bench/models.json, of bench/zoo.json, or one of wick's own with its defaults."""
    if name in ZOO:
        return NETWORKS[ZOO[name]["model"]](**ZOO[name]["settings"])
    if name in NETWORKS:
        return NETWORKS[name]()
    return nn.Sequential(*(LAYERS[kind](*sizes) for kind, *sizes in MODELS[name]["layers"]))


def sgd(name, parameters):
    settings = MODELS.get(name) or ZOO.get(name) or {"lr": 0.05, "momentum": 0.9}
    return SGD(parameters, settings["lr"], settings["momentum"])
