import { encodePng } from "../image/mod.ts";

/** Pixels in rows from the top: one byte each for gray, three for red, green and blue. */
export interface Pixels {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** An image as a `data:` address that SVG and HTML can show without another file. */
export function pngAddress({ data, width, height }: Pixels): string {
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(
      `Cannot draw ${data.length} bytes as ${width} x ${height} pixels: each has 1 byte or 3`,
    );
  }
  return `data:image/png;base64,${encodePng(data, width, channels).toBase64()}`;
}
