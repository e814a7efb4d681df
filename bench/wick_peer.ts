/** wick itself, through the modules a user imports. Speaks the protocol in bench/README.md. */
import { type Batch, batches, fashionMnist, type ImageSet, imageSet } from "../src/data/mod.ts";
import { build, crossEntropy, type Module, type OptimizerState, sgd } from "../src/nn/mod.ts";
import { gradients, noGradients, Random, scope, Tensor } from "../src/tensor/mod.ts";
import { evaluate } from "../src/train/mod.ts";
import { benchModel } from "./models.ts";
import { argument, type Loop, serve, timed, useThreads } from "./serve.ts";
import type { Answer, Command } from "./worker.ts";

interface Trained {
  readonly model: Module;
  readonly optimizer: OptimizerState;
  epoch: number;
}

/** The first `--images` of a part, all of them without that flag. */
function load(part: string): ImageSet {
  const folder = argument("--data");
  const most = Number(argument("--images") ?? Infinity);
  const read = (name: string, each: number) => {
    using file = Deno.openSync(`${folder}/${part}-${name}.u8`);
    const bytes = new Uint8Array(Math.min(file.statSync().size, most * each));
    for (let done = 0; done < bytes.length;) {
      const count = file.readSync(bytes.subarray(done));
      if (count === null) throw new Error(`${part}-${name}.u8 in ${folder} became shorter`);
      done += count;
    }
    return bytes;
  };
  return imageSet(part, read("images", 784), read("labels", 1), fashionMnist);
}

const built = new Map<string, Trained>();

function trained(name: string): Trained {
  const known = built.get(name);
  if (known) return known;
  const { layer, lr, momentum } = benchModel(name);
  const model = build(layer, new Random(42, "init"));
  const optimizer = sgd({ lr, momentum }).init(model.parameters);
  const made = { model, optimizer, epoch: 0 };
  built.set(name, made);
  return made;
}

/** As in a run: shuffled epochs, and pixels that become floats batch by batch. */
function* endless(state: Trained, size: number): Generator<Batch> {
  for (;;) yield* batches(train, size, { random: new Random(42, "shuffle", state.epoch++) });
}

const works: Record<string, (name: string, batch: number) => Loop> = {
  train(name, size) {
    const state = trained(name);
    const { model, optimizer } = state;
    const parameters = model.parameters.map(({ tensor }) => tensor);
    const stream = endless(state, size);
    let step = 0;
    return () => {
      const batch = stream.next().value;
      const random = new Random(42, "dropout").at({ epoch: state.epoch, index: step++ });
      scope(() => {
        const logits = model.forward(batch.images, { training: true, random });
        optimizer.step(gradients(crossEntropy(logits, batch.labels), parameters));
      });
      return batch.count;
    };
  },
  evaluate(name, size) {
    const { model } = trained(name);
    return () => {
      let right = 0;
      for (const { images, indices } of batches(test, size)) {
        const found = scope(() => noGradients(() => model.forward(images).argmax(1).read()));
        indices.forEach((index, place) => right += Number(found[place] === test.labels[index]));
      }
      return test.count;
    };
  },
  infer(name) {
    const { model } = trained(name);
    const pixels = Float32Array.from(test.images.subarray(0, 784), (pixel) => pixel / 255);
    return () => {
      scope(() =>
        noGradients(() => model.forward(Tensor.from(pixels, [1, 1, 28, 28])).argmax(1).item())
      );
      return 1;
    };
  },
};

const loops = new Map<string, Loop>();

function obey({ run, model, batch = 1, seconds = 0 }: Command): Answer {
  if (run === "first-step") return { images: works.train(model, batch)(), seconds: 0 };
  if (run === "correct") {
    return { ...evaluate(trained(model).model, test), images: test.count, seconds: 0 };
  }
  const key = `${run} ${model} ${batch}`;
  const loop = loops.get(key) ?? works[run](model, batch);
  if (!loops.has(key)) timed(loop, 0.2);
  loops.set(key, loop);
  return timed(loop, seconds);
}

useThreads();
const train = load("train");
const test = load("test");
await serve(obey);
