"""Loads wick's weights into PyTorch, trains weights of PyTorch's own, and says what both make of the test images.

    exchange.py MODEL WICK.safetensors IMAGES.safetensors FOLDER

IMAGES has `train_images` [n, 28, 28] and `test_images` [10000, 28, 28] as U8 and `train_labels` [n]; FOLDER gets
`pytorch.safetensors`, the weights, and `logits.safetensors`: `wick` and `pytorch` [10000, 10] by whose weights, and
`wick_exact` and `pytorch_exact`, the same in float64.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

sys.path.append(str(Path(__file__).parents[2] / "bench/peers"))
from pytorch_models import build, sgd  # noqa: E402


def scaled(pixels):
    return pixels.unsqueeze(1).float() / 255


def train(model, optimizer, images, labels):
    for batch in torch.randperm(len(images)).split(32):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(scaled(images[batch])), labels[batch]).backward()
        optimizer.step()


@torch.no_grad()
def logits(model, images, dtype=torch.float32):
    model.to(dtype).eval()
    return torch.cat([model(scaled(batch).to(dtype)) for batch in images.split(250)])


def main(name, wick, data, folder):
    torch.manual_seed(42)
    torch.set_num_threads(1)  # small steps are slower on several
    images = load_file(data)
    of_wick = build(name)
    of_wick.load_state_dict(load_file(wick), strict=True)
    own = build(name)
    train(own, sgd(name, own.parameters()), images["train_images"], images["train_labels"].long())
    save_file(own.state_dict(), f"{folder}/pytorch.safetensors")
    found = {}
    for key, model in {"wick": of_wick, "pytorch": own}.items():
        found[key] = logits(model, images["test_images"])
        found[f"{key}_exact"] = logits(model, images["test_images"], torch.float64)
    save_file(found, f"{folder}/logits.safetensors")
    print(f"PyTorch {torch.__version__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
