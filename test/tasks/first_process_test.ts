import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporary_folder.ts";
import { lines } from "../torture/child_process.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How this user may start a program as PID 1, as in a container; undefined where he may not. */
const asFirstProcess = [[], ["--user", "--map-root-user"]]
  .map((more) => [...more, "--pid", "--fork", "--kill-child", "--mount-proc"])
  .find((args) => {
    try {
      return new Deno.Command("unshare", { args: [...args, "true"], stderr: "null" }).outputSync()
        .success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });

/** Becomes the command, after it has started what sends the command SIGTERM for a line of input. */
const script = `exec 3<&0; (read line <&3; kill -TERM 1) & exec "$0" "$@"`;

Deno.test({
  name:
    "deno task as a container's first process saves at SIGTERM (needs Linux, and unshare --pid)",
  ignore: asFirstProcess === undefined,
  fn: async () => {
    using parent = temporaryFolder();
    const train = ["task", "-q", "train", "--model", "linear", "--data", "synthetic"];
    const long = ["--train-size", "200", "--epochs", "1000", "--output-dir", parent.path];
    const unshare = new Deno.Command("unshare", {
      args: [...asFirstProcess ?? [], "sh", "-c", script, Deno.execPath(), ...train, ...long],
      cwd: root,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const said: string[] = [];
    const stdin = unshare.stdin.getWriter();
    for await (const line of lines(unshare.stdout)) {
      said.push(line);
      if (/^epoch +1\//.test(line)) await stdin.write(new TextEncoder().encode("now\n"));
    }
    await stdin.close().catch(() => {}); // its reader is gone
    const [resume] = said.filter((line) => line.startsWith("to resume: "));
    assertMatch(said.join("\n"), /^stopped by SIGTERM, saved at step \d+ of 7000$/m);
    assertStringIncludes(resume, ` train --resume ${parent.path}/`);
    assertEquals((await unshare.status).code, 143);
  },
});
