"""Element-wise operations, reductions, normalisation and the operations that move elements."""

import torch
import torch.nn.functional as F

from golden_format import write
from operation_cases import KINKS, NAN, Cases


def activations():
    c = Cases(5)
    kinks = torch.tensor(KINKS)
    plain = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    for operation, f in plain.items():
        c.add(operation, "[4, 9]", f, {"x": c.normal(4, 9, scale=2)})
        c.add(operation, "kinks and extremes", f, {"x": kinks})
    for operation, f in {"neg": torch.neg, "abs": torch.abs, "square": torch.square, "exp": torch.exp}.items():
        c.add(operation, "[4, 9]", f, {"x": c.normal(4, 9, scale=2)})
    for operation, f in {"log": torch.log, "sqrt": torch.sqrt}.items():
        c.add(operation, "[4, 9]", f, {"x": c.positive(4, 9)})
    c.add("exp", "the ends of the range", torch.exp, {"x": torch.tensor([88.5, 89.0, -87.0, -100.0, -110.0, 0.0, -0.0, NAN])})
    c.add("log", "zero, below zero, denormal", torch.log, {"x": torch.tensor([0.0, -1.0, 1e-40, 1.0, 3e38, NAN])})
    c.add("sqrt", "zero and below", torch.sqrt, {"x": torch.tensor([0.0, -1.0, 1e-40, 4.0, NAN])})
    c.add("abs", "zero has gradient zero", torch.abs, {"x": torch.tensor([0.0, -0.0, -2.0, 2.0, NAN])})
    edges = torch.tensor(KINKS + [3.0, -3.0, 2.5, -2.5])
    for operation, f, settings in [
        ("hardswish", F.hardswish, {}), ("mish", F.mish, {}),
        ("leakyRelu", F.leaky_relu, {"negative_slope": 0.01}), ("leakyRelu", F.leaky_relu, {"negative_slope": 0.3}),
        ("elu", F.elu, {"alpha": 1.0}), ("elu", F.elu, {"alpha": 1.7}),
        ("softplus", F.softplus, {"beta": 1.0, "threshold": 20.0}), ("softplus", F.softplus, {"beta": 2.5, "threshold": 4.0}),
    ]:
        named = {"negativeSlope" if key == "negative_slope" else key: value for key, value in settings.items()}
        of = lambda x: f(x, **settings)
        c.add(operation, "[4, 9]", of, {"x": c.normal(4, 9, scale=2)}, named)
        c.add(operation, "kinks and extremes", of, {"x": edges}, named)
    write("elementwise", c.list)


def arithmetic():
    c = Cases(6)
    shapes = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 4), (3, 1)), ((), (2, 2)), ((4, 1), (1, 5)), ((2, 3, 4), (1, 3, 1))]
    for operation, f in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
                         "maximum": torch.maximum, "minimum": torch.minimum}.items():
        for a, b in shapes:
            other = c.positive(*b) if operation == "div" else c.normal(*b)
            c.add(operation, f"{list(a)} and {list(b)}", f, {"input": c.normal(*a), "other": other})
    ties = {"input": torch.tensor([1.0, 2.0, 3.0]), "other": torch.tensor([1.0, 3.0, 2.0])}
    c.add("maximum", "a tie: each side takes half", torch.maximum, ties)
    c.add("minimum", "a tie: each side takes half", torch.minimum, ties)
    c.add("div", "by zero", torch.div, {"input": torch.tensor([1.0, -1.0, 0.0]), "other": torch.zeros(3)})
    choice = {"condition": c.normal(3, 4) > 0, "input": c.normal(3, 4), "other": c.normal(1, 4)}
    c.add("where", "with broadcasting", torch.where, choice)
    write("arithmetic", c.list)


