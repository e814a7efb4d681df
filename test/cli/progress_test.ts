import { assert, assertEquals } from "@std/assert";
import { progressBar } from "../../src/cli/progress.ts";

const at = { epoch: 3, epochs: 10, steps: 1563, loss: 0.593, imagesPerSecond: 16129 };

const shown: [columns: number, text: string][] = [
  [
    Infinity,
    "epoch  3/10 [============>           ]  782/1563  train_loss 0.5930  16129 images/s",
  ],
  [79, "epoch  3/10 [==========>         ]  782/1563  train_loss 0.5930  16129 images/s"],
  [59, "epoch  3/10   782/1563  train_loss 0.5930  16129 images/s"],
  [40, "epoch  3/10   782/1563"],
  [45, "epoch  3/10   782/1563  train_loss 0.5930"],
  [19, "epoch  3/10"],
  [4, "epoc"],
];

for (const [columns, text] of shown) {
  Deno.test(`progressBar() in ${columns} columns shows: ${text}`, () => {
    assertEquals(progressBar({ ...at, step: 782 }, columns), text);
  });
}

Deno.test("progressBar() is never wider than it may be, and as wide at the end as at the beginning", () => {
  for (let columns = 1; columns < 120; columns++) {
    const widths = [0, 1, 1562, 1563].map((step) => progressBar({ ...at, step }, columns).length);
    assertEquals(new Set(widths).size, 1);
    assert(widths[0] <= columns);
  }
});
