import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../temporary_folder.ts";
import { start } from "../torture/child_process.ts";
import { runTask } from "./run_task.ts";

const source = `import { dropout, flatten, linear, model, sequential } from "@wick/wick";
import { z } from "zod";
import { activation } from "./activation.ts";

export default model({
  name: "two-layers",
  title: "a hidden layer",
  settings: { width: z.int().min(1).default(8).describe("hidden features") },
  defaults: { opt: "adam", lr: 0.003, batchSize: 50 },
  build: ({ width }, { channels, height, width: columns, classes }) =>
    sequential(
      flatten,
      linear(channels * height * columns, width),
      activation,
      dropout(0.1),
      linear(width, classes),
    ),
});
`;
const set = ["--data", "synthetic", "--train-size", "1000"];
const data = [...set, "--epochs", "3"];

const only = (parent: string) =>
  [...Deno.readDirSync(parent)].filter(({ name }) => !name.startsWith("."))
    .map(({ name }) => `${parent}/${name}`);
const rowsOf = (folder: string) => {
  try {
    return Deno.readTextFileSync(`${folder}/metrics.csv`).split("\n").length - 2;
  } catch {
    return 0;
  }
};
const digest = (folder: string) =>
  JSON.parse(Deno.readTextFileSync(`${folder}/summary.json`)).weights_sha256;

/** Runs a task that has to end well, with this on standard error; returns what it printed. */
async function warned(warning: string, ...command: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await runTask(...command);
  assertEquals(code, 0, `${command.join(" ")}: ${stderr}`);
  assertStringIncludes(stderr, warning);
  return stdout;
}

/** The same, whatever standard error has. */
const done = (...command: [string, ...string[]]): Promise<string> => warned("", ...command);

