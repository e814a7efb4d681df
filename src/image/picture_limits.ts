import { UserError } from "../errors.ts";

/** The longest picture file that is read, in bytes. */
export const maxFileBytes = 64 << 20;

/** The most pixels a picture may have: as many as the largest cameras that people carry make. */
export const maxPixels = 64 << 20;

const maxSide = 65_535;

/**
 * Refuses a picture by the size its header claims, before any memory is taken for it; throws
 * {@linkcode UserError}.
 */
export function checkSize(
  name: string,
  width: number,
  height: number,
  most: number = maxPixels,
): void {
  if (width === 0 || height === 0) throw new UserError(`${name} has no pixels.`);
  if (width > maxSide || height > maxSide || width * height > most) {
    throw new UserError(
      `${name} is too large: ${width} x ${height} pixels, where ${
        most >> 20
      } million are the most.`,
    );
  }
}
