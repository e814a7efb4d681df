import { noGradients, scope, type Tensor } from "../tensor/mod.ts";
import { innermost, type Module } from "./module.ts";

/** The output of one module of a `sequential` for one image. */
export interface FeatureMaps {
  /** The module's place, `0`; a convolution's maps are those after the ReLU that follows it. */
  readonly name: string;
  /** The layer's kind, `conv2d`. */
  readonly kind: string;
  /** Height of each map in pixels. */
  readonly height: number;
  /** Width of each map in pixels. */
  readonly width: number;
  /** The maps, each `[height, width]`, row after row. */
  readonly maps: readonly Float32Array[];
}

/**
 * Runs a `sequential` on one image `[1, channels, height, width]` and returns the output of each
 * module up to the first output that has no height and width. Throws TypeError for a model of
 * another kind and RangeError for more than one image.
 */
export function featureMaps(
  { layer, prefix, modules }: Module,
  image: Tensor,
): FeatureMaps[] {
  if (innermost(layer).kind !== "sequential") {
    throw new TypeError("Only a sequential has feature maps");
  }
  if (image.rank !== 4 || image.shape[0] !== 1) {
    throw new RangeError(`Cannot take the feature maps of ${image}: give one image [1, c, h, w]`);
  }
  return scope(() =>
    noGradients(() => {
      const found: FeatureMaps[] = [];
      let x = layer.prepare?.(image) ?? image;
      for (let place = 0; place < modules.length; place++) {
        const name = `${prefix}${place}`;
        const { layer: { kind }, forward } = modules[place]!;
        x = forward(x);
        const followed = kind === "conv2d" && modules[place + 1]?.layer.kind === "relu";
        if (followed) x = modules[++place]!.forward(x);
        if (x.rank !== 4) break;
        const [, channels, height, width] = x.shape;
        const values = Float32Array.from(x.numbers());
        const size = height * width;
        const maps = Array.from({ length: channels }, (_, i) =>
          values.slice(i * size, (i + 1) * size));
        found.push({ name, kind, height, width, maps });
      }
      return found;
    })
  );
}
