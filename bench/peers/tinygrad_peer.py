"""tinygrad on the CPU: a TinyJit step, its own optimizers."""

import itertools
import os

from models import MODELS
from worker import arguments, read_data, serve

options = arguments()
os.environ.setdefault("DEV", "CPU")
os.environ["NUM_CPU_THREADS"] = str(options.threads)

import tinygrad  # noqa: E402 (reads its environment when it is imported)
from tinygrad import Context, Tensor, TinyJit, nn  # noqa: E402


LAYERS = {
    "conv2d": lambda inputs, outputs: nn.Conv2d(inputs, outputs, 3, padding=1),
    "flatten": lambda: lambda x: x.flatten(1),
    "linear": nn.Linear,
    "max_pool2d": lambda: lambda x: x.max_pool2d(2),
    "relu": lambda: Tensor.relu,
}


class Tinygrad:
    def __init__(self):
        self.train_set, self.test_set = read_data(options.data, "train"), read_data(options.data, "test")
        self.models = {}

    def model(self, name):
        if name not in self.models:
            self.models[name] = [LAYERS[kind](*sizes) for kind, *sizes in MODELS[name]["layers"]]
        return self.models[name]

    def train(self, name, batch):
        layers = self.model(name)
        optimizer = nn.optim.SGD(nn.state.get_parameters(layers), MODELS[name]["lr"], MODELS[name]["momentum"])
        batches = itertools.cycle(cut(self.train_set, batch, 200))

        @TinyJit
        def step(images, labels):
            with Context(TRAINING=1):
                optimizer.zero_grad()
                loss = images.sequential(layers).sparse_categorical_crossentropy(labels).backward()
                return loss.realize(*optimizer.schedule_step())

        def advance():
            step(*next(batches))
            tinygrad.Device[tinygrad.Device.DEFAULT].synchronize()
            return batch

        return advance

    def predict(self, name):
        layers = self.model(name)
        return TinyJit(lambda images: images.sequential(layers).argmax(1).realize())

    def right(self, predict, batches):
        return sum((predict(images) == labels).sum().item() for images, labels in batches)

    def evaluate(self, name, batch):
        predict, batches = self.predict(name), cut(self.test_set, batch)

        def whole():
            self.right(predict, batches)
            return sum(len(labels) for _, labels in batches)

        return whole

    def infer(self, name, _batch):
        predict, image = self.predict(name), cut(self.test_set, 1, 1)[0][0]

        def one():
            predict(image).item()
            return 1

        return one

    def correct(self, name):
        return self.right(self.predict(name), cut(self.test_set, 1000))


def cut(data, batch, most=None):
    """Batches as tensors of their own: a slice at another offset would be another kernel to compile."""
    images, labels = data
    starts = range(0, len(labels) - batch + 1, batch)[:most]
    return [(Tensor(images[start:start + batch]).realize(),
             Tensor(labels[start:start + batch].astype("int32")).realize()) for start in starts]


serve(Tinygrad(), "0.14.0")
