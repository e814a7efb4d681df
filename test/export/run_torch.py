"""Loads each NAME.py of a folder, runs it on the arrays of NAME.npz and prints what it found as JSON."""

import importlib.util
import json
import pathlib
import sys

import numpy
import torch

found = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    model = script.load()
    with numpy.load(path.with_suffix(".npz")) as arrays:
        with torch.no_grad():
            scores = model(torch.from_numpy(arrays["images"])).numpy()
        state = script.weights()
        found[path.stem] = {
            "error": float(numpy.abs(scores - arrays["scores"]).max()),
            "largest": float(numpy.abs(arrays["scores"]).max()),
            "classes": script.CLASSES,
            "training": model.training,
            "tensors": len(state),
            "sameNames": all(
                (state[name].numpy() == arrays[f"weights.{name}"]).all()
                for name in state
                if f"weights.{name}" in arrays
            ),
        }
print(json.dumps(found))
