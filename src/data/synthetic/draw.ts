import { bag } from "./bag.ts";
import { Coverage } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { drawFabric, type Fabric } from "./fabric.ts";
import type { Garment } from "./garment.ts";
import { dress, trouser } from "./lower.ts";
import { ankleBoot, sandal, sneaker } from "./shoes.ts";
import { coat, pullover, shirt, tShirt } from "./tops.ts";

/** Height and width of a drawing in pixels. */
const size = 28;

/** Random words an image needs: for its shape, cloth and pose, then one byte of noise a pixel. */
export const wordsPerImage = 128 + size * size / 4;

const garments: readonly ((dice: Dice) => Garment)[] = [
  tShirt,
  trouser,
  pullover,
  dress,
  coat,
  sandal,
  shirt,
  sneaker,
  bag,
  ankleBoot,
];

/** Where a garment's square lies in the image: pixel = origin + matrix times place. */
interface Pose {
  readonly originX: number;
  readonly originY: number;
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
}

/**
 * Turned by up to 8 degrees, up to 30 % smaller, stretched and moved; one in eight far out of
 * place.
 */
function drawPose(dice: Dice): Pose {
  const stray = dice.chance(0.125);
  const turn = dice.around(-0.07, 0.07) * (stray ? 3 : 1);
  // A rotation by the double of an angle whose tangent is `turn`, without sine and cosine.
  const norm = 1 + turn * turn;
  const cosine = (1 - turn * turn) / norm;
  const sine = 2 * turn / norm;
  const scale = 14 * dice.around(0.7, 1.04);
  const wide = scale * dice.around(0.86, 1.14);
  const high = scale * dice.around(0.92, 1.06);
  const reach = stray ? 4.5 : 2.4;
  return {
    originX: 14 + dice.around(-reach, reach),
    originY: 14 + dice.around(-reach, reach),
    xx: wide * cosine,
    xy: -high * sine,
    yx: wide * sine,
    yy: high * cosine,
  };
}

/** Draws images one after another, with buffers of its own. */
export class Painter {
  readonly #coverage = new Coverage(size);
  readonly #brightness = new Float64Array(size * size);
  readonly #opacity = new Float64Array(size * size);

  /**
   * Draws a garment of class `label` from {@linkcode wordsPerImage} random words into `out`, `[28,
   * 28]` u8.
   */
  paint(label: number, words: Uint32Array, out: Uint8Array): void {
    const dice = new Dice(words.subarray(0, 128));
    const pose = drawPose(dice);
    const base = dice.between(0.22, 0.95);
    const fabric = drawFabric(dice);
    this.#brightness.fill(0);
    this.#opacity.fill(0);
    for (const { corners, tone, hole } of garments[label](dice)) {
      this.#coverage.fill(corners.map(([x, y]) => [
        pose.originX + pose.xx * x + pose.xy * y,
        pose.originY + pose.yx * x + pose.yy * y,
      ]));
      // Towards white or black by a part of what is left to it.
      const level = tone < 0 ? base * (1 + tone) : base + (1 - base) * tone;
      this.#blend(hole ? 0 : level, hole ? 0 : 1);
    }
    this.#finish(pose, fabric, dice.between(0.02, 0.12), words.subarray(128), out);
  }

  #blend(level: number, opacity: number): void {
    const { values: covered, top, bottom } = this.#coverage;
    for (let i = top * size; i < bottom * size; i++) {
      if (covered[i] === 0) continue;
      this.#brightness[i] += covered[i] * (level - this.#brightness[i]);
      this.#opacity[i] += covered[i] * (opacity - this.#opacity[i]);
    }
  }

  /** Cloth and noise where the garment is; the background stays 0. */
  #finish(pose: Pose, fabric: Fabric, noise: number, words: Uint32Array, out: Uint8Array): void {
    const determinant = pose.xx * pose.yy - pose.xy * pose.yx;
    for (let row = 0; row < size; row++) {
      const dy = row + 0.5 - pose.originY;
      for (let column = 0; column < size; column++) {
        const i = row * size + column;
        if (this.#opacity[i] < 0.004) {
          out[i] = 0;
          continue;
        }
        const dx = column + 0.5 - pose.originX;
        const x = (pose.yy * dx - pose.xy * dy) / determinant;
        const y = (pose.xx * dy - pose.yx * dx) / determinant;
        const byte = (words[i >> 2] >>> (8 * (i & 3))) & 255;
        const grain = this.#opacity[i] * noise * (byte - 127.5) / 127.5;
        const level = this.#brightness[i] * fabric(x, y) + grain;
        out[i] = level <= 0 ? 0 : level >= 1 ? 255 : Math.floor(255 * level + 0.5);
      }
    }
  }
}