Deno.test("a model of a user's module is trained, killed, resumed, used and reproduced to the same bits", async (t) => {
  using folder = temporaryFolder();
  const path = `${folder.path}/two_layers.ts`;
  Deno.writeTextFileSync(path, source);
  const other = `${folder.path}/activation.ts`;
  Deno.writeTextFileSync(other, 'export { relu as activation } from "@wick/wick";\n');
  const model = ["--model", path, "--width", "5"];
  const whole = `${folder.path}/whole`;
  await done("train", ...model, ...data, "--output-dir", whole);
  const [run] = only(whole);

  await t.step(
    "its settings are flags and stand in config.json, with its files' SHA-256",
    async () => {
      const { model: name, model_files, model_settings, opt, lr, batch_size } = JSON.parse(
        Deno.readTextFileSync(`${run}/config.json`),
      );
      assertEquals([name, model_settings, opt, lr], ["two-layers", { width: 5 }, "adam", 0.003]);
      assertEquals([Object.keys(model_files), batch_size], [
        ["two_layers.ts", "activation.ts"],
        50,
      ]);
      assertEquals(Deno.readTextFileSync(`${run}/model/two_layers.ts`), source);
      const help = await done("train", ...model, "--help");
      assertStringIncludes(help, "two-layers: a hidden layer");
      assertStringIncludes(help, "hidden features [8]");
    },
  );

  await t.step(
    "killed inside and resumed it has the bits of a run that was left alone",
    async () => {
      const parent = `${folder.path}/killed`;
      const child = start(
        "../../tasks/train.ts",
        ...[...model, ...set, "--epochs", "60", "--checkpoint-every", "7", "--output-dir", parent],
      );
      const folderOf = () => {
        try {
          return only(parent)[0];
        } catch {
          return undefined; // it is not made yet
        }
      };
      for (let tries = 0; rowsOf(folderOf() ?? "") < 2; tries++) {
        assert(tries < 1200, "it has not come to its second epoch in a minute");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      child.kill("SIGKILL");
      await child.status;
      const killed = folderOf()!;
      const epochs = rowsOf(killed);
      assert(epochs < 59, `${epochs} epochs were done already`);
      Deno.writeTextFileSync(other, 'export { gelu as activation } from "@wick/wick";\n');
      const resumed = await done("train", "--resume", killed);
      assertStringIncludes(
        resumed,
        "warning: activation.ts has changed since the run began; the copies",
      );
      const alone = await done("reproduce", killed);
      assertStringIncludes(alone, "identical: test");
    },
  );

  await t.step("it is evaluated, compared and reproduced from its copy", async () => {
    const changed = "activation.ts has changed since the run began";
    const evaluated = await warned(`warning: ${changed}`, "evaluate", run);
    assertStringIncludes(evaluated, "two-layers of ");
    const exported = `${folder.path}/two_layers.onnx`;
    await done("export", run, "--onnx", exported);
    const figures = /accuracy .*/.exec(evaluated)![0];
    assertStringIncludes(await done("evaluate", exported), figures);
    const report = Deno.readTextFileSync(`${run}/report.html`);
    for (const part of ['<th scope="row">width</th><td>5</td>', "activation.ts", "Layers"]) {
      assertStringIncludes(report, part);
    }
    const compared = await warned(`warning: ${run}: ${changed}`, "compare", run);
    assertStringIncludes(compared, "two-layers");
    const picture = "test/image/pictures/ankle-boot-brown-orientation-1.jpg";
    assertStringIncludes(await done("predict", run, picture, "--top", "10"), "Ankle boot");
    const again = await done("reproduce", run);
    assertStringIncludes(again, `warning: ${changed}`);
    assertStringIncludes(again, `weights ${digest(run)}`);
    const results = `${folder.path}/results.json`;
    await done("reproduce", run, "--write", results);
    const without = await runTask("reproduce", results);
    assertStringIncludes(without.stderr, "name its module, as in --model two_layers.ts");
    const edited = await runTask("reproduce", results, "--model", path);
    assertStringIncludes(edited.stderr, "activation.ts is not the file that the run was");
    assertStringIncludes(
      await done("reproduce", results, "--model", `${run}/model/two_layers.ts`),
      "identical: test",
    );
  });

  await t.step("a sweep goes over its settings, and takes up the run that there is", async () => {
    Deno.writeTextFileSync(other, 'export { relu as activation } from "@wick/wick";\n');
    const values = ["--test", "--model", path, "--width", "5,6", ...data, "--output-dir", whole];
    const table = await done("sweep", ...values);
    assertStringIncludes(table, `run 1 of 2: ${run}`);
    assert(/^ *width +seeds .*\n *5 +1 .*\n *6 +1 /m.test(table), table);
    assertEquals(only(whole).length, 2);
  });

  await t.step("a copy that was changed is refused", async () => {
    Deno.writeTextFileSync(`${run}/model/activation.ts`, "export {};\n");
    const { code, stderr } = await runTask("evaluate", run);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "activation.ts is not the file that the run was trained with");
    assertStringIncludes(stderr, `report ${run} --model FILE puts it back from FILE`);
    assertStringIncludes(await done("evaluate", run, "--model", path), "two-layers of ");
    await done("report", run, "--model", path);
    assertEquals(Deno.readTextFileSync(`${run}/model/activation.ts`), Deno.readTextFileSync(other));
  });
});

Deno.test("a model that cannot be trained says so before anything is written", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.ts`;
  const fine = "flatten, linear(784, 10)";
  const state =
    "step: () => (model, { images }, mode) => { const outputs = model.forward(images);" +
    " return { loss: outputs.sum().mul(n++), outputs }; }";
  const wrong: [layers: string, sentence: string, more?: string][] = [
    ["flatten, linear(784, 12)", "its outputs for 2 images are [2, 12], not scores [2, 10] of 10"],
    ["flatten, linear(783, 10)", "Cannot apply a linear layer of weight [10, 783]"],
    [fine, "its loss is no tensor", "loss: () => () => 3"],
    [fine, "its step gives another loss when it is done again", state],
  ];
  for (const [layers, sentence, more = ""] of wrong) {
    Deno.writeTextFileSync(
      path,
      `import { flatten, linear, model, sequential } from "@wick/wick";
let n = 1;
export default model({
  name: "mine", title: "mine", settings: {}, build: () => sequential(${layers}), ${more}
});
void n;`,
    );
    const runs = `${folder.path}/runs`;
    const { code, stderr } = await runTask("train", "--model", path, ...data, "--output-dir", runs);
    assertEquals(code, 1);
    assertStringIncludes(stderr, `error: ${path}: ${sentence}`);
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["mine.ts"]);
  }
});
