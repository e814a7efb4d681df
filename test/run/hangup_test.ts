import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readRun } from "../../src/run/record.ts";
import { pythonHas } from "../python.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { lines } from "../torture/child_process.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The command of a process that trains for a long time into `parent`. */
const command = (parent: string) => [
  Deno.execPath(),
  ...["run", "-q", "-P=train", "--import-map=.wick/import_map.json", path("hangup_child.ts")],
  parent,
];

/** The one run in a folder. */
function onlyRun(parent: string) {
  const [{ name }, ...others] = [...Deno.readDirSync(parent)];
  assertEquals(others, []);
  return readRun(`${parent}/${name}`);
}

Deno.test({
  name: "a run whose terminal hangs up is saved, and its report says how to go on (needs python3)",
  ignore: Deno.build.os === "windows" || !pythonHas("pty"),
  fn: async () => {
    using parent = temporaryFolder();
    const args = [path("hangup.py"), ...command(parent.path)];
    const { stdout } = await new Deno.Command("python3", { args, cwd: path("../..") }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "129");
    const { state, folder, progress } = onlyRun(parent.path);
    assertEquals(state, "interrupted");
    assert(progress !== undefined && progress.step >= 15, `${progress?.step} steps`);
    assertEquals(Deno.readTextFileSync(`${folder}/report.txt`), "the command");
  },
});

Deno.test({
  name: "a run whose output is no terminal goes on when the terminal hangs up",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using parent = temporaryFolder();
    const [program, ...args] = command(parent.path);
    await using child = new Deno.Command(program, {
      args,
      cwd: path("../.."),
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let epochs = 0;
    let last = "";
    for await (const line of lines(child.stdout)) {
      last = line;
      if (line.startsWith("HANG UP")) child.kill("SIGHUP");
      if (!line.startsWith("epoch")) continue;
      // Signals are heard between steps: 100 epochs later this one has been.
      if (++epochs === 100) child.kill("SIGTERM");
    }
    assertEquals((await child.status).code, 143);
    assertStringIncludes(last, "a report");
  },
});
