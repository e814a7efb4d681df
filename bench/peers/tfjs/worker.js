/**
 * TF.js on the backend that --variant names. The WASM backend is the faster one but has no gradient
 * of a convolution's kernel, so only the plain CPU backend trains those models. Speaks the protocol
 * in bench/README.md.
 */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import models from "../../models.json" with { type: "json" };

const argument = (flag) => Deno.args[Deno.args.indexOf(flag) + 1];
const answer = (value) => console.log(JSON.stringify(value));

const image = [28, 28, 1];
const makers = {
  conv2d: (options) => tf.layers.conv2d({ kernelSize: 3, padding: "same", ...options }),
  flatten: (options) => tf.layers.flatten(options),
  linear: (options) => tf.layers.dense(options),
  max_pool2d: (options) => tf.layers.maxPooling2d({ poolSize: 2, ...options }),
};

/** A ReLU joins the layer before it, as TF.js has it. */
const layersOf = ({ layers }) =>
  layers.flatMap((layer, i) => {
    const [kind, , outputs] = layer.split(" ");
    if (kind === "relu") return [];
    const inputShape = i === 0 ? image : undefined;
    const activation = layers[i + 1] === "relu" ? "relu" : undefined;
    const weights = { conv2d: "filters", linear: "units" }[kind];
    const sizes = weights ? { [weights]: Number(outputs), activation } : {};
    return [makers[kind]({ inputShape, ...sizes })];
  });

const read = (part, kind) => Deno.readFileSync(`${argument("--data")}/${part}-${kind}.u8`);
const load = (part) => {
  const labels = read(part, "labels");
  const pixels = Float32Array.from(read(part, "images"), (pixel) => pixel / 255);
  return { pixels, labels, count: labels.length };
};

const made = new Map();
const model = (name) => {
  if (!made.has(name)) {
    const { lr, momentum } = models[name];
    const optimizer = momentum > 0 ? tf.train.momentum(lr, momentum) : tf.train.sgd(lr);
    const net = tf.sequential({ layers: layersOf(models[name]) });
    made.set(name, { net, optimizer, place: 0, testPlace: 0 });
  }
  return made.get(name);
};

const part = (set, start, size) => [
  tf.tensor(set.pixels.subarray(start * 784, (start + size) * 784), [size, ...image]),
  tf.tensor1d(Int32Array.from(set.labels.subarray(start, start + size)), "int32"),
];

const works = {
  train(name, batch) {
    const state = model(name);
    if (state.place + batch > train.count) state.place = 0;
    tf.tidy(() => {
      const [images, labels] = part(train, state.place, batch);
      const wanted = tf.oneHot(labels, 10);
      state.optimizer.minimize(() =>
        tf.losses.softmaxCrossEntropy(wanted, state.net.apply(images, { training: true }))
      );
    });
    state.place += batch;
    return batch;
  },
  // A batch a call, not a whole pass: the plain backend would take minutes.
  evaluate(name, batch) {
    const state = model(name);
    const size = Math.min(batch, test.count - state.testPlace);
    rightOf(name, state.testPlace, size);
    state.testPlace = (state.testPlace + size) % test.count;
    return size;
  },
  infer(name) {
    tf.tidy(() => model(name).net.predict(part(test, 0, 1)[0]).argMax(1).dataSync());
    return 1;
  },
};

/** How many of these test images it classifies rightly. */
const rightOf = (name, start, size) =>
  tf.tidy(() => {
    const [images, labels] = part(test, start, size);
    return model(name).net.predict(images).argMax(1).equal(labels).sum().dataSync()[0];
  });

function right(name, batch) {
  let found = 0;
  for (let start = 0; start < test.count; start += batch) {
    found += rightOf(name, start, Math.min(batch, test.count - start));
  }
  return found;
}

function timed(work, name, batch, seconds) {
  let images = 0;
  const start = performance.now();
  for (;;) {
    images += work(name, batch);
    const spent = (performance.now() - start) / 1000;
    if (spent >= seconds) return { images, seconds: spent };
  }
}

const warm = new Set();
function obey({ run, model: name, batch = 1, seconds }) {
  if (run === "first-step") return { images: works.train(name, batch), seconds: 0 };
  if (run === "correct") return { correct: right(name, 1000), images: test.count };
  const key = `${run} ${name} ${batch}`;
  if (!warm.has(key)) timed(works[run], name, batch, 0.2);
  warm.add(key);
  return timed(works[run], name, batch, seconds);
}

const train = load("train");
const test = load("test");
setThreadsCount(Number(argument("--threads")));
await tf.setBackend(argument("--variant"));
await tf.ready();
answer({ ready: true, version: tf.version.tfjs });
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    try {
      answer(obey(JSON.parse(line)));
    } catch (error) {
      answer({ error: error.message });
    }
  }
}
