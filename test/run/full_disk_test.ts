import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const childPath = fileURLToPath(new URL("./full_disk_child.ts", import.meta.url));

/** Runs a shell script that may mount, and sees mounts of its own. */
async function inNamespace(script: string, ...args: string[]) {
  try {
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", ...args],
      cwd: root,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { success, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const mount = 'folder=$(mktemp -d) && mount -t tmpfs -o size=600k none "$folder"';
const canMount = (await inNamespace(mount))?.success === true;

Deno.test({
  name: "a run on a really full file system ends in one clear sentence, and keeps its checkpoints" +
    (canMount ? "" : " (skipped: this system lets nobody mount a small file system)"),
  ignore: !canMount,
  fn: async () => {
    const run =
      `${mount} && "$1" run -q --no-lock -A --import-map=.wick/import_map.json "$2" "$folder"`;
    const outcome = await inNamespace(run, Deno.execPath(), childPath);
    const [reason, checkpoints, resumed] = outcome?.stdout.trim().split("\n") ?? [];
    assertMatch(reason, /^Cannot .*: No space left on device \(os error 28\)/, outcome?.stderr);
    const { count, insideSave } = JSON.parse(checkpoints);
    assert(count >= 2, `${count} checkpoints`);
    assertEquals(insideSave, false);
    assertMatch(resumed, /^resumes at step [1-9]/);
  },
});