def reductions():
    c = Cases(7)
    shapes = [((3, 4), [0], False), ((3, 4), [1], True), ((2, 3, 4), [0, 2], False), ((2, 3, 4), [0, 1, 2], False), ((5, 33), [1], False)]
    for operation, f in {"sum": torch.sum, "mean": torch.mean}.items():
        for shape, dims, keep in shapes:
            c.add(operation, f"{list(shape)} over {dims}", lambda x: f(x, dim=dims, keepdim=keep),
                  {"x": c.normal(*shape)}, {"dims": dims, "keep": keep})
    tied = torch.tensor([[1.0, 3.0, 3.0, 2.0], [-1.0, -1.0, -5.0, -1.0], [0.0, -0.0, 0.0, -0.0]])
    for operation, f in {"max": torch.max, "min": torch.min}.items():
        for name, x, dim, keep in [("[3, 4] over 0", c.normal(3, 4), 0, False), ("[2, 3, 5] over 1", c.normal(2, 3, 5), 1, True),
                                   ("ties: the first takes all", tied, 1, False)]:
            c.add(operation, name, lambda x: f(x, dim=dim, keepdim=keep).values, {"x": x}, {"dims": [dim], "keep": keep})
    for name, x in [("[3, 5]", c.normal(3, 5)), ("ties: the first", tied)]:
        c.add("argmax", name, lambda x: torch.argmax(x, dim=1), {"x": x}, {"dim": 1}, [])
    write("reductions", c.list)


def normalisation():
    c = Cases(8)
    for name, shape in [("images", (4, 3, 5, 2)), ("rows", (7, 5)), ("channels = height = width", (2, 3, 3, 3)), ("batch 33", (33, 2, 1, 1))]:
        channels = shape[1]
        inputs = {"x": c.normal(*shape, scale=2) + 1, "weight": c.normal(channels), "bias": c.normal(channels)}
        c.add("batchNorm", name, lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, True, 0.1, 1e-5), inputs, {"eps": 1e-5})
        mean, variance = c.normal(channels), c.positive(channels)
        running = {"mean": mean.clone(), "variance": variance.clone()}
        F.batch_norm(inputs["x"], running["mean"], running["variance"], None, None, True, 0.1, 1e-5)
        for statistic, before in [("mean", mean), ("variance", variance)]:
            c.add(f"batchNormRunning{statistic.capitalize()}", f"{name}, one update, momentum 0.1",
                  lambda x, before: running[statistic], {"x": inputs["x"], "before": before}, {"momentum": 0.1, "eps": 1e-5}, [])
        c.add("batchNormInference", name, lambda x, weight, bias, mean, variance: F.batch_norm(
            x, mean, variance, weight, bias, False, 0.1, 1e-5), inputs | {"mean": mean, "variance": variance},
            {"eps": 1e-5}, ["x", "weight", "bias"])
    c.add("batchNorm", "a constant channel: only eps divides", lambda x, weight, bias: F.batch_norm(
        x, None, None, weight, bias, True, 0.1, 1e-5), {"x": torch.full((4, 1), 2.0), "weight": torch.ones(1), "bias": torch.zeros(1)}, {"eps": 1e-5})
    for name, shape in [("[4, 6]", (4, 6)), ("[2, 3, 17]", (2, 3, 17)), ("[1, 2]", (1, 2))]:
        inputs = {"x": c.normal(*shape, scale=2) + 1, "weight": c.normal(shape[-1]), "bias": c.normal(shape[-1])}
        c.add("layerNorm", name, lambda x, weight, bias: F.layer_norm(x, shape[-1:], weight, bias, 1e-5), inputs, {"eps": 1e-5})
    for name, shape, groups in [("2 groups of images", (3, 4, 3, 2), 2), ("1 group", (2, 3, 5), 1), ("a group each", (2, 3, 2, 4), 3)]:
        channels = shape[1]
        inputs = {"x": c.normal(*shape, scale=2) + 1, "weight": c.normal(channels), "bias": c.normal(channels)}
        c.add("groupNorm", name, lambda x, weight, bias: F.group_norm(x, groups, weight, bias, 1e-5), inputs, {"groups": groups, "eps": 1e-5})
    for name, shape in [("[4, 6]", (4, 6)), ("[2, 3, 17]", (2, 3, 17)), ("[1, 1]", (1, 1))]:
        inputs = {"x": c.normal(*shape, scale=2) + 1, "weight": c.normal(shape[-1])}
        c.add("rmsNorm", name, lambda x, weight: F.rms_norm(x, shape[-1:], weight, 1e-5), inputs, {"eps": 1e-5})
    for name, shape in [("[2, 5, 3, 2]", (2, 5, 3, 2)), ("[3, 18, 2, 1]", (3, 18, 2, 1)), ("one image", (1, 3, 2, 2))]:
        channels = shape[1]
        inputs = {"x": c.normal(*shape, scale=2) + 1, "weight": c.normal(channels), "bias": c.normal(channels)}
        c.add("layerNorm2d", name, lambda x, weight, bias: F.layer_norm(
            x.permute(0, 2, 3, 1), [channels], weight, bias, 1e-5).permute(0, 3, 1, 2), inputs, {"eps": 1e-5})
    for images in [3, 17]:
        name, shape = f"{images} images", (images, 2, 5, 4)
        inputs = {"x": c.normal(*shape, scale=2) + 1, "weight": c.normal(2), "bias": c.normal(2)}
        c.add("batchNormAdded", name, lambda x, weight, bias, added: F.relu(F.batch_norm(
            x, None, None, weight, bias, True, 0.1, 1e-5) + added), inputs | {"added": c.normal(*shape)}, {"eps": 1e-5})
        c.add("batchNormMaxPool2d", name, lambda x, weight, bias: F.max_pool2d(F.relu(F.batch_norm(
            x, None, None, weight, bias, True, 0.1, 1e-5)), 2), inputs, {"eps": 1e-5})
        for channels in [2, 8]:
            x, added = c.normal(images, channels, 4, 5), c.normal(images, channels, 4, 5)
            c.add("conv2dAdded", f"{name}, {channels} channels", lambda x, weight, added: F.relu(F.conv2d(x, weight, padding=1) + added),
                  {"x": x, "weight": c.normal(channels, channels, 3, 3), "added": added}, {})
    write("normalisation", c.list)


