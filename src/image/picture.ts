/** How many numbers a pixel has: a gray value, or red, green and blue. */
export type Channels = 1 | 3;

/** An 8-bit picture of any size, perhaps with transparency. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Values `[channels, height, width]`, 0 is black. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Opacity of each pixel, 0 is transparent; where it is missing, all are opaque. */
  readonly alpha?: Uint8Array<ArrayBuffer>;
}

/** What becomes of a picture where the same is done to its gray values, or to each of its colours. */
export function eachPlane(
  { width, height, pixels }: Picture,
  change: (plane: Picture) => Picture,
): Picture {
  const size = width * height;
  if (pixels.length === size) return change({ width, height, pixels });
  const planes = [0, 1, 2].map((c) =>
    change({ width, height, pixels: pixels.subarray(c * size, (c + 1) * size) })
  );
  const joined = new Uint8Array(3 * planes[0].pixels.length);
  planes.forEach((plane, c) => joined.set(plane.pixels, c * plane.pixels.length));
  return { width: planes[0].width, height: planes[0].height, pixels: joined };
}

/** A picture of so many channels: gray values may stand for colours. */
export function withChannels(picture: Picture, channels: Channels): Picture {
  const { width, height, pixels } = picture;
  if (pixels.length === channels * width * height) return picture;
  const repeated = new Uint8Array(channels * pixels.length);
  for (let c = 0; c < channels; c++) repeated.set(pixels, c * pixels.length);
  return { ...picture, pixels: repeated };
}
