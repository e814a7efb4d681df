import type { ImageFormat } from "../data/mod.ts";
import type { Module } from "../nn/mod.ts";
import { type Device, gradients, parameter, scope, Tensor } from "../tensor/mod.ts";

/**
 * The gradient of a class's score (its logit) with respect to an image's pixels in [0, 1],
 * `[channels, height, width]`: how much brightening each pixel a little would raise the score (Simonyan et al. 2014, arXiv
 * 1312.6034, section 3).
 */
export function saliency(
  model: Module,
  image: Uint8Array<ArrayBuffer>,
  label: number,
  { channels, height, width }: ImageFormat,
  device: Device = "cpu",
): Float32Array {
  const shape = [1, channels, height, width];
  using pixels = parameter(
    scope(() => Tensor.from(Float32Array.from(image, (gray) => gray / 255), shape, { device })),
  );
  using slope = scope(() => {
    const score = model.forward(pixels).slice(1, label, 1).sum();
    return gradients(score, [pixels])[0];
  });
  return Float32Array.from(slope.numbers());
}
