import { fileURLToPath } from "node:url";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { importModel, isModulePath } from "../../src/models/mod.ts";
import { build } from "../../src/nn/mod.ts";
import { Random, Tensor } from "../../src/tensor/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const imports = 'import { flatten, linear, model, sequential } from "@wick/wick";\n' +
  'import { z } from "zod";\n';
const made = (parts: string) =>
  `${imports}export default model({ name: "mine", title: "mine", settings: {}, ${parts} });`;
const plain = made("build: () => sequential(flatten, linear(784, 10))");

/** Imports a module of this text. */
async function imported(text: string, files: Readonly<Record<string, string>> = {}) {
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.ts`;
  Deno.writeTextFileSync(path, text);
  for (const [name, content] of Object.entries(files)) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, content);
  }
  return { module: await importModel(path), path };
}

Deno.test("a path of a module is told from a model's name", () => {
  assertEquals(["cnn", "./a.ts", "/b/c.mjs", "a.js"].map(isModulePath), [false, true, true, true]);
});

Deno.test("a module's files are itself and the modules that it imports, in any spelling", async () => {
  const { module } = await imported(
    `import { a } from "./a.ts"; // import "./no.ts"\nexport * from './b.ts';\n` +
      `/* import "./neither.ts" */ import type { T } from "./t.ts";\n` +
      `export const late = () => import("./c.ts");\nvoid a;\n${plain}` +
      '\nimport text from "./said.txt" with { type: "text" }; void text;',
    {
      "said.txt": 'import "npm:left-pad"',
      "a.ts": "import './d.ts'; export const a = 1;",
      "b.ts": "",
      "c.ts": "",
      "d.ts": "",
      "t.ts": "export type T = 1;",
    },
  );
  assertEquals([...module.files.keys()], [
    ...["mine.ts", "a.ts", "d.ts", "b.ts", "t.ts", "c.ts", "said.txt"],
  ]);
  assertEquals(
    module.digests["b.ts"],
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  using built = build(module.model.of({}, fashionMnist), new Random(1, "init"));
  assertEquals(built.parameters.map(({ name }) => name), ["1.weight", "1.bias"]);
});

