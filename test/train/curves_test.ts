import { assert, assertEquals } from "@std/assert";
import { benchModel } from "../../bench/models.ts";
import { batches, type ImageSet } from "../../src/data/mod.ts";
import { models } from "../../src/models/mod.ts";
import { adam, adamw, build, crossEntropy, type Optimizer, sgd } from "../../src/nn/mod.ts";
import { named } from "../../src/settings/mod.ts";
import { gradients, type NamedTensor, Random, scope, Tensor } from "../../src/tensor/mod.ts";
import { curveImages } from "../golden/curve_images.ts";
import { type CurveCase, readGolden } from "../golden/golden.ts";

const { sqrt, fround, abs, max, imul } = Math;

/** Steps of the f64 check, whose kernels are scalar and slow. */
const F64_STEPS = { linear: 200, nonlinear: 60, cnn: 12 };

for (const source of ["synthetic", "fashion-mnist"] as const) {
  const absent = source === "fashion-mnist" && !Deno.env.has("FASHION_MNIST_DIR");
  const { made_by, cases } = readGolden<CurveCase>(`curves_${source}`);
  const where = `${source}${absent ? " (set FASHION_MNIST_DIR to run this)" : ""}`;

  Deno.test(
    { name: `the images of the curves are those PyTorch saw: ${where}`, ignore: absent },
    async () => {
      const { images, labels } = await curveImages(source);
      const bytes = new Uint8Array([...images, ...labels]);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      assertEquals(digest.toHex(), made_by.data_sha256);
    },
  );

  for (const golden of cases) {
    const title = `${golden.model} with ${golden.optimizer} follows PyTorch`;

    Deno.test({ name: `${title} for 200 steps: ${where}`, ignore: absent }, async () => {
      const losses = train(golden, await curveImages(source), "f32", golden.f32.length);
      golden.f32.forEach((wanted, step) =>
        assertNear(losses[step], wanted, max(1e-4 * abs(wanted), 10 * golden.distance[step]), step)
      );
    });

    if (source !== "synthetic") continue;

    Deno.test(`${title} in f64 to nine digits: ${where}`, async () => {
      const steps = F64_STEPS[golden.model];
      const losses = train(golden, await curveImages(source), "f64", steps);
      losses.forEach((loss, step) => assertNear(loss, golden.f64[step], 1e-9, step));
    });
  }
}

/** The losses of the first steps from the formula's weights, at PyTorch's batch order. */
function train(golden: CurveCase, images: ImageSet, dtype: "f32" | "f64", steps: number): number[] {
  using model = build(named("model", models, golden.model)(), new Random(0, "init"), { dtype });
  initialise(model.parameters, golden.seed);
  using optimizer = optimizerOf(golden).init(model.parameters);
  const losses: number[] = [];
  for (const batch of batches(images, 32)) {
    scope(() => {
      const loss = crossEntropy(
        model.forward(batch.images.cast(dtype), { training: true }),
        batch.labels,
      );
      optimizer.step(gradients(loss, model.parameters.map(({ tensor }) => tensor)));
      losses.push(loss.item());
    });
    if (losses.length === steps) break;
  }
  return losses;
}

/** The settings that test/golden/curves.py gives PyTorch. */
function optimizerOf({ model, optimizer }: CurveCase): Optimizer {
  if (optimizer === "adam") return adam({ lr: 0.001 });
  if (optimizer === "adamw") return adamw({ lr: 0.001, weightDecay: 0.01 });
  const { lr, momentum } = benchModel(model);
  return sgd({ lr, momentum });
}

/** The initial weights of test/golden/curves.py, to the bit. */
function initialise(parameters: readonly NamedTensor[], seed: number): void {
  let counter = 1 + seed * 2 ** 20;
  let fanIn = 0;
  for (const { tensor } of parameters) {
    if (tensor.rank > 1) fanIn = tensor.size / tensor.shape[0];
    const values = Float32Array.from({ length: tensor.size }, () => {
      return fround((2 * ((mix(counter++) >>> 8) / 2 ** 24) - 1) / sqrt(fanIn));
    });
    using drawn = Tensor.from(values, tensor.shape);
    using converted = drawn.cast(tensor.dtype);
    tensor.assign(converted);
  }
}

/** MurmurHash3's finaliser. */
function mix(word: number): number {
  word = imul(word ^ (word >>> 16), 0x85ebca6b);
  word = imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

function assertNear(found: number, wanted: number, tolerance: number, step: number): void {
  const apart = abs(found - wanted);
  assert(
    apart <= tolerance,
    `step ${step}: ${found} is ${apart} from ${wanted}, more than ${tolerance}`,
  );
}
