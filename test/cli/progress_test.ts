import { assertEquals } from "@std/assert";
import { progressBar } from "../../src/cli/progress.ts";

const at = { epoch: 3, epochs: 10, steps: 1563, loss: 0.593, imagesPerSecond: 16129 };

Deno.test("progressBar() shows the epoch, the steps, the loss and the speed", () => {
  assertEquals(
    progressBar({ ...at, step: 782 }),
    "epoch  3/10 [============>           ]  782/1563  train_loss 0.5930  16129 images/s",
  );
});

Deno.test("progressBar() is as wide at the beginning and at the end", () => {
  const widths = [0, 1, 1562, 1563].map((step) => progressBar({ ...at, step }).length);
  assertEquals(new Set(widths).size, 1);
});