Deno.test("a module above its entry is kept in its place", async () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/models`);
  Deno.writeTextFileSync(`${folder.path}/shared.ts`, "export const ten = 10;");
  const path = `${folder.path}/models/mine.ts`;
  Deno.writeTextFileSync(path, `import { ten } from "../shared.ts"; void ten; ${plain}`);
  const { files } = await importModel(path);
  assertEquals([...files.keys()], ["models/mine.ts", "shared.ts"]);
});

Deno.test("what is wrong in a local module that a model imports is told with that module's place", async () => {
  const using = `import { part } from "./part.ts"; ${
    made("build: () => sequential(flatten, part, linear(784, 10))")
  }`;
  for (
    const [text, sentence] of [
      ['\nthrow new Error("broken"); export const part = 1;', "part.ts:2:7: broken"],
      ["export const part = 1 +;", "part.ts:1:24: SyntaxError: Expression expected"],
      [
        "Math.random(); export const part = 1;",
        "part.ts:1:6: Math.random() differs from run to run",
      ],
      [
        "export const other = 1;",
        "mine.ts:1:10: The requested module './part.ts' does not provide",
      ],
    ]
  ) {
    const error = await assertRejects(() => imported(using, { "part.ts": text }), UserError);
    assertStringIncludes(error.message, sentence);
    assertEquals(error.message.includes("file://"), false, error.message);
  }
  const { module, path } = await imported(using, {
    "part.ts": 'export const part = { kind: "part", forward: (x) => x.none.more };',
  });
  using built = build(module.model.of({}, fashionMnist), new Random(1, "init"));
  using images = Tensor.zeros([1, 1, 28, 28]);
  const place = path.replace("mine.ts", "part.ts:1:60: Cannot read properties of undefined");
  assertThrows(() => built.forward(images), UserError, place);
});

const wick = fileURLToPath(new URL("../../src/mod.ts", import.meta.url));
/** Modules with something wrong, and what is said of it. */
const wrong: Readonly<Record<string, readonly [text: string, sentence: string]>> = {
  "a missing module": ['import "./none.ts";', 'mine.ts:1:8: Module not found "file:'],
  "a syntax error": [`${imports}export default model({ name: "a" title: "b" });`, "mine.ts:3:"],
  "an error while it is imported": ["\nconst a = undefined; a.b;", "mine.ts:2:24: Cannot read"],
  "no default export": ["export const a = 1;", "has no default export: export default model("],
  "layers instead of a model": [
    `${imports}export default sequential(flatten, linear(784, 10));`,
    "exports no model by default",
  ],
  "a name that is no part of a path": [
    plain.replace('"mine"', '"../x"'),
    'calls its model "../x": a name has letters',
  ],
  "a setting that is no schema": [
    plain.replace("settings: {}", "settings: { w: 3 }"),
    'has a setting "w" that is no schema',
  ],
  "a setting without a default": [
    plain.replace("settings: {}", "settings: { w: z.int() }"),
    'has a setting "w" without a default',
  ],
  "a setting that no flag can give": [
    plain.replace("settings: {}", "settings: { w: z.array(z.int()).default([]) }"),
    'has a setting "w" that is neither a number, a text nor a switch',
  ],
  "chance": [`${plain}\nMath.random();`, "Math.random() differs from run to run: use the `random`"],
  "time": [`${plain}\nnew Date();`, "new Date() differs from run to run"],
  "the time as a text": [`${plain}\nDate();`, "Date() differs from run to run"],
  "the time of Temporal": [
    `${plain}\nTemporal.Now.instant();`,
    "Temporal.Now.instant() differs from run to run",
  ],
  "a computed import": [
    '/* one */ const a = "./a.ts";\nawait import(a);',
    "mine.ts:2:14 imports a computed path",
  ],
  "a package of npm's": [
    '// the first line\n/* and\nthree */ import "npm:left-pad";',
    'mine.ts:3:17 imports "npm:left-pad", which a run cannot keep a copy of: a model\'s module imports',
  ],
  "a package of JSR's": ['export * from "jsr:@std/assert";', 'mine.ts:1:15 imports "jsr:@std/'],
  "a package that is not here": [
    'import "nowhere";',
    'mine.ts:1:8: it imports "nowhere", which is not here: a model\'s module imports "@wick/wick"',
  ],
  "wick's own files instead of its package": [
    `import { linear } from "${"../".repeat(20)}${wick.slice(1)}";`,
    'mod.ts", a file of wick\'s own: import { ... } from "@wick/wick"',
  ],
  "a file that it reads": [
    `${plain}\nDeno.readTextFileSync("./x.txt");`,
    'Deno.readTextFileSync() differs from run to run: use import text from "./file.txt" with',
  ],
  "the environment": [`${plain}\nDeno.env.get("HOME");`, "Deno.env.get() differs from run to run"],
  "a misspelt loss": [
    made("build: () => flatten, los: () => () => 0"),
    'has "los", which is nothing of a model; did you mean loss?',
  ],
  "a key of another kind": [
    made("build: () => flatten, optimizer: 3"),
    'has "optimizer", which is nothing of a model: export default model({ name, title,',
  ],
  "an import of Node's": [
    'import { readFileSync } from "node:fs"; readFileSync("./x.txt");',
    'imports "node:fs", which a run cannot keep a copy of',
  ],
  "a remote import": [
    'import "https://example.com/a.ts";',
    'imports "https://example.com/a.ts", which a run cannot keep a copy of',
  ],
};
for (const [what, [text, sentence]] of Object.entries(wrong)) {
  Deno.test(`a module with ${what} is refused in one sentence`, async () => {
    const error = await assertRejects(() => imported(text), UserError);
    assertStringIncludes(error.message, sentence);
    assertEquals(error.message.split("\n").length, 1);
  });
}

Deno.test("what a module's functions read is refused, and what wick reads for them is not", async () => {
  const { module } = await imported(made(`
    build: () => sequential(
      { kind: "scale", forward: (x) => x.mul(Number(Deno.readTextFileSync("/x"))) }, flatten, linear(784, 10))`));
  using built = build(module.model.of({}, fashionMnist), new Random(1, "init"));
  using images = Tensor.zeros([1, 1, 28, 28]);
  assertThrows(() => built.forward(images), UserError, "Deno.readTextFileSync() differs");
  const { module: reading } = await imported(
    `import { loadTraining } from "@wick/wick"; await loadTraining({ data: "synthetic" }); ${plain}`,
  );
  assertEquals(reading.model.name, "mine");
});

Deno.test("what a model's own functions throw is told with its place, and chance is refused there", async () => {
  const { module, path } = await imported(made(`
    build: () => sequential(
      { kind: "noise", forward: (x) => x.mul(Math.random()) }, flatten, linear(784, 10))`));
  using built = build(module.model.of({}, fashionMnist), new Random(1, "init"));
  using images = Tensor.zeros([1, 1, 28, 28]);
  assertThrows(() => built.forward(images), UserError, `${path}:5:51: Math.random() differs`);
  assertEquals(typeof Math.random(), "number"); // outside of the module it is as it was
  const broken = await imported(made("build: () => undefined"));
  assertThrows(() => broken.module.model.of({}, fashionMnist), UserError, "build returns no layer");
});

Deno.test("what makes a loss, a step, a check and first values is run with care too", async () => {
  const parts = "build: () => sequential(flatten, linear(784, 10))";
  const chance = "Math.random() differs from run to run";
  const { module } = await imported(made(`${parts},
    loss: () => { const a = Math.random(); return () => a; },
    step: () => { const a = Math.random(); return () => a; },
    check: () => String(Math.random())`));
  const { loss, step, check } = module.model;
  for (const call of [() => loss?.({}), () => step?.({}), () => check?.({}, (key) => key)]) {
    assertThrows(call, UserError, chance);
  }
  const scaled = await imported(made(`build: () => sequential(
    { kind: "scale", forward: (x) => x,
      parameters: { weight: { shape: [1], init: () => Math.random() } } }, flatten)`));
  const layer = scaled.module.model.of({}, fashionMnist);
  assertThrows(
    () => build(layer, new Random(1, "init")),
    UserError,
    `${scaled.path}:5:60: ${chance}`,
  );
  const broken = await imported(made(`${parts}, loss: () => 3`));
  assertThrows(() => broken.module.model.loss?.({}), UserError, "loss returns no function");
});

Deno.test("a loss keeps its word on what it has in training alone", async () => {
  const { module } = await imported(made(`build: () => sequential(flatten, linear(784, 10)),
    loss: () => Object.assign((outputs) => outputs.sum(), { inTraining: "a sum" })`));
  assertEquals(module.model.loss?.({}).inTraining, "a sum");
});

Deno.test("a module that keeps a state of its own is refused", async () => {
  const { module } = await imported(
    `let calls = 0;\n${
      made("build: () => sequential(flatten, ...(calls++ > 0 ? [flatten] : []), linear(784, 10))")
    }`,
  );
  assertThrows(
    () => module.model.of({}, fashionMnist),
    UserError,
    "build gives other layers when it is called again",
  );
});

Deno.test("a file that is not the one expected is refused", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.ts`;
  Deno.writeTextFileSync(path, plain);
  const { digests } = await importModel(path);
  Deno.writeTextFileSync(path, `${plain}\n`);
  await assertRejects(
    () => importModel(path, digests),
    UserError,
    "mine.ts is not the file that the run was trained with",
  );
});
