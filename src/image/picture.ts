import { UserError } from "../errors.ts";

/** An 8-bit gray picture of any size, perhaps with transparency. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Gray values `[height, width]`, 0 is black. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Opacity of each pixel, 0 is transparent; where it is missing, all are opaque. */
  readonly alpha?: Uint8Array<ArrayBuffer>;
}

/** The longest picture file that is read, in bytes. */
export const maxFileBytes = 64 << 20;

/** The most pixels a picture may have: as many as the largest cameras that people carry make. */
const maxPixels = 64 << 20;

const maxSide = 65_535;

/**
 * Refuses a picture by the size its header claims, before any memory is taken for it; throws
 * {@linkcode UserError}.
 */
export function checkSize(name: string, width: number, height: number): void {
  if (width === 0 || height === 0) throw new UserError(`${name} has no pixels.`);
  if (width > maxSide || height > maxSide || width * height > maxPixels) {
    throw new UserError(
      `${name} is too large: ${width} x ${height} pixels, where ${
        maxPixels >> 20
      } million are the most.`,
    );
  }
}
