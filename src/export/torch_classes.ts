/** The classes that a script defines where its model needs them, by their names. */
export const definitions: Readonly<Record<string, string>> = {
  LayerNorm2d: `class LayerNorm2d(nn.LayerNorm):
    """Normalises each pixel over its channels."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
`,
  Residual: `class Residual(nn.Sequential):
    """What the layers make of the input, added to it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + super().forward(x)
`,
  ResidualWithShortcut: `class ResidualWithShortcut(nn.Sequential):
    """What the first of two layers makes of the input, added to what the second makes of it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        change, shortcut = self
        return shortcut(x) + change(x)
`,
  Standardized: `class Standardized(nn.Module):
    """A layer of (x - mean) / std, by figures of each channel."""

    def __init__(self, layer: nn.Module, mean: tuple[float, ...], std: tuple[float, ...]):
        super().__init__()
        self.layer = layer
        for name, figures in (("mean", mean), ("std", std)):
            figures = torch.tensor(figures).reshape(1, -1, 1, 1)
            self.register_buffer(name, figures, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer((x - self.mean) / self.std)
`,
  Mirrored: `class Mirrored(nn.Module):
    """The mean of what a layer makes of an image and of its mirror image, in evaluation."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            return self.layer(x)
        return (self.layer(x) + self.layer(x.flip(-1))) / 2
`,
  Pixels: `class Pixels(nn.Module):
    """A layer of pixels from 0 to 255, as numbers from 0 to 1."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dtype != torch.uint8:
            raise TypeError(f"images are {x.dtype}: pixels from 0 to 255 are torch.uint8")
        return self.layer(x.float() / 255)
`,
  Probabilities: `class Probabilities(nn.Module):
    """The probabilities of a layer's scores."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x).softmax(1)
`,
};
