/** A length for each image direction. */
export type Lengths = readonly [vertical: number, horizontal: number];

/** A length for both image directions, or one each. */
export type Pair = number | Lengths;

/** No kernel, stride, padding, dilation or number of groups is greater. */
const most = 2 ** 20;

/** Vertical and horizontal part of a pair; throws RangeError where one is below `least` or above 2^20. */
function pair(name: string, value: Pair, least: number): Lengths {
  const both = typeof value === "number" ? [value, value] as const : value;
  for (const part of both) {
    if (!Number.isInteger(part) || part < least || part > most) {
      throw new RangeError(`The ${name} ${part} is not a whole number from ${least} to ${most}`);
    }
  }
  return both;
}

/** How a convolution's window moves. */
export interface ConvolutionOptions {
  /** Step of the window, 1 by default. */
  readonly stride?: Pair;
  /** Zeros around the image, 0 by default. */
  readonly padding?: Pair;
  /** Distance between neighbouring elements of a window, 1 by default. */
  readonly dilation?: Pair;
  /** Number of channel groups that do not see each other, 1 by default. */
  readonly groups?: number;
}

/** How a pooling window moves. */
export interface PoolingOptions {
  /** Step of the window, by default its size. */
  readonly stride?: Pair;
  /** Border around the image, at most half the window; 0 by default. */
  readonly padding?: Pair;
}

/** A convolution's options as native code takes them; made once, used by many calls. */
export class ConvolutionGeometry {
  /** What native code is given. */
  readonly native: Uint32Array<ArrayBuffer>;
  /** Step of the window. */
  readonly stride: Lengths;
  /** Zeros around the image. */
  readonly padding: Lengths;
  /** Distance between neighbouring elements of a window. */
  readonly dilation: Lengths;
  /** Groups into which the channels are divided. */
  readonly groups: number;

  /** Checks the options; throws RangeError. */
  constructor({ stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvolutionOptions = {}) {
    if (!Number.isInteger(groups) || groups < 1 || groups > most) {
      throw new RangeError(`The groups ${groups} are not a whole number from 1 to ${most}`);
    }
    this.stride = pair("stride", stride, 1);
    this.padding = pair("padding", padding, 0);
    this.dilation = pair("dilation", dilation, 1);
    this.groups = groups;
    this.native = Uint32Array.of(...this.stride, ...this.padding, ...this.dilation, groups);
  }

  /** Whether a window of `kernel` fits into an image's length, along direction 0 or 1. */
  fits(length: number, kernel: number, direction: 0 | 1): boolean {
    return this.output(length, kernel, direction) > 0;
  }

  /** Length of the output for an image's length, along direction 0 or 1. */
  output(length: number, kernel: number, direction: 0 | 1): number {
    const stride = this.native[direction]!;
    const padding = this.native[2 + direction]!;
    const dilation = this.native[4 + direction]!;
    return Math.floor((length + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  }
}

/** A pooling window's size and options as native code takes them. */
export class PoolingGeometry {
  /** What native code is given. */
  readonly native: Uint32Array<ArrayBuffer>;
  /** Size of the window. */
  readonly kernel: Lengths;
  /** Step of the window. */
  readonly stride: Lengths;
  /** Border around the image. */
  readonly padding: Lengths;

  /** Checks the size and options; throws RangeError. */
  constructor(kernel: Pair, { stride = kernel, padding = 0 }: PoolingOptions = {}) {
    const size = pair("kernel", kernel, 1);
    const border = pair("padding", padding, 0);
    if (border[0] * 2 > size[0] || border[1] * 2 > size[1]) {
      throw new RangeError(
        `The padding ${border.join(" x ")} is more than half of the kernel ${size.join(" x ")}`,
      );
    }
    this.kernel = size;
    this.stride = pair("stride", stride, 1);
    this.padding = border;
    this.native = Uint32Array.of(...size, ...this.stride, ...border);
  }

  /** Whether a window fits into an image's length, along direction 0 or 1. */
  fits(length: number, direction: 0 | 1): boolean {
    return length + 2 * this.native[4 + direction]! >= this.native[direction]!;
  }
}
