import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { declared, Project, repository } from "./project.ts";

const tasks = Object.entries(declared().tasks);
const setUpItself = ["setup", "build"];

Deno.test("every task has a description and runs a file that is there", async () => {
  for (const [name, { description, command }] of tasks) {
    assertMatch(description ?? "", /^[A-Z]/, name);
    const file = command.match(/tasks\/\w+\.ts/)?.[0];
    if (file) assertEquals((await Deno.stat(join(repository, file))).isFile, true, name);
  }
});

Deno.test("every task goes through set-up, and nothing outside set-up has all permissions", () => {
  for (const [name, { command, dependencies }] of tasks) {
    if (setUpItself.includes(name)) continue;
    assertEquals(dependencies, ["setup"], name);
    assertStringIncludes(command, "--import-map=.wick/import_map.json", name);
    assertEquals(/ -A\b|--allow-all/.test(command), false, name);
  }
});

/** A project whose train task is `script`. */
function withTrainTask(script: string): Project {
  const project = new Project();
  project.cargo();
  project.program("cc", "echo cc 1.0");
  project.write("tasks/train.ts", script);
  return project;
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "a task passes its arguments on and gives its exit code back (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = withTrainTask("console.log(JSON.stringify(Deno.args)); Deno.exit(7);");
    const args = ["--epochs", "3", "a b", "*"];
    const { code, stdout } = await project.deno(["task", "train:cnn", ...args]);
    assertEquals(JSON.parse(stdout), ["--model", "cnn", ...args]);
    assertEquals(code, 7);
  },
});

Deno.test({
  name: "a task does not start where set-up fails (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = withTrainTask('console.log("trained");');
    project.cargo({ build: "exit 101" });
    const { code, stdout } = await project.deno(["task", "train:cnn"]);
    assertEquals([code, stdout], [1, ""]);
  },
});

Deno.test({
  name: "SIGINT reaches the task's process once, and its exit code comes back (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = withTrainTask(`
      let received = 0;
      Deno.addSignalListener("SIGINT", () => {
        received++;
        setTimeout(() => { console.log("received", received); Deno.exit(130); }, 200);
      });
      console.log("ready");
      setInterval(() => {}, 1000);`);
    await using task = project.command(["task", "train:cnn"]).spawn();
    const lines: string[] = [];
    for await (const text of task.stdout.pipeThrough(new TextDecoderStream())) {
      lines.push(text.trim());
      if (text.includes("ready")) task.kill("SIGINT");
    }
    await task.stderr.cancel();
    assertEquals(lines, ["ready", "received 1"]);
    assertEquals((await task.status).code, 130);
  },
});

Deno.test({
  name:
    "a task reads and writes where the user points, and opens no other host (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = withTrainTask(`
      const folder = await Deno.makeTempDir();
      await Deno.remove(folder);
      try { await fetch("https://example.com/"); } catch (error) { console.log(error.name); }`);
    const { code, stdout } = await project.deno(["task", "train"]);
    assertEquals([code, stdout.trim()], [0, "NotCapable"]);
  },
});
