import { assertEquals } from "@std/assert";
import { cnn, resnet } from "../../src/models/mod.ts";
import { conv2d, flatten, layerTable, linear, residual, sequential } from "../../src/nn/mod.ts";
import { liveTensors } from "../../src/tensor/mod.ts";

Deno.test("layerTable() gives each layer's output, parameters and multiply-adds", () => {
  const before = liveTensors();
  const inner = residual(conv2d(4, 4, { kernel: 3, padding: 1, groups: 2 }));
  const rows = layerTable(sequential(conv2d(1, 4, { kernel: 3 }), inner, flatten, linear(16, 3)), [
    1,
    4,
    4,
  ]);
  assertEquals(rows.map(({ name, kind, output }) => [name, kind, output]), [
    ["0", "conv2d", [4, 2, 2]],
    ["1.0", "conv2d", [4, 2, 2]],
    ["1", "residual", [4, 2, 2]],
    ["2", "flatten", [16]],
    ["3", "linear", [3]],
    ["", "sequential", [3]],
  ]);
  const [first, grouped, last] = [4 * 9 * 4, 4 * 2 * 9 * 4, 48];
  assertEquals(rows.map(({ multiplyAdds }) => multiplyAdds), [
    first,
    grouped,
    grouped,
    0,
    last,
    first + grouped + last,
  ]);
  assertEquals(rows.map(({ parameters }) => parameters), [40, 76, 76, 0, 51, 167]);
  assertEquals(liveTensors(), before);
});

Deno.test("layerTable() counts what the papers' networks have", () => {
  const total = (rows: ReturnType<typeof layerTable>) => rows.at(-1)!;
  assertEquals(total(layerTable(cnn(), [1, 28, 28])).multiplyAdds, 1_133_860);
  // ResNet-20 for 3 x 32 x 32: 0.27 M parameters (He et al., table 6), and 41 M multiply-adds with
  // projections where the paper has identities.
  const resnet20 = resnet({ depth: 20 }, {
    channels: 3,
    height: 32,
    width: 32,
    classes: Array.from({ length: 10 }, (_, i) => `${i}`),
  });
  const { parameters, multiplyAdds } = total(layerTable(resnet20, [3, 32, 32]));
  assertEquals([parameters, Math.round(multiplyAdds / 1e6)], [272_474, 41]);
});
