import {
  avgPool2d,
  batchNorm1d,
  batchNorm2d,
  build,
  conv2d,
  dropout,
  elu,
  flatten,
  gelu,
  groupNorm,
  hardswish,
  type Layer,
  layerNorm,
  layerNorm2d,
  leakyRelu,
  linear,
  maxPool2d,
  mirrored,
  mish,
  type Module,
  relu,
  residual,
  rmsNorm,
  sequential,
  sigmoid,
  silu,
  softplus,
  standardized,
  tanh,
} from "../../src/nn/mod.ts";
import { Random } from "../../src/tensor/mod.ts";

/** Numbers that a network is drawn with. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from `low` to `high`. */
  from(low: number, high: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return low + (this.#state >>> 8) % (high - low + 1);
  }

  one<T>(values: readonly T[]): T {
    return values[this.from(0, values.length - 1)];
  }

  pair(low: number, high: number): readonly [number, number] {
    return [this.from(low, high), this.from(low, high)];
  }
}

/** Channels, height and width of images. */
export type Image = readonly [channels: number, height: number, width: number];

const divisors = (value: number) =>
  Array.from({ length: value }, (_, i) => i + 1).filter((each) => value % each === 0);

/** Layers that take anything and keep its shape, by what src/nn calls them. */
const anywhere: Readonly<Record<string, (dice: Dice) => Layer>> = {
  relu: () => relu,
  gelu: () => gelu,
  silu: () => silu,
  tanh: () => tanh,
  sigmoid: () => sigmoid,
  hardswish: () => hardswish,
  mish: () => mish,
  leakyRelu: (dice) => leakyRelu(dice.from(1, 30) / 100),
  elu: (dice) => elu(dice.from(5, 15) / 10),
  softplus: (dice) =>
    dice.one([softplus(), softplus({ beta: dice.from(5, 20) / 10, threshold: dice.from(1, 20) })]),
  dropout: (dice) => dropout(dice.from(0, 9) / 10),
};

/** A convolution that keeps height and width. */
const same = (inputs: number, outputs: number): Layer =>
  conv2d(inputs, outputs, { kernel: 3, padding: 1 });

const pool = (make: typeof maxPool2d) => (dice: Dice, [, height, width]: Image): Layer => {
  const kernel = [dice.from(1, Math.min(3, height)), dice.from(1, Math.min(3, width))] as const;
  const padding = [Math.floor(kernel[0] / 2), Math.floor(kernel[1] / 2)] as const;
  return make(kernel, {
    stride: dice.pair(1, 2),
    padding: dice.one([[0, 0] as const, padding]),
  });
};

/** Layers of images. */
const ofImages: Readonly<Record<string, (dice: Dice, image: Image) => Layer>> = {
  ...anywhere,
  conv2d(dice, [channels, height, width]) {
    const groups = dice.one(divisors(channels));
    const kernel = [dice.from(1, Math.min(4, height)), dice.from(1, Math.min(4, width))] as const;
    const fits = height > 4 && width > 4;
    return conv2d(channels, groups * dice.from(1, 6), {
      ...{ kernel, groups, padding: dice.pair(0, 2), stride: dice.pair(1, 2) },
      dilation: fits && Math.max(...kernel) < 3 ? dice.pair(1, 2) : 1,
      bias: dice.from(0, 1) === 1,
    });
  },
  maxPool2d: pool(maxPool2d),
  avgPool2d: pool(avgPool2d),
  batchNorm2d: (_, [channels]) => batchNorm2d(channels),
  layerNorm2d: (_, [channels]) => layerNorm2d(channels + 0, { epsilon: 1e-6 }),
  groupNorm: (dice, [channels]) => groupNorm(dice.one(divisors(channels)), channels),
  residual(dice, [channels]) {
    const change = [
      same(channels, channels),
      batchNorm2d(channels),
      relu,
      same(channels, channels),
    ];
    const outputs = dice.from(1, 8);
    const shortcut = conv2d(channels, outputs, { kernel: 1, bias: false });
    return dice.one([
      residual(...change as [Layer, ...Layer[]]),
      residual({ shortcut, dropRate: 0.2 }, same(channels, outputs), batchNorm2d(outputs)),
      residual({ shortcut: sequential(shortcut, batchNorm2d(outputs)) }, same(channels, outputs)),
      residual(sequential(same(channels, channels)), same(channels, channels)),
    ]);
  },
  sequential(dice, [channels]) {
    if (dice.from(0, 2) > 0) return sequential(same(channels, 5), batchNorm2d(5), relu);
    // From 16 channels on both sides on, a convolution has tiles of 4x4.
    return sequential(same(channels, 16), relu, same(16, 17), batchNorm2d(17), same(17, 3));
  },
  mirrored: (_, [channels]) => mirrored(sequential(same(channels, 4), relu)),
  standardized: (dice, [channels]) => {
    const figures = (low: number) =>
      Array.from({ length: channels }, () => dice.from(low, 100) / 100);
    return standardized(same(channels, channels), { mean: figures(0), std: figures(50) });
  },
};

