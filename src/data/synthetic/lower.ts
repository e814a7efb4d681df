import type { Dice } from "./dice.ts";
import { band, type Garment, hole, mirrored, pair, type Piece } from "./garment.ts";

/** Two legs from a waistband; the gap between them may be narrow. */
export function trouser(dice: Dice): Garment {
  const waist = dice.around(0.24, 0.4);
  const hip = waist + dice.between(0.02, 0.12);
  const bottom = dice.around(0.8, 1.02);
  const crotch = dice.between(-0.5, -0.15);
  const ankle = hip + dice.between(-0.12, 0.14);
  const gap = dice.between(0.02, 0.2);
  const pieces: Piece[] = [
    mirrored(0, [waist, -0.95], [hip, -0.5], [ankle, bottom]),
    hole([0, crotch], [gap, bottom + 0.1], [-gap, bottom + 0.1]),
  ];
  if (dice.chance(0.5)) pieces.push(mirrored(-0.3, [waist, -0.95], [waist + 0.02, -0.84]));
  if (dice.chance(0.4)) pieces.push(band(-0.3, 0.04, [0, -0.9], [0, crotch]));
  if (dice.chance(0.3)) {
    pieces.push(...pair(0.25, [0.16, -0.4], [0.24, -0.4], [0.24, 0.8], [0.16, 0.8]));
  }
  return pieces;
}

/** From the shoulders to the knee, with or without a waist, mostly without sleeves. */
export function dress(dice: Dice): Garment {
  const top = dice.between(-1, -0.88);
  const neck = dice.between(0.1, 0.22);
  const chest = dice.around(0.22, 0.4);
  const waist = chest - dice.between(0, 0.12);
  const waistY = dice.between(-0.25, 0.12);
  const bottom = dice.around(0.84, 1.06);
  const hem = waist + dice.between(0.02, 0.34);
  const armpit = top + dice.between(0.38, 0.5);
  const pieces: Piece[] = [];
  const sleeve = dice.chance(0.3) ? dice.between(0.15, 1) : 0;
  if (sleeve > 0) {
    const [dx, dy] = [0.3 * sleeve, 1.15 * sleeve];
    pieces.push(...pair(
      -0.08,
      [chest - 0.08, top + 0.08],
      [chest + 0.1, top + 0.18],
      [chest + 0.1 + dx, top + 0.18 + dy],
      [chest - 0.05 + dx, top + 0.26 + dy],
      [chest - 0.02, armpit],
    ));
  }
  const strap = dice.between(0.04, 0.16);
  pieces.push(mirrored(
    0,
    [neck, top],
    [neck + strap, top + 0.05],
    [chest, armpit],
    [waist, waistY],
    [hem, bottom],
  ));
  const depth = dice.between(0.08, 0.34);
  pieces.push(hole([neck - 0.01, top - 0.02], [0.5 * neck, top + depth], [
    -0.5 * neck,
    top + depth,
  ], [0.01 - neck, top - 0.02]));
  if (dice.chance(0.35)) {
    pieces.push(
      mirrored(dice.between(-0.6, 0.5), [waist, waistY - 0.05], [waist + 0.01, waistY + 0.06]),
    );
  }
  return pieces;
}
