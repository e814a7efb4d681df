import { assertEquals, assertStringIncludes } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporary_folder.ts";
import { runTaskFrom } from "./run_task.ts";

const here = fileURLToPath(new URL(".", import.meta.url)); // test/tasks

Deno.test("a task called from a folder of the repository takes and prints paths as seen there", async () => {
  using parent = temporaryFolder();
  const path = relative(here, Deno.realPathSync(parent.path));
  const small = ["--model=linear", "--data=synthetic", "--train-size=200", "--epochs=1"];
  const trained = await runTaskFrom(here, "train", ...small, "--output-dir", path);
  assertEquals([trained.code, trained.stderr], [0, ""]);
  const [, folder] = /^run folder (.+)$/m.exec(trained.stdout)!;
  assertEquals(folder.slice(0, path.length + 1), `${path}/`);
  const again = await runTaskFrom(here, "train", "--resume", folder);
  assertStringIncludes(again.stdout, `${folder} is finished`);
  const inside = await runTaskFrom(here, "predict", folder, "../../docs/report.png", "--json");
  assertEquals(inside.code, 0, inside.stderr);
});

Deno.test("wick's own folders stay in the root of the repository, wherever a task is called from", async () => {
  const shown = async (folder: string) =>
    /parent of the run folders \[(.*)\]/.exec((await runTaskFrom(folder, "serve", "--help")).stdout)
      ?.[1];
  assertEquals(await shown(here), "../../runs");
  assertEquals(await shown(""), "runs");
  assertEquals(await shown("/"), "runs"); // another process called so, not this repository's user
});
