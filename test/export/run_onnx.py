"""Checks each NAME.onnx of a folder and runs it on the arrays of NAME.npz; prints what it found as JSON.

NAME.npz has images as the model takes them, the scores that it has to give for the first of them, the
predictions of all if they are known, and each tensor as weights.NAME.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

onnxruntime.set_default_logger_severity(3)
found = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    with numpy.load(path.with_suffix(".npz")) as arrays:
        images, expected = arrays["images"], arrays["scores"]
        predictions = arrays["predictions"] if "predictions" in arrays else expected.argmax(1)
        weights = {name: arrays[f"weights.{name}"] for name in (i.name for i in model.graph.initializer)}
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [given], [output] = session.get_inputs(), session.get_outputs()
    parts = [session.run(None, {given.name: part})[0] for part in numpy.array_split(images, max(1, len(images) // 500))]
    scores = numpy.concatenate(parts)
    ordered = numpy.sort(scores, axis=1)
    found[path.stem] = {
        "ir": model.ir_version,
        "opset": model.opset_import[0].version,
        "producer": [model.producer_name, model.producer_version],
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
        "input": [given.name, given.type, given.shape],
        "output": [output.name, output.type, output.shape],
        "operations": sorted({node.op_type for node in model.graph.node}),
        "sameWeights": all(
            (onnx.numpy_helper.to_array(initializer) == weights[initializer.name]).all()
            for initializer in model.graph.initializer
        ),
        "error": float(numpy.abs(scores[: len(expected)] - expected).max()),
        "largest": float(numpy.abs(expected).max()),
        "differentPredictions": int((scores.argmax(1) != predictions).sum()),
        "leastMargin": float((ordered[:, -1] - ordered[:, -2]).min()),
        "count": len(scores),
    }
print(json.dumps(found))
