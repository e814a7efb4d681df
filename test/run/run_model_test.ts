import { assertEquals, assertRejects } from "@std/assert";
import { completeConfig } from "../../src/config/config.ts";
import { configText } from "../../src/config/mod.ts";
import { UserError } from "../../src/errors.ts";
import { importModel } from "../../src/models/mod.ts";
import { modelIn, restoreModule, writeModule } from "../../src/run/run_model.ts";
import { diskFiles } from "../../src/storage/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const source = `import { flatten, linear, model, sequential } from "@wick/wick";
export default model({
  name: "mine", title: "mine", settings: {}, build: () => sequential(flatten, linear(784, 10)),
});
`;

Deno.test("where a run's copy of its module is gone, the module that is named takes its place", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.ts`;
  Deno.writeTextFileSync(path, source);
  const module = await importModel(path);
  const settings = { model: "mine", modelFiles: module.digests };
  const config = completeConfig(settings, "synthetic", module.model);
  const run = `${folder.path}/run`;
  writeModule(diskFiles, run, module);
  assertEquals((await modelIn(run, config)).name, "mine");
  Deno.removeSync(`${run}/model`, { recursive: true });
  const alone = "are of a model of its own: name its module, as in --model mine.ts";
  await assertRejects(() => modelIn(run, config), UserError, alone);
  Deno.writeTextFileSync(`${run}/config.json`, configText(config));
  await assertRejects(
    () => modelIn(run, config),
    UserError,
    `report ${run} --model FILE puts it back from FILE`,
  );
  assertEquals((await modelIn(run, config, path)).name, "mine");
  restoreModule(diskFiles, run, config, module);
  assertEquals(Deno.readTextFileSync(`${run}/model/mine.ts`), source);
  // What is whole is used, whatever else is named.
  Deno.writeTextFileSync(path, `${source}// edited\n`);
  assertEquals((await modelIn(run, config, path)).name, "mine");
  Deno.removeSync(`${run}/model/mine.ts`);
  await assertRejects(
    () => modelIn(run, config, path),
    UserError,
    "mine.ts is not the file that the run was trained with",
  );
});
