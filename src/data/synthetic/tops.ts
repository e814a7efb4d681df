import type { Point } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { band, type Garment, mirrored, pair, type Piece, piece } from "./garment.ts";

/**
 * The measures of what is worn above the waist, half-widths and heights in the garment's square.
 */
interface Cut {
  readonly top: number;
  readonly neck: number;
  readonly shoulder: number;
  readonly chest: number;
  readonly waist: number;
  readonly hem: number;
  readonly bottom: number;
  /** Length of the sleeve, as a part of an arm. */
  readonly sleeve: number;
  /** 0 hangs down, 1 points sideways. */
  readonly spread: number;
  readonly cuff: number;
}

interface Ranges {
  readonly bottom: Point;
  readonly sleeve: Point;
  readonly hem: Point;
  readonly spread: Point;
}

function cut(dice: Dice, { bottom, sleeve, hem, spread }: Ranges): Cut {
  const chest = dice.around(0.36, 0.52);
  return {
    top: dice.between(-0.95, -0.85),
    neck: dice.between(0.14, 0.26),
    shoulder: chest + dice.between(-0.02, 0.1),
    chest,
    waist: chest - dice.between(-0.03, 0.09),
    hem: chest + dice.between(...hem),
    bottom: dice.around(...bottom),
    sleeve: dice.around(...sleeve),
    spread: dice.around(...spread),
    cuff: dice.between(0.16, 0.25),
  };
}

/** Sleeves and body, without details. */
function body(c: Cut): Piece[] {
  const shoulderY = c.top + 0.14;
  const armpitY = shoulderY + 0.42;
  const trunk = mirrored(
    0,
    [c.neck, c.top],
    [c.shoulder, shoulderY],
    [c.chest, armpitY],
    [c.waist, 0.5 * (armpitY + c.bottom)],
    [c.hem, c.bottom],
  );
  if (c.sleeve < 0.08) return [trunk];
  const dx = (0.16 + 0.6 * c.spread) * c.sleeve;
  const dy = (1.55 - 0.45 * c.spread) * c.sleeve;
  const end: Point = [c.shoulder + 0.06 + dx, shoulderY + 0.05 + dy];
  const inner: Point = [end[0] - c.cuff, end[1] + 0.12 * c.spread];
  const sleeves = pair(
    -0.08,
    [c.shoulder - 0.1, shoulderY - 0.03],
    [c.shoulder + 0.07, shoulderY + 0.07],
    end,
    inner,
    [c.chest - 0.02, armpitY],
  );
  return [...sleeves, trunk];
}

function roundNeck(dice: Dice, c: Cut): Piece {
  const depth = dice.between(0.06, 0.26);
  const inner = c.neck - 0.02;
  return mirrored(-0.5, [inner, c.top], [0.75 * inner, c.top + 0.7 * depth], [
    0.3 * inner,
    c.top + depth,
  ]);
}

function collar(dice: Dice, c: Cut): Piece[] {
  const depth = dice.between(0.12, 0.24);
  const tone = dice.between(0.1, 0.35);
  return [
    mirrored(-0.55, [c.neck - 0.04, c.top], [0.01, c.top + depth + 0.05]),
    ...pair(tone, [c.neck + 0.03, c.top - 0.02], [c.neck + 0.04, c.top + 0.1], [
      0.1,
      c.top + depth + 0.06,
    ], [0.03, c.top + depth - 0.04]),
  ];
}

function buttons(dice: Dice, c: Cut, tone: number): Piece[] {
  const count = 4 + dice.below(3);
  const first = c.top + 0.35;
  const step = (c.bottom - 0.12 - first) / count;
  return Array.from({ length: count }, (_, i) => {
    const y = first + i * step;
    return piece(tone, [-0.03, y], [0.05, y], [0.05, y + 0.07], [-0.03, y + 0.07]);
  });
}

const ribbing = (c: Cut, tone: number): Piece =>
  mirrored(tone, [c.hem + 0.01, c.bottom - 0.11], [c.hem, c.bottom]);

