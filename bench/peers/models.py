"""The models of bench/zoo.json, and those of bench/models.json: `lr`, `momentum`, and `layers` as lists such as `["conv2d", 1, 10]`."""

import json
from pathlib import Path


def parsed(layer):
    kind, *sizes = layer.split()
    return [kind, *map(int, sizes)]


ZOO = json.loads((Path(__file__).parents[1] / "zoo.json").read_text())
MODELS = json.loads((Path(__file__).parents[1] / "models.json").read_text())
for _model in MODELS.values():
    _model["layers"] = [parsed(layer) for layer in _model["layers"]]
