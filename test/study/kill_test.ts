import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Random } from "../../src/tensor/random.ts";
import { smallData } from "./small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts `sweep` in a process of its own. */
function start(
  folder: string,
  data: string,
  name: string,
  epochs = 27,
  ...more: string[]
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-P=sweep", "--import-map=.wick/import_map.json", "tasks/sweep.ts"],
      ...["--tpe", "12", "--round", "4", "--pruner", "asha", "--model", "nonlinear", "--jobs", "2"],
      ...["lr=log:1e-3..1", "hidden=16..64", "--epochs", `${epochs}`, "-b", "1", "--seeds", "2"],
      ...["--checkpoint-every", "100", "--data", data, "--output-dir", folder, "--study", name],
      ...more,
    ],
    cwd: root,
    env: { NO_COLOR: "1", INIT_CWD: root },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The processes that this one started and that live. */
async function childrenOf(pid: number): Promise<number[]> {
  const args = ["-o", "pid=", "--ppid", `${pid}`];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return text(stdout).split("\n").filter((line) => line.trim() !== "").map(Number);
}

Deno.test({
  name: "a study that is killed again and again, and its workers, ends as one left alone does",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using parent = temporaryFolder();
    const data = smallData(parent.path);
    const alone = await start(parent.path, data, "alone").output();
    assertEquals([alone.code, text(alone.stderr)], [0, ""]);
    const kills = Number(Deno.env.get("WICK_KILLS") ?? 6);
    const waits = new Random(1, "kills").uniforms(kills);
    for (const [i, wait] of waits.entries()) {
      const child = start(parent.path, data, "killed");
      const ended = child.output();
      await Promise.race([ended, pause(1000 + 2000 * wait)]);
      // Every third time a worker first: the study goes on by itself.
      const [worker] = i % 3 === 2 ? await childrenOf(child.pid) : [];
      if (worker !== undefined) {
        Deno.kill(worker, "SIGKILL");
        await pause(500);
      }
      try {
        child.kill("SIGKILL");
      } catch {
        break; // it was complete
      }
      await ended;
    }
    const { code, stdout, stderr } = await start(parent.path, data, "killed").output();
    assertEquals([code, text(stderr)], [0, ""]);
    const end = (output: Uint8Array) =>
      text(output).split("\n\n").slice(1).join("\n").replaceAll("/killed", "/alone");
    assertEquals(end(stdout), end(alone.stdout));
  },
});

Deno.test({
  name:
    "Control-C saves the runs of a study and says how to go on; a second process is refused or joins",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using parent = temporaryFolder();
    const data = smallData(parent.path);
    const first = start(parent.path, data, "s", 300);
    const ended = first.output();
    const begun = () => {
      try {
        return Deno.statSync(`${parent.path}/s/00000-s1`).isDirectory;
      } catch {
        return false;
      }
    };
    const isOver = ended.then(() => true);
    const moment = () => pause(50).then(() => false);
    while (!begun()) assert(!await Promise.race([isOver, moment()]), "it ended before it began");
    const refused = await start(parent.path, data, "s", 300).output();
    assertEquals(refused.code, 1);
    assert(/is in use by process \d+.*or help it with --join\n$/.test(text(refused.stderr)));
    const second = start(parent.path, data, "s", 300, "--join");
    const joined = second.output();
    await pause(1500);
    first.kill("SIGINT");
    second.kill("SIGINT");
    for (const { code, stdout } of [await ended, await joined]) {
      assertEquals(code, 130, text(stdout));
      assert(/\nstopped by SIGINT; to go on: .* sweep --tpe 12 /.test(text(stdout)), text(stdout));
    }
  },
});
