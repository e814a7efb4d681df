import type { Dice } from "./dice.ts";
import { band, type Garment, hole, mirrored, type Piece, piece } from "./garment.ts";

/** A box of any proportions under a handle or a strap, or without one. */
export function bag(dice: Dice): Garment {
  const half = dice.around(0.42, 0.98);
  const bottom = dice.between(0.5, 0.98);
  const top = bottom - dice.around(0.6, 1.5);
  const taper = dice.between(-0.06, 0.16);
  const pieces: Piece[] = [];
  if (dice.chance(0.8)) {
    const reach = half * dice.between(0.35, 0.85);
    const peak = top - dice.between(0.15, 0.75);
    const strap = dice.between(0.06, 0.14);
    const crown = reach * dice.between(0.3, 0.8);
    pieces.push(
      mirrored(-0.1, [crown, peak], [reach, 0.4 * peak + 0.6 * top], [reach, top + 0.1]),
      hole(
        [crown - 0.5 * strap, peak + strap],
        [reach - strap, 0.4 * peak + 0.6 * top],
        [reach - strap, top + 0.12],
        [strap - reach, top + 0.12],
        [strap - reach, 0.4 * peak + 0.6 * top],
        [0.5 * strap - crown, peak + strap],
      ),
    );
  }
  pieces.push(
    mirrored(0, [half - taper, top], [half, 0.5 * (top + bottom)], [half - 0.04, bottom]),
  );
  if (dice.chance(0.45)) {
    const flap = dice.between(0.25, 0.6) * (bottom - top);
    const tone = dice.between(-0.35, 0.35);
    pieces.push(mirrored(tone, [half - taper, top], [0.8 * half, top + flap]));
  }
  if (dice.chance(0.4)) pieces.push(band(-0.4, 0.05, [-half, top + 0.12], [half, top + 0.12]));
  if (dice.chance(0.4)) {
    const y = 0.5 * (top + bottom);
    pieces.push(
      piece(dice.between(-0.7, 0.9), [-0.1, y], [0.1, y], [0.1, y + 0.16], [-0.1, y + 0.16]),
    );
  }
  return pieces;
}