def movement():
    c = Cases(9)
    x = c.normal(3, 4, 5)
    for operation, arguments, f in [
        ("reshape", {"shape": [5, 12]}, lambda x: x.reshape(5, 12)),
        ("permute", {"dims": [2, 0, 1]}, lambda x: x.permute(2, 0, 1)),
        ("transpose", {"dims": [0, 2]}, lambda x: x.transpose(0, 2)),
        ("broadcastTo", {"shape": [2, 3, 4, 5]}, lambda x: x.expand(2, 3, 4, 5)),
        ("slice", {"dim": 2, "start": 1, "length": 2, "step": 2}, lambda x: x[:, :, 1:5:2]),
    ]:
        c.add(operation, str(arguments), f, {"x": x}, arguments)
    repeated = torch.tensor([2, 0, 2, 2])
    c.add("indexSelect", "a repeated index adds up", lambda x, indices: x.index_select(1, indices), {"x": x, "indices": repeated}, {"dim": 1})
    rows = torch.tensor([[0, 4, 4], [1, 1, 1]])
    c.add("gather", "a repeated index adds up", lambda x, indices: x.gather(1, indices), {"x": c.normal(2, 5), "indices": rows}, {"dim": 1})
    pair = {"first": c.normal(2, 3), "second": c.normal(2, 1)}
    c.add("concat", "over 1", lambda first, second: torch.cat([first, second], 1), pair, {"dim": 1})
    pair = {"first": c.normal(2, 3), "second": c.normal(2, 3)}
    c.add("stack", "over 0", lambda first, second: torch.stack([first, second], 0), pair, {"dim": 0})
    write("movement", c.list)
