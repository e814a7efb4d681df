import type {
  BatchNorm,
  Conv2d,
  Dropout,
  GroupNorm,
  Layer,
  LayerNorm,
  Linear,
  Module,
  Pool2d,
  Residual,
  RMSNorm,
  Standardized,
} from "../nn/mod.ts";
import { unknownLayer } from "./graph.ts";

/** A layer in Python, `nn.ReLU()`, as lines. */
export interface TorchLayer {
  readonly lines: readonly string[];
  /** What PyTorch calls the layer's tensors, by their names here. */
  readonly names: readonly (readonly [here: string, there: string])[];
  /** The classes that it is made of. */
  readonly classes: readonly string[];
}

interface Form {
  /** A call in Python: the class, its arguments, and the modules that are its first arguments. */
  call(layer: Layer): Call;
}

/** A class, which is PyTorch's own or defined by the script, and what it is called with. */
interface Call {
  readonly of: string;
  /** Its first arguments, after the modules. */
  readonly first?: readonly Python[];
  /** Arguments by their names; those that are undefined have PyTorch's default. */
  readonly named?: Readonly<Record<string, Python | undefined>>;
  /** Whether modules come first: those inside, or the layer that it is put around. */
  readonly modules?: "inner" | "around";
}

type Python = number | boolean | readonly number[];

/** An argument, undefined where it is PyTorch's default. */
const unless = (byDefault: Python, value: Python) => value === byDefault ? undefined : value;

/** Both lengths, or the one that they are. */
const lengths = ([vertical, horizontal]: readonly [number, number]): Python =>
  vertical === horizontal ? vertical : [vertical, horizontal];

const eps = (epsilon: number) => unless(1e-5, epsilon);

const batchNorm = (of: string): Form["call"] => ({ features, epsilon, momentum }: BatchNorm) => ({
  of,
  first: [features],
  named: { eps: eps(epsilon), momentum: unless(0.1, momentum) },
});

const layerNorm = (of: string): Form["call"] => ({ features, epsilon }: LayerNorm) => ({
  of,
  first: [features],
  named: { eps: eps(epsilon) },
});

const pooling = (of: string): Form["call"] => ({ kernel, stride, padding }: Pool2d) => ({
  of,
  first: [lengths(kernel)],
  named: {
    stride: `${stride}` === `${kernel}` ? undefined : lengths(stride),
    padding: unless(0, lengths(padding)),
  },
});

