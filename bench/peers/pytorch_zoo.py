"""wick's further models in PyTorch, by the names and settings of src/models: `build("resnet", width=16)`.

The names of their weights are wick's, so that a state_dict of one side loads into the other.
"""

from torch import nn
from torch.nn import functional as F


def norm_relu(channels):
    return [nn.BatchNorm2d(channels), nn.ReLU()]


def conv3(inputs, outputs, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, groups=groups, bias=False)


def conv1(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 1, stride, bias=False)


class Residual(nn.Sequential):
    """`x + f(x)`."""

    def forward(self, x):
        return x + super().forward(x)


class Projected(nn.ModuleList):
    """`shortcut(x) + f(x)`."""

    def forward(self, x):
        return self[1](x) + self[0](x)


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


def deep_mlp(hidden=512, depth=2, dropout=0.2):
    widths = [hidden >> i for i in range(depth)]
    layers = [nn.Flatten()]
    for inputs, outputs in zip([784, *widths], widths):
        layers += [nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 10))


def vgg(width=16, blocks=2, convolutions=2):
    layers, inputs = [], 1
    for block in range(blocks):
        for _ in range(convolutions):
            layers += [conv3(inputs, width << block), *norm_relu(width << block)]
            inputs = width << block
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs * (28 >> blocks) ** 2, 10))


def resnet(width=16, depth=8):
    layers, inputs = [conv3(1, width), *norm_relu(width)], width
    for stage in range(3):
        for i in range((depth - 2) // 6):
            outputs, stride = width << stage, 2 if stage > 0 and i == 0 else 1
            body = [
                conv3(inputs, outputs, stride),
                *norm_relu(outputs),
                conv3(outputs, outputs),
                nn.BatchNorm2d(outputs),
            ]
            if stride == 1:
                layers.append(Residual(*body))
            else:
                shortcut = nn.Sequential(conv1(inputs, outputs, stride), nn.BatchNorm2d(outputs))
                layers.append(Projected([nn.Sequential(*body), shortcut]))
            layers.append(nn.ReLU())
            inputs = outputs
    return nn.Sequential(*layers, nn.AvgPool2d(7), nn.Flatten(), nn.Linear(inputs, 10))


def wide_resnet(depth=16, widen=1, dropout=0.0):
    layers, inputs = [conv3(1, 16)], 16
    for stage in range(3):
        for i in range((depth - 4) // 6):
            outputs, stride = 16 * widen << stage, 2 if stage > 0 and i == 0 else 1
            body = [
                *norm_relu(inputs),
                conv3(inputs, outputs, stride),
                *norm_relu(outputs),
                *([nn.Dropout(dropout)] if dropout > 0 else []),
                conv3(outputs, outputs),
            ]
            if stride == 1 and inputs == outputs:
                layers.append(Residual(*body))
            else:
                layers.append(Projected([nn.Sequential(*body), conv1(inputs, outputs, stride)]))
            inputs = outputs
    return nn.Sequential(*layers, *norm_relu(inputs), nn.AvgPool2d(7), nn.Flatten(), nn.Linear(inputs, 10))


def mobilenet(width=16):
    layers = [conv3(1, width), *norm_relu(width)]
    for inputs, outputs, stride in [(1, 2, 1), (2, 4, 2), (4, 4, 1), (4, 8, 2), (8, 8, 1)]:
        inputs, outputs = inputs * width, outputs * width
        layers += [conv3(inputs, inputs, stride, groups=inputs), *norm_relu(inputs)]
        layers += [conv1(inputs, outputs), *norm_relu(outputs)]
    return nn.Sequential(*layers, nn.AvgPool2d(7), nn.Flatten(), nn.Linear(8 * width, 10))


class LayerNorm2d(nn.LayerNorm):
    """As torchvision's: each pixel over its channels."""

    def forward(self, x):
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


def convnext(width=32, blocks=2):
    def stage(channels):
        return [
            Residual(
                nn.Conv2d(channels, channels, 7, padding=3, groups=channels),
                LayerNorm2d(channels, 1e-6),
                nn.Conv2d(channels, 4 * channels, 1),
                nn.GELU(),
                nn.Conv2d(4 * channels, channels, 1),
            )
            for _ in range(blocks)
        ]

    return nn.Sequential(
        nn.Conv2d(1, width, 2, 2),
        LayerNorm2d(width, 1e-6),
        *stage(width),
        LayerNorm2d(width, 1e-6),
        nn.Conv2d(width, 2 * width, 2, 2),
        *stage(2 * width),
        nn.AvgPool2d(7),
        nn.Flatten(),
        nn.LayerNorm(2 * width, 1e-6),
        nn.Linear(2 * width, 10),
    )


def convnet(layers="32-M-48-64-M-64", head="mean"):
    """Each convolution, its pooling if an `M` follows, batch norm and ReLU; a channel's mean or maximum; a linear layer."""
    words, modules, inputs = layers.split("-"), [], 1
    for word, following in zip(words, [*words[1:], ""]):
        if word != "M":
            pooling = [nn.MaxPool2d(2)] if following == "M" else []
            modules += [conv3(inputs, int(word)), *pooling, *norm_relu(int(word))]
            inputs = int(word)
    pool = {"mean": nn.AvgPool2d, "max": nn.MaxPool2d}[head](28 >> words.count("M"))
    return nn.Sequential(*modules, pool, nn.Flatten(), nn.Linear(inputs, 10))


ZOO = {
    "lenet5": lenet5,
    "deep-mlp": deep_mlp,
    "vgg": vgg,
    "resnet": resnet,
    "wide-resnet": wide_resnet,
    "mobilenet": mobilenet,
    "convnext": convnext,
    "convnet": convnet,
}
