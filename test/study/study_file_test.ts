import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/errors.ts";
import { readStudyFile } from "../../src/study/study_file.ts";
import { specOf } from "../../src/study/spec.ts";
import { temporaryFolder } from "../temporary_folder.ts";

/** The spec of a study file with this text. */
function specIn(text: string, name = "width.yaml") {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/${name}`, text);
  try {
    return specOf(readStudyFile(`${folder.path}/${name}`).request, new Map());
  } catch (error) {
    throw new UsageError((error as Error).message.replaceAll(`${folder.path}/`, ""));
  }
}

const good = `# What width needs which rate?
sampler: {name: tpe, startup: 5}
trials: 40
seeds: 3
pruner: asha
model:
  - linear
  - name: cnn
    hidden: 8..16
settings:
  lr: log:1e-4..1
  opt: [sgd, adamw]
  batch_size: 64
  epochs: 9
`;

Deno.test("a study file says samplers, pruners, models with settings of their own, and any setting", () => {
  const spec = specIn(good);
  assertEquals(spec.sampler, { name: "tpe", settings: { startup: 5, candidates: 24 } });
  assertEquals(spec.pruner, { name: "asha", settings: { minEpochs: 1, factor: 3 } });
  assertEquals([spec.trials, spec.seeds, spec.round], [40, [1, 2, 3], 8]);
  assertEquals(spec.space, {
    models: ["linear", "cnn"],
    parameters: [
      {
        name: "lr",
        key: "lr",
        domain: { kind: "range", low: 1e-4, high: 1, log: true, whole: false },
      },
      { name: "opt", key: "opt", domain: { kind: "choice", values: ["sgd", "adamw"] } },
      { name: "batchSize", key: "batchSize", domain: { kind: "choice", values: [64] } },
      { name: "epochs", key: "epochs", domain: { kind: "choice", values: [9] } },
      {
        name: "cnn.hidden",
        key: "hidden",
        domain: { kind: "range", low: 8, high: 16, log: false, whole: true },
        models: ["cnn"],
      },
    ],
  });
});

Deno.test("a study file in JSON says the same", () => {
  assertEquals(
    specIn('{\n\t"model": ["linear"],\n\t"settings": {"lr": [0.1, 0.01]}\n}\n', "a.json").space,
    {
      models: ["linear"],
      parameters: [{ name: "lr", key: "lr", domain: { kind: "choice", values: [0.1, 0.01] } }],
    },
  );
});

const refused: [text: string, sentence: string][] = [
  ["model: cnm\n", 'width.yaml:1: model: "cnm": there are linear'],
  ["model: cnn\nsetings:\n  lr: 1\n", "width.yaml:2: there is no key setings"],
  [
    "model: cnn\nsettings:\n  lr: 0.1\n  lrr: 1\n",
    "width.yaml:4: lrr: there is no such setting; did",
  ],
  ["model: cnn\nsettings:\n  lr: 1..0.1\n", "width.yaml:3: lr: the range 1..0.1 is empty"],
  ["model: cnn\nsettings:\n  lr: []\n", "width.yaml:3: lr: the list is empty"],
  [
    "model: cnn\nsettings:\n  lr: log:0..1\n",
    "width.yaml:3: lr: the range log:0..1 has no logarithm",
  ],
  ["model: cnn\nsettings:\n  lr: fast\n", "width.yaml:3: lr: it must be a number"],
  ["model: cnn\nsettings:\n  opt: [sgd, adamm]\n", "width.yaml:3: opt: it must be"],
  [
    "model: cnn\nsettings:\n  hidden: 1.5..8\n",
    "width.yaml:3: hidden: the range 1.5..8 must begin",
  ],
  [
    "model: cnn\nsettings:\n  hidden: [0, 8]\n",
    "width.yaml:3: hidden: it must be at least 1, not 0",
  ],
  ["model: cnn\nsettings:\n  seed: [1, 2]\n", "width.yaml:3: seed is no setting to vary"],
  ["model: linear\nsettings:\n  hidden: 8\n", "width.yaml:3: hidden: no model of this study has"],
  ["model: cnn\nsettings:\n  lr: log:1e-4..1\n", "width.yaml:3: lr: a grid needs a list"],
  ["model: cnn\nsampler: tpe\n", "width.yaml:2: sampler: trials is missing"],
  ["model: cnn\nsampler: tpee\ntrials: 3\n", 'width.yaml:2: sampler: Unknown sampler "tpee"'],
  [
    "model: cnn\ntrials: many\n",
    'width.yaml:2: trials: expected a whole number from 1, not "many"',
  ],
  ["model: cnn\nmodel: linear\n", "width.yaml:2: Map keys must be unique"],
  ["model: cnn\npruner: {name: asha, facter: 2}\n", "width.yaml:2: pruner: there is no setting"],
  ["model: cnn\nbest_by: acc\n", "width.yaml:2: best_by: expected accuracy or loss, not"],
  ["- model\n", "width.yaml:1: expected keys with values"],
];

for (const [text, sentence] of refused) {
  Deno.test(`a study file is refused: ${sentence}`, () => {
    assertThrows(() => specIn(text), UsageError, sentence);
  });
}

Deno.test("paths in a study file are from its folder, or else from where the user stands", () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/studies`);
  const path = `${folder.path}/studies/a.yaml`;
  for (const name of ["mine.ts", "studies/beside.ts", "pictures.csv"]) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, "");
  }
  Deno.writeTextFileSync(
    path,
    "model: [../mine.ts, { name: beside.ts, lr: 0.1 }, ./src/mod.ts, cnn]\ndata: ../pictures.csv\n",
  );
  const { request, flags } = readStudyFile(path);
  assertEquals(request.models.map(({ name }) => name), [
    `${folder.path}/mine.ts`,
    `${folder.path}/studies/beside.ts`,
    "./src/mod.ts",
    "cnn",
  ]);
  assertEquals(flags.data, `${folder.path}/pictures.csv`);
  Deno.writeTextFileSync(path, "name: a\nmodel: none.ts\n");
  assertThrows(
    () => readStudyFile(path),
    UsageError,
    `${path}:2: model: there is no none.ts: looked in ${folder.path}/studies and in ${Deno.cwd()}`,
  );
});
