"""How golden numbers are written: see README.md, "The format"."""

import json
import math
import platform
from pathlib import Path

import numpy
import torch

FOLDER = Path(__file__).parent
DTYPES = {torch.float32: "f32", torch.float64: "f64", torch.int64: "u32", torch.bool: "u8"}
MADE_BY = {
    "script": "test/golden/make_golden.py",
    "python": platform.python_version(),
    "torch": torch.__version__,
    "numpy": numpy.__version__,
}


def number(value):
    """The shortest decimal that reads back as the same number; a string where JSON has no number."""
    if isinstance(value, (bool, int)):
        return int(value)
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return float(str(value))


def numbers(array):
    return [number(value if array.dtype.kind != "i" else int(value)) for value in array.reshape(-1)]


def tensor(value):
    """`{"shape": [2, 3], "dtype": "f32", "data": [...]}`, row-major."""
    value = value.detach().contiguous()
    array = value.to(torch.int64).numpy() if value.dtype == torch.bool else value.numpy()
    return {"shape": list(value.shape), "dtype": DTYPES[value.dtype], "data": numbers(array)}


def write(name, entries, made_by=None):
    """One entry a line, so that a change of one case is a change of one line."""
    lines = ",\n".join(json.dumps(entry, separators=(",", ":"), allow_nan=False) for entry in entries)
    head = json.dumps(MADE_BY | (made_by or {}))
    (FOLDER / f"{name}.json").write_text(f'{{"made_by":{head},"cases":[\n{lines}\n]}}\n')
    print(f"{name}.json: {len(entries)} cases")
