import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import plugin, { decidesResults } from "../../lint/determinism.ts";

const findings = (path: string, source: string) =>
  Deno.lint.runPlugin(plugin, path, source).map(({ id, message }) => `${id}: ${message}`);

Deno.test("the linter refuses Math.random in every folder, however it is written", () => {
  for (const path of ["src/nn/a.ts", "tasks/a.ts", "test/a.ts"]) {
    for (const source of ["Math.random()", 'Math["random"]()', "globalThis.Math.random()"]) {
      assertEquals(findings(path, source), [
        "wick/no-ambient-chance: Math.random cannot be reproduced",
      ]);
    }
  }
});

Deno.test("the linter refuses the machine's own entropy", () => {
  assertEquals(findings("src/train/run.ts", "crypto.getRandomValues(bytes); crypto.randomUUID()"), [
    "wick/no-ambient-chance: crypto.getRandomValues cannot be reproduced",
    "wick/no-ambient-chance: crypto.randomUUID cannot be reproduced",
  ]);
});

Deno.test("the linter refuses functions of Math whose bits are not defined", () => {
  assertEquals(findings("src/nn/schedule.ts", "Math.cos(1); Math.pow(2, 3); Math.sqrt(4)"), [
    "wick/no-inexact-math: The bits of Math.cos differ between engines",
    "wick/no-inexact-math: The bits of Math.pow differ between engines",
  ]);
  assertEquals(findings("src/nn/schedule.ts", "const { exp } = Math"), [
    "wick/no-inexact-math: The bits of an unnamed member of Math differ between engines",
  ]);
});

Deno.test("the linter refuses powers written with **", () => {
  assertEquals(findings("src/nn/schedule.ts", "a = b ** 2; a **= 3; a *= 4"), [
    "wick/no-inexact-math: The bits of ** differ between engines",
    "wick/no-inexact-math: The bits of **= differ between engines",
  ]);
});

Deno.test("the linter allows what is exact, and any rounding where results are only shown", () => {
  const exact = "Math.floor(x) + Math.max(1, 2) * Math.PI + Math.imul(3, 4) + crypto.subtle";
  assertEquals(findings("src/tensor/shape.ts", exact), []);
  assertEquals(findings("src/report/axis.ts", "Math.log10(x) ** 2"), []);
  assertEquals(findings("test/tensor/exp_test.ts", "Math.exp(x)"), []);
});

Deno.test("the linter knows which files decide results, wherever the repository lies", () => {
  const root = dirname(dirname(import.meta.dirname ?? ""));
  assertEquals(decidesResults("src/tensor/shape.ts"), true);
  assertEquals(decidesResults(join(root, "src/tensor/shape.ts")), true);
  assertEquals(decidesResults(join(root, "src/serve/mod.ts")), false);
  assertEquals(decidesResults(join(root, "tasks/train.ts")), false);
  assertEquals(decidesResults("/src/elsewhere/shape.ts"), false);
});
