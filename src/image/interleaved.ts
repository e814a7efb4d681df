/** Pixels `[channels, height, width]` as `[height, width, channels]`, which PNG has. */
export function interleaved(
  planes: Uint8Array<ArrayBuffer>,
  channels: number,
): Uint8Array<ArrayBuffer> {
  if (channels === 1) return planes;
  const count = planes.length / channels;
  const pixels = new Uint8Array(planes.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < count; i++) pixels[i * channels + c] = planes[c * count + i];
  }
  return pixels;
}

/** Pixels `[height, width, channels]` as `[channels, height, width]`, which models take. */
export function planar(
  pixels: Uint8Array<ArrayBuffer>,
  channels: number,
): Uint8Array<ArrayBuffer> {
  if (channels === 1) return pixels;
  const count = pixels.length / channels;
  const planes = new Uint8Array(pixels.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < count; i++) planes[c * count + i] = pixels[i * channels + c];
  }
  return planes;
}
