/** wick itself, through the modules a user imports. Speaks the protocol in bench/README.md. */
import { type Batch, batches, fashionMnist, type ImageSet, imageSet } from "../src/data/mod.ts";
import { libraryInformation, native } from "../src/ffi/mod.ts";
import { build, crossEntropy, type Module, type OptimizerState, sgd } from "../src/nn/mod.ts";
import { gradients, noGradients, Random, scope, Tensor } from "../src/tensor/mod.ts";
import { evaluate } from "../src/train/mod.ts";
import { benchModel, type ModelName } from "./models.ts";
import type { Answer, Command } from "./worker.ts";

interface Trained {
  readonly model: Module;
  readonly optimizer: OptimizerState;
  epoch: number;
}

/** Does a piece of work and says how many images it was. */
type Loop = () => number;

const argument = (flag: string) => Deno.args[Deno.args.indexOf(flag) + 1];
const read = (name: string) => Deno.readFileSync(`${argument("--data")}/${name}.u8`);
const load = (part: string): ImageSet =>
  imageSet(part, read(`${part}-images`), read(`${part}-labels`), fashionMnist);
const answer = (value: Partial<Answer> & { ready?: true }) => console.log(JSON.stringify(value));

const built = new Map<ModelName, Trained>();

function trained(name: ModelName): Trained {
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

const works: Record<string, (name: ModelName, batch: number) => Loop> = {
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

function timed(loop: Loop, seconds: number): Answer {
  let images = 0;
  const start = performance.now();
  for (;;) {
    images += loop();
    const spent = (performance.now() - start) / 1000;
    if (spent >= seconds) return { images, seconds: spent };
  }
}

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

native.wick_configure(Number(argument("--threads")));
const train = load("train");
const test = load("test");
answer({ ready: true, version: libraryInformation().version });
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    try {
      const { images, seconds, correct } = obey(JSON.parse(line));
      answer({ images, seconds, correct });
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}
