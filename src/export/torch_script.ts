import { Buffer } from "node:buffer";
import type { ImageFormat } from "../data/mod.ts";
import type { Module } from "../nn/mod.ts";
import { type StoredTensor, storedTensors, weightsDigest } from "../storage/mod.ts";
import { version } from "../version.ts";
import type { ModelForm } from "./onnx_model.ts";
import { definitions } from "./torch_classes.ts";
import { callLines, torchClass, torchLayer } from "./torch_layers.ts";

/** How a model becomes a module of PyTorch. */
export interface TorchOptions extends ModelForm {
  /** The images that it sees, and their classes. */
  readonly format: ImageFormat;
}

const dtypes: Readonly<Partial<Record<StoredTensor["dtype"], string>>> = {
  F32: "float32",
  I64: "int64",
};

/** The elements of a line of base64. */
const lineLength = 96;

/**
 * A model as a Python module with its weights in it, which needs PyTorch 2.4 or newer alone: `load()`
 * gives the module as the model is evaluated. Throws a UserError for a layer that is not one of
 * wick's own.
 */
export function torchScript(
  model: Module,
  { format, uint8 = false, probabilities = false }: TorchOptions,
): string {
  const weights = storedTensors([...model.parameters, ...model.buffers]);
  const { inner, around } = peeled(model);
  const { lines, names, classes } = torchLayer(inner);
  const { channels, height, width } = format;
  const forms = [...uint8 ? ["Pixels"] : [], ...probabilities ? ["Probabilities"] : []];
  const needed = new Set([...classes, ...around.map((module) => torchClass(module)), ...forms]);
  const there = new Map(names);
  return `"""A model with its weights, written by wick ${version}.

    from FILE import load
    model = load()
    ${probabilities ? "probabilities" : "scores"} = model(images)

images: [batch, ${channels}, ${height}, ${width}] ${
    uint8 ? "pixels from 0 to 255, uint8" : "pixels from 0 to 1, float32"
  }
SHA-256 of the weights: ${weightsDigest(weights)}
"""

import base64

import torch
from torch import nn

CLASSES = ${JSON.stringify(format.classes)}

${
    Object.entries(definitions).flatMap(([name, text]) => needed.has(name) ? [`\n${text}\n`] : [])
      .join("")
  }
def load() -> nn.Module:
    """The model in evaluation mode: images to ${
    probabilities ? "probabilities" : "scores"
  } [batch, ${format.classes.length}]."""
    layers = ${lines.join("\n    ")}
    layers.load_state_dict(weights(), strict=True)
${
    [
      ...around.map((module) => callLines(module, [["layers"]]).join("\n    ")),
      ...forms.map((name) => `${name}(layers)`),
    ].map((call) => `    layers = ${call}\n`).join("")
  }    return layers.eval()


def weights() -> dict[str, torch.Tensor]:
    """The weights by their names."""
    return {
        name: torch.frombuffer(bytearray(base64.b64decode(text)), dtype=dtype).reshape(shape)
        for name, (dtype, shape, text) in WEIGHTS.items()
    }


WEIGHTS = {
${weights.map((tensor) => weightText(there.get(tensor.name) ?? tensor.name, tensor)).join("\n")}
}

if __name__ == "__main__":
    print(load())
`;
}

/** A model without the layers that are put around it, and these from the inside out. */
function peeled(model: Module): { readonly inner: Module; readonly around: readonly Module[] } {
  const { layer: { around: within } } = model;
  if (within === undefined) return { inner: model, around: [] };
  const { inner, around } = peeled({ ...model, layer: within });
  return { inner, around: [...around, model] };
}

/** A tensor as an entry of the dictionary. */
function weightText(name: string, { dtype, shape, bytes }: StoredTensor): string {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  const rows = text.match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
  return [
    `    ${JSON.stringify(name)}: (torch.${dtypes[dtype]}, (${lengths}), """`,
    ...rows,
    '"""),',
  ].join("\n");
}