/** Layers of features. */
const ofFeatures: Readonly<Record<string, (dice: Dice, features: number) => Layer>> = {
  ...anywhere,
  linear: (dice, features) => linear(features, dice.from(2, 24), { bias: dice.from(0, 1) === 1 }),
  batchNorm1d: (_, features) => batchNorm1d(features, { epsilon: 1e-3 }),
  layerNorm: (_, features) => layerNorm(features),
  rmsNorm: (_, features) => rmsNorm(features),
  residual: (_, features) => residual(linear(features, features), tanh),
};

/** What src/nn calls the layers that networks are drawn of. */
export const drawnNames: readonly string[] = [
  ...new Set([...Object.keys(ofImages), ...Object.keys(ofFeatures), "flatten"]),
];

/** Every layer once, by what src/nn calls it. */
export const examples: ReadonlyMap<string, Layer> = new Map([
  ...Object.entries(ofImages).map(([name, make]) => [name, make(new Dice(1), [4, 8, 8])] as const),
  ...Object.entries(ofFeatures).map(([name, make]) => [name, make(new Dice(1), 8)] as const),
  ["flatten", flatten] as const,
]);

/** A network of drawn layers for images of one size, and how many classes it tells apart. */
export interface Network {
  readonly layer: Layer;
  readonly image: Image;
  readonly classes: number;
}

/** Draws a network. */
export function drawnNetwork(seed: number): Network {
  const dice = new Dice(seed);
  const image: Image = [dice.from(1, 3), dice.from(5, 10), dice.from(5, 10)];
  const layers: Layer[] = [];
  let shape: readonly number[] = image;
  const add = (layer: Layer) => {
    layers.push(layer);
    shape = outputOf(sequential(...layers), image);
  };
  for (let left = dice.from(1, 6); left > 0; left--) {
    const [channels, height, width] = shape;
    add(ofImages[dice.one(Object.keys(ofImages))](dice, [channels, height, width]));
  }
  add(flatten);
  for (let left = dice.from(0, 3); left > 0; left--) {
    add(ofFeatures[dice.one(Object.keys(ofFeatures))](dice, shape[0]));
  }
  const classes = dice.from(2, 12);
  const plain = sequential(...layers, linear(shape[0], classes));
  return { layer: dice.one([plain, plain, mirrored(plain)]), image, classes };
}

function outputOf(layer: Layer, image: Image): readonly number[] {
  using model = build(layer, new Random(0, "init"));
  using images = new Random(0, "x").uniform([1, ...image]);
  using output = model.forward(images);
  return output.shape.slice(1);
}

/** The network with drawn weights, whose norms and running statistics are no longer ones and zeros. */
export function drawnModel({ layer }: Network, seed: number): Module {
  const random = new Random(seed, "init");
  const model = build(layer, random);
  for (const { name, tensor } of [...model.parameters, ...model.buffers]) {
    if (tensor.rank !== 1) continue;
    const own = random.child(`${name}.drawn`);
    const isSpread = /running_var$/.test(name);
    using values = isSpread
      ? own.uniform(tensor.shape, 0.5, 2)
      : own.normal(tensor.shape, 0.3, 0.5);
    tensor.assign(values);
  }
  return model;
}

/** The kinds of a model's layers. */
export function kindsOf({ layer, modules, ...module }: Module): string[] {
  const { around } = layer;
  if (around) return [layer.kind, ...kindsOf({ ...module, modules, layer: around })];
  return [layer.kind, ...modules.flatMap(kindsOf)];
}

/** Whether a model has a convolution of so many channels on both sides that its tiles are of 4x4. */
export function hasLargeTiles({ layer, modules, ...module }: Module): boolean {
  if (layer.around) return hasLargeTiles({ ...module, modules, layer: layer.around });
  const shape = layer.kind === "conv2d" ? layer.parameters?.weight?.shape ?? [] : [];
  const [outputs = 0, inputs = 0, ...kernel] = shape;
  const isLarge = outputs >= 16 && inputs >= 16 && `${kernel}` === "3,3";
  return isLarge || modules.some(hasLargeTiles);
}