/** What a layer of each kind is in PyTorch. */
export const torchForms: Readonly<Record<string, Form["call"]>> = {
  relu: () => ({ of: "nn.ReLU" }),
  gelu: () => ({ of: "nn.GELU" }),
  silu: () => ({ of: "nn.SiLU" }),
  tanh: () => ({ of: "nn.Tanh" }),
  sigmoid: () => ({ of: "nn.Sigmoid" }),
  hardswish: () => ({ of: "nn.Hardswish" }),
  mish: () => ({ of: "nn.Mish" }),
  leakyRelu: ({ negativeSlope }: Layer & { negativeSlope: number }) => ({
    of: "nn.LeakyReLU",
    first: [negativeSlope],
  }),
  elu: ({ alpha }: Layer & { alpha: number }) => ({ of: "nn.ELU", first: [alpha] }),
  softplus: ({ beta, threshold }: Layer & { beta: number; threshold: number }) => ({
    of: "nn.Softplus",
    first: [beta, threshold],
  }),
  flatten: () => ({ of: "nn.Flatten" }),
  dropout: ({ rate }: Dropout) => ({ of: "nn.Dropout", first: [rate] }),
  linear: ({ inputs, outputs, bias }: Linear) => ({
    of: "nn.Linear",
    first: [inputs, outputs],
    named: { bias: unless(true, bias) },
  }),
  conv2d: ({ inputs, outputs, kernel, stride, padding, dilation, groups, bias }: Conv2d) => ({
    of: "nn.Conv2d",
    first: [inputs, outputs, lengths(kernel)],
    named: {
      stride: unless(1, lengths(stride)),
      padding: unless(0, lengths(padding)),
      dilation: unless(1, lengths(dilation)),
      groups: unless(1, groups),
      bias: unless(true, bias),
    },
  }),
  maxPool2d: pooling("nn.MaxPool2d"),
  avgPool2d: pooling("nn.AvgPool2d"),
  batchNorm1d: batchNorm("nn.BatchNorm1d"),
  batchNorm2d: batchNorm("nn.BatchNorm2d"),
  layerNorm: layerNorm("nn.LayerNorm"),
  layerNorm2d: layerNorm("LayerNorm2d"),
  groupNorm: ({ groups, channels, epsilon }: GroupNorm) => ({
    of: "nn.GroupNorm",
    first: [groups, channels],
    named: { eps: eps(epsilon) },
  }),
  rmsNorm: ({ features, epsilon }: RMSNorm) => ({
    of: "nn.RMSNorm",
    first: [features],
    named: { eps: epsilon },
  }),
  sequential: () => ({ of: "nn.Sequential", modules: "inner" }),
  residual: ({ shortcut }: Residual) => ({
    of: shortcut === undefined ? "Residual" : "ResidualWithShortcut",
    modules: "inner",
  }),
  standardized: ({ mean, std }: Standardized) => ({
    of: "Standardized",
    named: { mean, std },
    modules: "around",
  }),
  mirrored: () => ({ of: "Mirrored", modules: "around" }),
};

const forms: ReadonlyMap<string, Form["call"]> = new Map(Object.entries(torchForms));

/** The call of a module's form; throws a UserError for a layer that has none. */
function callOf(module: Module): Call {
  const form = forms.get(module.layer.kind);
  if (form === undefined) throw unknownLayer(module, "PyTorch");
  return form(module.layer);
}

/** The class of a module. */
export const torchClass = (module: Module): string => callOf(module).of;

/** A module in Python; `prefix` is what PyTorch's names of its tensors begin with. */
export function torchLayer(module: Module, prefix = ""): TorchLayer {
  const { of, modules } = callOf(module);
  const isAround = modules === "around";
  const inside = isAround
    ? [torchLayer({ ...module, layer: module.layer.around! }, `${prefix}layer.`)]
    : module.modules.map((inner, place) => torchLayer(inner, `${prefix}${place}.`));
  const own = isAround ? [] : Object.keys(module.tensors);
  return {
    lines: callLines(module, inside.map(({ lines }) => lines)),
    names: [
      ...own.map((key) => [module.prefix + key, prefix + key] as const),
      ...inside.flatMap(({ names }) => names),
    ],
    classes: [of, ...inside.flatMap(({ classes }) => classes)],
  };
}

/** A module's call with these modules first. */
export function callLines(module: Module, modules: readonly (readonly string[])[]): string[] {
  const { of, first = [], named = {} } = callOf(module);
  const settings = Object.entries(named).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${python(value)}`]
  );
  const values = [...modules, ...[...first.map(python), ...settings].map((text) => [text])];
  if (values.every((lines) => lines.length === 1)) {
    const line = `${of}(${values.join(", ")})`;
    if (line.length <= lineLength) return [line];
  }
  const ended = values.flatMap((lines) => [...lines.slice(0, -1), `${lines.at(-1)},`]);
  return [`${of}(`, ...ended.map(indented), ")"];
}

/** Where a call is broken into lines. */
const lineLength = 92;

/** A line one step further to the right. */
export const indented = (line: string): string => `    ${line}`;

/** A value in Python. */
function python(value: Python): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "number") {
    return `(${value.map(python).join(", ")}${value.length === 1 ? "," : ""})`;
  }
  return Number.isFinite(value) ? String(value) : `float("${value}")`;
}
