import type { Point } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { band, type Garment, hole, type Piece, piece } from "./garment.ts";

/** What every shoe shares: it points to the left, its sole near the bottom. */
interface Last {
  readonly toe: number;
  readonly heel: number;
  readonly ground: number;
  /** Height of the upper above the toes. */
  readonly vamp: number;
  /** How far the heel lifts the foot. */
  readonly lift: number;
}

const last = (dice: Dice, lift: Point, vamp: Point): Last => ({
  toe: dice.between(-0.98, -0.84),
  heel: dice.between(0.8, 0.98),
  ground: dice.between(0.36, 0.62),
  vamp: dice.between(...vamp),
  lift: dice.between(...lift),
});

function sole(l: Last, thick: number, tone: number): Piece[] {
  const y = l.ground;
  const back = l.heel - 0.32;
  const pieces = [
    piece(
      tone,
      [l.toe, y - thick],
      [-0.2, y - thick],
      [back, y - thick - l.lift],
      [l.heel, y - thick - l.lift],
      [l.heel, y - l.lift],
      [back, y - l.lift],
      [-0.2, y],
      [l.toe + 0.05, y],
    ),
  ];
  if (l.lift > 0.06) {
    pieces.push(
      piece(tone, [back + 0.04, y - l.lift], [l.heel, y - l.lift], [l.heel - 0.03, y], [
        back + 0.1,
        y,
      ]),
    );
  }
  return pieces;
}

/** A sole and a few straps, the foot's place left open. */
export function sandal(dice: Dice): Garment {
  const l = last(dice, dice.chance(0.45) ? [0.2, 0.55] : [0, 0.1], [0.16, 0.34]);
  const y = l.ground;
  const pieces = sole(l, dice.between(0.06, 0.15), dice.between(-0.3, 0.2));
  const width = dice.between(0.07, 0.17);
  const straps = 1 + dice.below(3);
  for (let i = 0; i < straps; i++) {
    const x = -0.75 + i * dice.between(0.2, 0.4);
    pieces.push(
      band(dice.between(-0.3, 0.3), width, [x, y - 0.06], [
        x + dice.between(0.1, 0.35),
        y - l.vamp - 0.1 * i,
      ]),
    );
  }
  const ankle = y - l.lift - dice.between(0.3, 0.6);
  if (dice.chance(0.75)) {
    pieces.push(band(0, width, [l.heel - 0.06, y - l.lift - 0.05], [l.heel - 0.04, ankle]));
    pieces.push(band(0, width, [l.heel - 0.02, ankle], [dice.between(0.05, 0.4), ankle + 0.02]));
    if (dice.chance(0.5)) {
      pieces.push(band(0, width, [0.25, ankle], [-0.25, y - l.vamp + 0.05]));
    }
  }
  if (dice.chance(0.22)) {
    pieces.push(
      piece(0, [l.toe, y - 0.06], [-0.5, y - l.vamp], [-0.05, y - l.vamp], [0.05, y - 0.06]),
    );
  }
  return pieces;
}

/** A closed low shoe with a sole of its own tone, laces, sometimes a stripe. */
export function sneaker(dice: Dice): Garment {
  const l = last(dice, [0, 0.08], [0.18, 0.32]);
  const y = l.ground;
  const collarY = y - l.lift - dice.between(0.42, 0.7);
  const throat = dice.between(-0.05, 0.25);
  const pieces: Piece[] = [
    piece(
      0,
      [l.toe, y],
      [l.toe + 0.02, y - 0.5 * l.vamp],
      [l.toe + 0.16, y - l.vamp],
      [-0.4, y - l.vamp - 0.06],
      [throat, collarY + 0.02],
      [throat + 0.14, collarY - 0.04],
      [0.55, collarY + 0.08],
      [l.heel - 0.06, collarY - 0.06],
      [l.heel, y - l.lift],
    ),
    ...sole(l, dice.between(0.08, 0.2), dice.between(-0.4, 0.6)),
  ];
  const laces = dice.below(4);
  for (let i = 0; i < laces; i++) {
    const x = throat - 0.1 - 0.13 * i;
    pieces.push(
      band(0.5, 0.05, [x, collarY + 0.12 + 0.08 * i], [x + 0.16, collarY + 0.2 + 0.08 * i]),
    );
  }
  if (dice.chance(0.4)) {
    const x = dice.between(-0.1, 0.3);
    pieces.push(band(dice.between(-0.6, 0.7), 0.09, [x, y - 0.15], [x + 0.25, collarY + 0.15]));
  }
  if (dice.chance(0.1)) {
    pieces.push(hole([0.2, collarY + 0.2], [0.5, collarY + 0.2], [0.45, y - 0.2]));
  }
  return pieces;
}

/** A closed shoe with a shaft above the ankle; a low one could be a sneaker. */
export function ankleBoot(dice: Dice): Garment {
  const l = last(dice, dice.chance(0.5) ? [0.12, 0.36] : [0, 0.12], [0.2, 0.36]);
  const y = dice.between(0.62, 0.9);
  const low = { ...l, ground: y };
  const shaft = y - l.lift - dice.around(0.75, 1.6);
  const front = dice.between(-0.1, 0.22);
  const pieces: Piece[] = [
    piece(
      0,
      [l.toe, y - 0.02],
      [l.toe + 0.02, y - 0.5 * l.vamp],
      [l.toe + 0.18, y - l.vamp],
      [-0.3, y - l.vamp - 0.1],
      [front, y - l.vamp - l.lift - 0.22],
      [front + dice.between(-0.08, 0.06), shaft],
      [l.heel - dice.between(0, 0.1), shaft + dice.between(-0.08, 0.08)],
      [l.heel - 0.05, y - l.lift - 0.35],
      [l.heel, y - l.lift],
      [0.4, y - l.lift],
      [-0.2, y],
    ),
    ...sole(low, dice.between(0.06, 0.16), dice.between(-0.6, 0.3)),
  ];
  if (dice.chance(0.3)) {
    pieces.push(band(-0.35, 0.05, [0.4, shaft + 0.05], [0.42, y - l.lift - 0.2]));
  }
  if (dice.chance(0.3)) {
    const at = dice.between(0.3, 0.6);
    pieces.push(band(dice.between(-0.5, 0.5), 0.08, [front, y - at], [l.heel - 0.05, y - at]));
  }
  if (dice.chance(0.25)) {
    pieces.push(band(0.3, 0.09, [front, shaft + 0.04], [l.heel, shaft + 0.04]));
  }
  return pieces;
}
