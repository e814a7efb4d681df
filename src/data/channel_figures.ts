import type { ImageSet } from "./image_set.ts";

/**
 * Mean and standard deviation of a set's pixels, divided by 255, for each channel: exact sums of whole
 * numbers, and then one rounding for each operation.
 */
export function channelFigures(
  { images, count, channels, height, width }: ImageSet,
): { mean: number[]; std: number[] } {
  const pixels = height * width;
  const mean: number[] = [];
  const std: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    let [sum, squares] = [0, 0];
    for (let image = 0; image < count; image++) {
      const start = (image * channels + channel) * pixels;
      for (let i = start; i < start + pixels; i++) {
        const pixel = images[i]!;
        sum += pixel;
        squares += pixel * pixel;
      }
    }
    const total = count * pixels;
    // n * squares - sum * sum is beyond 2^53.
    const spread = Number(BigInt(total) * BigInt(squares) - BigInt(sum) * BigInt(sum));
    mean.push(sum / total / 255);
    std.push(Math.sqrt(spread) / total / 255);
  }
  return { mean, std };
}
