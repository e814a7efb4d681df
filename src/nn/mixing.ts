import { type Random, Tensor } from "../tensor/mod.ts";
import { plainStep, type Step } from "./step.ts";

/** How images of a batch are mixed with one another in training; not at all by default. */
export interface Mixing {
  /** The a of Beta(a, a), of which the share of a mixture is drawn (Zhang et al., arXiv 1710.09412). */
  readonly mixup?: number;
  /** The same for the area that stays of an image (Yun et al., arXiv 1905.04899). */
  readonly cutmix?: number;
}

/**
 * A step on mixtures of the batch's images, as timm's Mixup makes them batch by batch: each image with
 * the one at its place from the end, by half of the steps with mixup and half with CutMix where both
 * are given. The loss is that of both labels, by their shares. Of the two mixtures of a pair each image
 * gets the one with more of it, so that the accuracy in training counts the label of the greater share,
 * as torchvision's reference training does.
 */
export function mixing({ mixup = 0, cutmix = 0 }: Mixing, step: Step = plainStep): Step {
  const inTraining = mixup > 0 || cutmix > 0 ? "mixed images" : undefined;
  const mixed: Step = (model, batch, mode, loss) => {
    const { images, labels } = batch;
    if (mode.random === undefined) {
      throw new TypeError("Cannot mix images in training without chance: pass { random }");
    }
    const chance = mode.random.child("mixing");
    const [choice] = chance.child("choice").uniforms(1);
    const cuts = cutmix > 0 && (mixup === 0 || choice! < 0.5);
    const drawn = chance.child("share").beta(cuts ? cutmix : mixup);
    const { share, weights } = cuts ? areas(images, drawn, chance) : { share: drawn };
    const most = Math.max(share, 1 - share);
    const isLess = share < 0.5;
    const order = Uint32Array.from(
      { length: images.shape[0]! },
      (_, i) => images.shape[0]! - 1 - i,
    );
    const backwards = Tensor.from(order, [order.length], { device: images.device });
    const others = images.indexSelect(backwards, 0);
    const otherLabels = labels.indexSelect(backwards, 0);
    const own = weights === undefined ? most : maskOf(weights, isLess, images);
    const rest = weights === undefined ? 1 - most : maskOf(weights, !isLess, images);
    const mixture = images.mul(own).add(others.mul(rest));
    return step(
      model,
      { ...batch, images: mixture },
      mode,
      (outputs, labels, mode) =>
        loss(outputs, labels, mode).mul(most)
          .add(loss(outputs, otherLabels, mode).mul(1 - most)),
    );
  };
  return Object.assign(mixed, { inTraining });
}

/** The share of an image outside of CutMix's box, cut off at the edges, and 1 for each pixel there. */
function areas({ shape: [, , height, width] }: Tensor, drawn: number, chance: Random) {
  const side = Math.sqrt(1 - drawn);
  const [down, across] = chance.child("place").uniforms(2);
  const span = (length: number, at: number) => {
    const middle = Math.floor(at * length);
    const half = Math.floor(Math.floor(length * side) / 2);
    return [Math.max(0, middle - half), Math.min(length, middle + half)] as const;
  };
  const [top, bottom] = span(height!, down!);
  const [left, right] = span(width!, across!);
  const weights = new Float32Array(height! * width!).fill(1);
  for (let row = top; row < bottom; row++) {
    weights.fill(0, row * width! + left, row * width! + right);
  }
  return { share: 1 - (bottom - top) * (right - left) / weights.length, weights };
}

/** The weights, or 1 minus them, as a tensor that is broadcast over images and channels. */
function maskOf(weights: Float32Array<ArrayBuffer>, isInverted: boolean, images: Tensor): Tensor {
  const [, , height, width] = images.shape;
  const values = isInverted ? weights.map((weight) => 1 - weight) : weights;
  return Tensor.from(values, [1, 1, height!, width!], { device: images.device });
}
