"""PyTorch's side of the speedrun: trains a recipe of wick, and prints the accuracy on the test images after each epoch.

    pytorch_speedrun.py CONFIG.json THREADS FOLDER

FOLDER has `train-images.u8`, `train-labels.u8`, `test-images.u8` and `test-labels.u8`: bare bytes. The model is that of
pytorch_zoo.py, channels-last. A whole epoch is augmented at once, which is the quickest way.
"""

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from pytorch_zoo import ZOO

# What a recipe may have that nothing is done for here, because it says that nothing is to be done.
NOTHING = {
    "lr_warmup_epochs": 0, "clip_grad_norm": 0, "early_stopping": 0, "cutout": 0, "rotate": 0,
    "translate": 0, "zoom": 0, "shear": 0, "mixup": 0, "cutmix": 0, "normalize": "none", "accumulate": 1,
    "decay_weights_only": False, "bias_lr_factor": 1, "lookahead_steps": 0, "overfit_batches": 0, "device": "cpu",
    "lr_minimum": 0,
}  # fmt: skip


def tensors(folder, part):
    images = torch.frombuffer(bytearray(Path(folder, f"{part}-images.u8").read_bytes()), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray(Path(folder, f"{part}-labels.u8").read_bytes()), dtype=torch.uint8)
    return images.view(-1, 1, 28, 28), labels.long()


def model_of(config):
    name = config["model"]
    if name == "linear":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    if name == "nonlinear":
        hidden = config["hidden"]
        return nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    settings = ("layers", "head", "width", "blocks", "convolutions", "depth", "widen", "dropout")
    return ZOO[name](**{key: config[key] for key in settings if key in config})


class Muon(torch.optim.Optimizer):
    """torch.optim.Muon's update in f32 for filters too, as rows of numbers; torch's own takes matrices alone."""

    def __init__(self, parameters, config):
        defaults = {"lr": config["lr"], "momentum": config["momentum"], "weight_decay": config["weight_decay"]}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                mean = state.setdefault("mean", torch.zeros_like(parameter))
                mean.lerp_(parameter.grad, 1 - group["momentum"])
                x = parameter.grad.lerp(mean, group["momentum"]).flatten(1)
                rows, columns = x.shape
                x = (x.T if rows > columns else x) / (x.norm() + 1e-7)
                for _ in range(5):
                    gram = x @ x.T
                    x = 3.4445 * x + (2.0315 * gram @ gram - 4.775 * gram) @ x
                update = (x.T if rows > columns else x).view_as(parameter)
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.sub_(update, alpha=group["lr"] * max(1, rows / columns) ** 0.5)


def optimizers_of(config, model):
    parameters = list(model.parameters())
    decay = config["weight_decay"]
    if config["opt"] == "sgd":
        settings = {key: config[key] for key in ("lr", "momentum", "nesterov")}
        return [torch.optim.SGD(parameters, weight_decay=decay, **settings)]
    if config["opt"] == "adamw":
        return [torch.optim.AdamW(parameters, config["lr"], weight_decay=decay)]
    if config["opt"] == "muon":
        others = [parameter for parameter in parameters if parameter.ndim < 2]
        adamw = torch.optim.AdamW(others, config["others_lr"], weight_decay=decay)
        return [Muon([parameter for parameter in parameters if parameter.ndim >= 2], config), adamw]
    raise SystemExit(f"PyTorch's side of the speedrun has no optimizer {config['opt']}")


def augmented(images, config, epoch, turned):
    """The images of an epoch: mirrored, moved and partly erased. `turned` says which ones epoch 0 mirrors."""
    count = len(images)
    if config.get("alternating_flip"):
        mirrored = turned ^ bool(epoch % 2)
        images = torch.where(mirrored.view(-1, 1, 1, 1), images.flip(3), images)
    elif config.get("hflip"):
        images = torch.where(torch.rand(count, 1, 1, 1) < 0.5, images.flip(3), images)
    most = config.get("crop_padding", 0)
    if most > 0:
        padded, moved = F.pad(images, [most] * 4), torch.empty_like(images)
        rows, columns = torch.randint(2 * most + 1, (2, count))
        for row in range(2 * most + 1):
            for column in range(2 * most + 1):
                chosen = (rows == row) & (columns == column)
                moved[chosen] = padded[chosen, :, row : row + 28, column : column + 28]
        images = moved
    if config.get("random_erase", 0) > 0:
        images = images.masked_fill(boxes(count) & (torch.rand(count, 1, 1, 1) < config["random_erase"]), 0)
    return images


def boxes(count):
    """Where each image's rectangle is, [count, 1, 28, 28]: its sides are an eighth to half of the image's."""
    sides = torch.randint(28 // 8, 28 // 2 + 1, (count, 2))
    starts = (torch.rand(count, 2) * (29 - sides)).long()
    pixels = torch.arange(28)
    inside = (pixels >= starts.unsqueeze(2)) & (pixels < (starts + sides).unsqueeze(2))
    return (inside[:, 0].unsqueeze(2) & inside[:, 1].unsqueeze(1)).unsqueeze(1)


def share_of_rate(config, steps):
    """How much of the learning rate a step has."""
    if config["lr_scheduler"] == "cosine":
        return lambda step: (1 + math.cos(math.pi * step / steps)) / 2
    if config["lr_scheduler"] == "trapezoid":
        return lambda step: min(1, (steps - step) / (config["lr_decay_share"] * steps))
    if config["lr_scheduler"] == "polynomial":
        return lambda step: (1 - step / steps) ** config["lr_power"]
    raise SystemExit(f"PyTorch's side of the speedrun has no schedule {config['lr_scheduler']}")


def scaled(batch):
    return (batch.float() / 255).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def accuracy(model, images, labels, mirror):
    model.eval()
    right = 0
    for batch, wanted in zip(images.split(500), labels.split(500)):
        batch = scaled(batch)
        scores = model(batch)
        if mirror:
            scores = scores + model(batch.flip(3))
        right += (scores.argmax(1) == wanted).sum().item()
    model.train()
    return right / len(labels)


def main(path, threads, folder):
    config = json.loads(Path(path).read_text())
    for key, value in NOTHING.items():
        if config.get(key, value) != value:
            raise SystemExit(f"PyTorch's side of the speedrun has no {key} {config[key]}")
    torch.set_num_threads(int(threads))
    torch.manual_seed(config["seed"])
    images, labels = tensors(folder, "train")
    test_images, test_labels = tensors(folder, "test")
    model = model_of(config).to(memory_format=torch.channels_last)
    optimizers = optimizers_of(config, model)
    epochs, size, count = config["epochs"], config["batch_size"], len(labels)
    steps = epochs * -(-count // size)
    rate = share_of_rate(config, steps)
    schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, rate) for optimizer in optimizers]
    ema, smoothing = config.get("ema", 0), config["label_smoothing"]
    averaged = None
    if ema > 0:
        average = torch.optim.swa_utils.get_ema_multi_avg_fn(ema)
        averaged = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average, use_buffers=True)
    turned = torch.rand(count) < 0.5
    for epoch in range(epochs):
        shown = augmented(images, config, epoch, turned)
        for batch in torch.randperm(count).split(size):
            model.zero_grad()
            F.cross_entropy(model(scaled(shown[batch])), labels[batch], label_smoothing=smoothing).backward()
            for part in (*optimizers, *schedules):
                part.step()
            if averaged is not None:
                averaged.update_parameters(model)
        judged = averaged if averaged is not None else model
        print(json.dumps({"accuracy": accuracy(judged, test_images, test_labels, config.get("tta") == "mirror")}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
