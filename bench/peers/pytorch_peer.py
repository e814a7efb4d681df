"""PyTorch, eager or compiled, with its tensors in memory, behind a DataLoader or channels-last (--variant)."""

import torch
from torch.utils.data import DataLoader, TensorDataset
import torch.nn.functional as F

from pytorch_models import build, sgd
from worker import arguments, read_data, serve


class PyTorch:
    def __init__(self, options):
        self.compiled, self.loader = options.variant == "compile", options.variant == "loader"
        last = options.variant == "channels-last"
        self.format = torch.channels_last if last else torch.contiguous_format
        self.images, self.labels = tensors(options.data, "train", options.images)
        self.test_images, self.test_labels = tensors(options.data, "test", options.images)
        self.models, self.forwards = {}, {}

    def model(self, name):
        if name not in self.models:
            torch.manual_seed(0)
            self.models[name] = build(name).to(memory_format=self.format)
            self.forwards[name] = torch.compile(self.models[name]) if self.compiled else self.models[name]
        return self.models[name], self.forwards[name]

    def batches(self, batch):
        while True:
            if self.loader:
                yield from DataLoader(TensorDataset(self.images, self.labels), batch, shuffle=True)
            else:
                for images, labels in zip(self.images.split(batch), self.labels.split(batch)):
                    yield images.contiguous(memory_format=self.format), labels

    def train(self, name, batch):
        model, forward = self.model(name)
        optimizer = sgd(name, model.parameters())
        batches = self.batches(batch)

        def step():
            images, labels = next(batches)
            if not model.training:
                model.train()
            loss = F.cross_entropy(forward(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return len(labels)

        return step

    def right(self, name, batch):
        model, forward = self.model(name)
        if model.training:
            model.eval()
        with torch.inference_mode():
            parts = zip(self.test_images.split(batch), self.test_labels.split(batch))
            return sum((forward(images).argmax(1) == labels).sum() for images, labels in parts).item()

    def evaluate(self, name, batch):
        def whole():
            self.right(name, batch)
            return len(self.test_labels)

        return whole

    def infer(self, name, _batch):
        model, forward = self.model(name)
        image = self.test_images[:1]

        def one():
            if model.training:
                model.eval()
            with torch.inference_mode():
                forward(image).argmax(1).item()
            return 1

        return one

    def correct(self, name):
        return self.right(name, 1000)


def tensors(folder, part, most):
    images, labels = read_data(folder, part, most)
    return torch.from_numpy(images), torch.from_numpy(labels).long()


options = arguments()
torch.set_num_threads(options.threads)
serve(PyTorch(options), torch.__version__)
