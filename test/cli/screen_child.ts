import { progressBar, standardScreen } from "../../src/cli/mod.ts";
import { downloadReporter } from "../../src/data/mod.ts";

// What a training and a download show.
const screen = standardScreen();
for (let step = 0; step <= 4; step++) {
  const at = { epoch: 1, epochs: 10, step, steps: 4, loss: 0.5, imagesPerSecond: 16129 };
  screen.bar((columns) => progressBar(at, columns));
}
screen.line("epoch 1/10");
const report = downloadReporter();
const file = "train-images-idx3-ubyte.gz";
const source = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com";
for (const received of [1e6, 2e7, 26421880]) {
  report({ file, source, received, total: 26421880 });
}
// A training that ends with an error.
try {
  using broken = standardScreen();
  broken.bar(() => "half");
  throw new Error("broken");
} catch {
  console.log("done");
}
