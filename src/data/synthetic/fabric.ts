import type { Dice } from "./dice.ts";

/**
 * Brightness of cloth at a place of the garment's square, relative to its tone: about 0.4 to 1.2.
 */
export type Fabric = (x: number, y: number) => number;

/** 0 to 1 and back to 0 over one period. */
function wave(phase: number): number {
  const part = phase - Math.floor(phase);
  return part < 0.5 ? 2 * part : 2 - 2 * part;
}

const lattice = 5;

/** Irregular light and shade: values at the corners of a lattice, linear between them. */
function blotches(dice: Dice): Fabric {
  const corners = Float64Array.from({ length: lattice * lattice }, () => dice.uniform());
  const locate = (at: number): [number, number] => {
    const place = (at + 1.3) / 2.6 * (lattice - 1);
    const inside = place < 0 ? 0 : place > lattice - 1.001 ? lattice - 1.001 : place;
    const cell = Math.floor(inside);
    return [cell, inside - cell];
  };
  return (x, y) => {
    const [column, right] = locate(x);
    const [row, down] = locate(y);
    const at = row * lattice + column;
    const upper = corners[at] + right * (corners[at + 1] - corners[at]);
    const lower = corners[at + lattice] +
      right * (corners[at + lattice + 1] - corners[at + lattice]);
    return upper + down * (lower - upper);
  };
}

/** Draws a cloth: plain, striped, checked or with folds, always with some irregular shade. */
export function drawFabric(dice: Dice): Fabric {
  const shade = blotches(dice);
  const unevenness = dice.between(0.05, 0.45);
  const depth = dice.between(0.1, 0.65);
  const across = dice.between(1.5, 6);
  const down = dice.between(1.5, 6);
  const shift = dice.uniform();
  const tilt = dice.between(-0.5, 0.5);
  const kind = dice.uniform();
  const pattern: Fabric = kind < 0.45
    ? () => 0
    : kind < 0.62
    ? (_, y) => wave(down * y + shift)
    : kind < 0.74
    ? (x) => wave(across * x + shift)
    : kind < 0.86
    ? (x, y) => 0.5 * (wave(across * x + shift) + wave(down * y))
    : (x, y) => wave(across * (x + tilt * y) + shift);
  return (x, y) => (1 - depth * pattern(x, y)) * (1 + unevenness * (shade(x, y) - 0.6));
}
