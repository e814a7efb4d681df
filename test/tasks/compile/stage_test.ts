import { assertEquals, assertStringIncludes } from "@std/assert";
import { stage } from "../../../tasks/compile/stage.ts";
import { libraryFor, thisTarget } from "../../../tasks/compile/targets.ts";
import { trainCommand } from "../../../src/commands/train_command.ts";
import { silentScreen } from "../../../src/cli/mod.ts";
import { importModel } from "../../../src/models/mod.ts";
import { readRun } from "../../../src/run/mod.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

const source = `import { flatten, linear, model, relu, sequential } from "@wick/wick";
import { z } from "zod";
import { hidden } from "./hidden.ts";

export default model({
  name: "mine", title: "a hidden layer", settings: { width: z.int().default(hidden) },
  build: ({ width }) => sequential(flatten, linear(784, width), relu, linear(width, 10)),
});
`;

Deno.test("a program takes in a run of a module of one's own, and needs neither afterwards", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.ts`;
  Deno.writeTextFileSync(path, source);
  Deno.writeTextFileSync(`${folder.path}/hidden.ts`, "export const hidden: number = 7;\n");
  const own = await importModel(path);
  const data = { data: "synthetic", trainSize: 200, epochs: 1 } as const;
  const outputDir = `${folder.path}/runs`;
  await trainCommand({ model: path, ...data, outputDir }, silentScreen, undefined, own);
  const [{ name }] = Deno.readDirSync(outputDir);
  const run = `${outputDir}/${name}`;
  const { summary } = readRun(run);
  using staged = await stage(libraryFor(thisTarget), run);
  Deno.removeSync(folder.path, { recursive: true });
  Deno.mkdirSync(folder.path);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-config", "--no-npm", "--no-remote"]
      .concat(`--import-map=${staged.importMap}`, staged.module, "evaluate", "--json"),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const { model, correct } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([model, correct], ["mine", summary?.test_correct]);
  assertStringIncludes(staged.files.join(), "model.js");
});