/** Short sleeves or none, a round neck, sometimes a print. */
export function tShirt(dice: Dice): Garment {
  const c = cut(dice, {
    bottom: [0.7, 1.02],
    sleeve: dice.chance(0.12) ? [0, 0.1] : [0.24, 0.5],
    hem: [-0.05, 0.1],
    spread: [0.2, 1],
  });
  const pieces = [...body(c), roundNeck(dice, c)];
  if (dice.chance(0.35)) {
    const [w, h] = [dice.between(0.12, 0.3), dice.between(0.08, 0.28)];
    const y = dice.between(-0.3, 0.1);
    pieces.push(mirrored(dice.between(-0.7, 0.7), [w, y - h], [w * dice.uniform(), y + h]));
  }
  return pieces;
}

/** Long sleeves, a round or high neck, ribbing at the hem. */
export function pullover(dice: Dice): Garment {
  const c = cut(dice, {
    bottom: [0.66, 1],
    sleeve: dice.chance(0.08) ? [0.45, 0.75] : [0.8, 1.02],
    hem: [-0.08, 0.06],
    spread: [0, 0.55],
  });
  const pieces = [...body(c)];
  pieces.push(
    dice.chance(0.2)
      ? mirrored(0.12, [c.neck, c.top - 0.12], [c.neck + 0.02, c.top + 0.05])
      : roundNeck(dice, c),
  );
  if (dice.chance(0.6)) pieces.push(ribbing(c, dice.between(-0.35, 0.3)));
  if (dice.chance(0.12)) pieces.push(band(-0.4, 0.05, [0, c.top + 0.1], [0, c.top + 0.5]));
  return pieces;
}

/** Long sleeves, open or buttoned down the front, longer, with lapels or a hood. */
export function coat(dice: Dice): Garment {
  const c = cut(dice, {
    bottom: [0.74, 1.08],
    sleeve: [0.78, 1.05],
    hem: [-0.03, 0.14],
    spread: [0, 0.45],
  });
  const front = c.top + dice.between(0.1, 0.35);
  const pieces = [...body(c)];
  if (dice.chance(0.25)) {
    pieces.unshift(mirrored(-0.15, [0.12, c.top - 0.14], [c.neck + 0.06, c.top + 0.12]));
  }
  pieces.push(mirrored(-0.6, [c.neck - 0.03, c.top], [0.01, front]));
  pieces.push(
    band(dice.between(-0.75, -0.3), dice.between(0.03, 0.1), [0, front], [
      dice.between(-0.05, 0.05),
      c.bottom,
    ]),
  );
  if (dice.chance(0.6)) {
    pieces.push(...pair(
      dice.between(-0.35, 0.35),
      [c.neck, c.top],
      [c.neck + 0.05, c.top + 0.22],
      [0.04, front + 0.16],
      [0.03, front],
    ));
  }
  if (dice.chance(0.3)) pieces.push(...buttons(dice, c, dice.between(-0.6, 0.6)));
  if (dice.chance(0.4)) {
    const y = dice.between(0.2, 0.45);
    pieces.push(...pair(-0.35, [0.14, y], [0.32, y - 0.05], [0.32, y + 0.02], [0.14, y + 0.07]));
  }
  return pieces;
}

/**
 * Sleeves of any length, mostly a collar and a thin row of buttons; some could be a T-shirt or a
 * pullover.
 */
export function shirt(dice: Dice): Garment {
  const c = cut(dice, {
    bottom: [0.7, 1.04],
    sleeve: dice.chance(0.4) ? [0.15, 0.62] : [0.72, 1.02],
    hem: [-0.05, 0.12],
    spread: [0, 0.8],
  });
  const pieces = [...body(c)];
  if (dice.chance(0.22)) return [...pieces, roundNeck(dice, c)];
  pieces.push(...collar(dice, c));
  if (dice.chance(0.65)) {
    pieces.push(band(dice.between(-0.4, 0.3), 0.045, [0, c.top + 0.2], [0, c.bottom]));
  }
  if (dice.chance(0.5)) pieces.push(...buttons(dice, c, dice.between(-0.5, 0.5)));
  return pieces;
}
