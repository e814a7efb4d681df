"""Forward values and gradients of every differentiable operation, in f32."""

import numpy
import torch
import torch.nn.functional as F

from golden_format import tensor, write

NAN, INF = float("nan"), float("inf")
KINKS = [NAN, INF, -INF, -0.0, 0.0, 1.0, -1.0, 0.5, -0.5, 1e-30, -1e-30, 4.5, -4.5, 20.0, -20.0, 100.0, -100.0]


class Cases:
    """Collects cases; inputs are multiples of 1/64, so that they are short, exact and often tie."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.list = []

    def normal(self, *shape, scale=1.0):
        drawn = numpy.round(self.random.standard_normal(shape) * scale * 64) / 64
        return torch.tensor(drawn, dtype=torch.float32)

    def positive(self, *shape):
        return self.normal(*shape).abs() + 0.25

    def labels(self, count, classes):
        return torch.tensor(self.random.integers(0, classes, count), dtype=torch.int64)

    def add(self, operation, name, forward, inputs, arguments=None, differentiable=None):
        """Runs `forward(*inputs)` and the gradient of sum(output * output_gradient)."""
        case = {"operation": operation, "name": name, "arguments": arguments or {}}
        case["inputs"] = {key: tensor(value) for key, value in inputs.items()}
        names = differentiable if differentiable is not None else [
            key for key, value in inputs.items() if value.dtype == torch.float32
        ]
        leaves = {key: value.clone().requires_grad_(key in names) for key, value in inputs.items()}
        output = forward(*leaves.values())
        case["output"] = tensor(output)
        if names:
            dy = self.normal(*output.shape)
            found = torch.autograd.grad(output, [leaves[key] for key in names], dy)
            case["output_gradient"] = tensor(dy)
            case["gradients"] = {key: tensor(value) for key, value in zip(names, found)}
        self.list.append(case)


def convolution():
    c = Cases(1)
    for name, x, w, bias, stride, padding, dilation, groups in [
        ("3x3, padding 1", (2, 3, 6, 5), (4, 3, 3, 3), True, (1, 1), (1, 1), (1, 1), 1),
        ("no bias, no padding, odd sizes", (3, 2, 7, 9), (5, 2, 3, 3), False, (1, 1), (0, 0), (1, 1), 1),
        ("stride 2, rows that no window reaches", (2, 3, 8, 8), (2, 3, 3, 3), True, (2, 2), (0, 0), (1, 1), 1),
        ("stride [2, 1], padding [0, 2], kernel [3, 2]", (1, 2, 7, 4), (3, 2, 3, 2), True, (2, 1), (0, 2), (1, 1), 1),
        ("dilation 2, padding 2", (2, 2, 7, 7), (3, 2, 3, 3), True, (1, 1), (2, 2), (2, 2), 1),
        ("groups 2", (2, 4, 5, 5), (6, 2, 3, 3), True, (1, 1), (1, 1), (1, 1), 2),
        ("depthwise, stride 2", (2, 4, 5, 6), (4, 1, 3, 3), True, (2, 2), (1, 1), (1, 1), 4),
        ("channels = height = width", (3, 3, 3, 3), (3, 3, 3, 3), True, (1, 1), (1, 1), (1, 1), 1),
        ("1x1", (17, 3, 2, 3), (2, 3, 1, 1), True, (1, 1), (0, 0), (1, 1), 1),
        ("the kernel covers the whole image", (2, 3, 5, 4), (4, 3, 5, 4), True, (1, 1), (0, 0), (1, 1), 1),
        ("batch 33, padding wider than the image", (33, 1, 2, 2), (2, 1, 3, 3), True, (1, 1), (2, 2), (1, 1), 1),
        ("16 to 17 channels, odd sizes", (2, 16, 5, 7), (17, 16, 3, 3), True, (1, 1), (1, 0), (1, 1), 1),
        ("depthwise 7x7, 17 images", (17, 3, 6, 5), (3, 1, 7, 7), True, (1, 1), (3, 3), (1, 1), 3),
        ("depthwise 3x3, stride 2, 16 images", (16, 4, 6, 7), (4, 1, 3, 3), False, (2, 2), (1, 1), (1, 1), 4),
        ("1x1, stride 2, many channels", (3, 9, 5, 4), (13, 9, 1, 1), True, (2, 2), (0, 0), (1, 1), 1),
        ("5x5, stride 2, dilation 2", (2, 3, 9, 11), (5, 3, 5, 5), True, (2, 2), (4, 4), (2, 2), 1),
        ("taps far apart", (2, 2, 3, 3), (2, 2, 3, 3), True, (1, 1), (9, 9), (9, 9), 1),
    ]:
        inputs = {"x": c.normal(*x), "weight": c.normal(*w, scale=0.5)}
        if bias:
            inputs["bias"] = c.normal(w[0])
        arguments = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        c.add("conv2d", name, lambda x, weight, bias=None: F.conv2d(
            x, weight, bias, stride, padding, dilation, groups), inputs, arguments)
    write("conv2d", c.list)


def pooling():
    c = Cases(2)
    tied = torch.tensor([[1, 1, 2, 2, 0], [1, 1, 2, 2, 0], [3, 3, 3, 3, 0], [3, 3, 3, 3, 0], [-1, -1, -1, -1, -1]])
    tied = tied.reshape(1, 1, 5, 5).to(torch.float32)
    below = -c.positive(1, 2, 4, 4)
    nan = c.normal(1, 1, 4, 4)
    nan[0, 0, 1, 2] = NAN
    for name, x, kernel, stride, padding in [
        ("2", c.normal(2, 3, 6, 8), (2, 2), (2, 2), (0, 0)),
        ("2 on odd sizes", c.normal(2, 2, 7, 5), (2, 2), (2, 2), (0, 0)),
        ("overlapping windows, kernel 3, stride 2, padding 1", c.normal(2, 2, 7, 8), (3, 3), (2, 2), (1, 1)),
        ("overlapping windows, kernel 3, stride 1", c.normal(1, 2, 5, 6), (3, 3), (1, 1), (0, 0)),
        ("kernel [3, 2], stride [1, 3], padding [1, 0]", c.normal(2, 1, 5, 8), (3, 2), (1, 3), (1, 0)),
        ("gaps between windows, kernel 2, stride 3", c.normal(1, 2, 8, 8), (2, 2), (3, 3), (0, 0)),
        ("ties: the first maximum takes all", tied, (2, 2), (2, 2), (0, 0)),
        ("ties in overlapping windows", tied, (3, 3), (1, 1), (1, 1)),
        ("all zeros, as after a ReLU", torch.zeros(1, 2, 4, 4), (2, 2), (2, 2), (0, 0)),
        ("negative values: padding never wins", below, (3, 3), (2, 2), (1, 1)),
        ("NaN wins", nan, (2, 2), (2, 2), (0, 0)),
        ("channels = height = width, batch 17", c.normal(17, 4, 4, 4), (2, 2), (2, 2), (0, 0)),
    ]:
        arguments = {"kernel": kernel, "stride": stride, "padding": padding}
        c.add("maxPool2d", name, lambda x: F.max_pool2d(x, kernel, stride, padding), {"x": x}, arguments)
        if "ties" not in name and "zeros" not in name and "negative" not in name:
            c.add("avgPool2d", name, lambda x: F.avg_pool2d(x, kernel, stride, padding), {"x": x}, arguments)
    write("pooling", c.list)


def products():
    c = Cases(3)
    for name, x, out, bias in [("odd sizes", (5, 7), 3, True), ("no bias", (4, 6), 5, False),
                               ("batch 1", (1, 9), 4, True), ("batch 33, one output", (33, 5), 1, True)]:
        inputs = {"x": c.normal(*x), "weight": c.normal(out, x[1])} | ({"bias": c.normal(out)} if bias else {})
        c.add("linear", name, lambda x, weight, bias=None: F.linear(x, weight, bias), inputs)
    for name, a, b in [("[5, 7] by [7, 3]", (5, 7), (7, 3)), ("[1, 1] by [1, 1]", (1, 1), (1, 1)),
                       ("batched", (2, 3, 4, 5), (2, 3, 5, 2)), ("batch broadcast", (3, 1, 2, 4), (2, 4, 3)),
                       ("square", (17, 17), (17, 17))]:
        c.add("matmul", name, torch.matmul, {"input": c.normal(*a), "other": c.normal(*b)})
    transposed = {"input": c.normal(7, 5), "other": c.normal(3, 7)}
    c.add("matmulTransposed", "both inputs transposed: a strided view of each",
          lambda input, other: input.T @ other.T, transposed)
    write("products", c.list)


def losses():
    c = Cases(4)
    for dim, shape in [(1, (5, 10)), (0, (4, 3)), (1, (2, 5, 3)), (-1, (1, 1))]:
        for operation, f in [("softmax", F.softmax), ("logSoftmax", F.log_softmax)]:
            c.add(operation, f"{list(shape)} over {dim}", lambda x: f(x, dim), {"x": c.normal(*shape, scale=3)}, {"dim": dim})
    large = torch.tensor([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0], [88.75, 88.75, 88.0]])
    for operation, f in [("softmax", F.softmax), ("logSoftmax", F.log_softmax)]:
        c.add(operation, "large values do not overflow", lambda x: f(x, 1), {"x": large}, {"dim": 1})
    for name, batch, classes, smoothing, weighted in [
        ("plain", 7, 10, 0.0, False), ("batch 1", 1, 10, 0.0, False), ("batch 33, 3 classes", 33, 3, 0.0, False),
        ("label smoothing", 7, 10, 0.1, False), ("class weights", 9, 5, 0.0, True),
        ("label smoothing and class weights", 9, 5, 0.2, True),
    ]:
        inputs = {"logits": c.normal(batch, classes, scale=3), "labels": c.labels(batch, classes)}
        if weighted:
            inputs["weights"] = c.positive(classes)
        c.add("crossEntropy", name, lambda logits, labels, weights=None: F.cross_entropy(
            logits, labels, weights, label_smoothing=smoothing), inputs, {"labelSmoothing": smoothing}, ["logits"])
    sure = {"logits": torch.tensor([[200.0, 0.0], [0.0, 200.0], [200.0, 0.0]]), "labels": torch.tensor([0, 0, 1])}
    c.add("crossEntropy", "sure and right, sure and wrong", lambda logits, labels: F.cross_entropy(logits, labels),
          sure, {"labelSmoothing": 0.0}, ["logits"])
    c.add("meanSquaredError", "[4, 3]", F.mse_loss, {"input": c.normal(4, 3), "target": c.normal(4, 3)})
    write("losses", c.list)
