import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { pythonHas } from "../python.ts";

const place = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const hasTerminals = pythonHas("pty");
const needs = hasTerminals ? "" : " (needs Python with pty)";

/** What a module of this folder writes on a terminal of so many columns. */
async function onTerminal(columns: number, env: Record<string, string>): Promise<string> {
  const deno = [Deno.execPath(), "run", "-q", "-A", "--no-check"];
  const { NO_COLOR: _, ...others } = Deno.env.toObject();
  const { stdout, stderr } = await new Deno.Command("python3", {
    args: [
      ...[place("on_terminal.py"), String(columns), ...deno],
      ...["--import-map=.wick/import_map.json", place("screen_child.ts")],
    ],
    cwd: place("../../"),
    clearEnv: true,
    env: { ...others, TERM: "xterm-256color", ...env },
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

/** What stands on a terminal in the end, where every line written over was shorter than it. */
function shown(text: string, columns: number): string[] {
  return text.trimEnd().split("\r\n").map((line) => {
    const drawn = line.split("\r\x1b[2K");
    for (const one of drawn) assert(one.length < columns, `${one.length} in ${columns}: ${one}`);
    assert(!drawn.join("").includes("\x1b"), line);
    return drawn.at(-1)!;
  });
}

for (const columns of [80, 60, 20]) {
  Deno.test({
    name: `lines that are redrawn stay one line on a terminal of ${columns} columns${needs}`,
    ignore: !hasTerminals,
    async fn() {
      const text = await onTerminal(columns, {});
      assertStringIncludes(text, "\x1b[2Kepoch  1/10");
      const [epoch, file, half, done, ...others] = shown(text, columns);
      assertEquals([epoch, half, done, others], ["epoch 1/10", "half", "done", []]);
      assertEquals(file, "train-images-idx3-ubyte.gz  100 % of 26.4 MB".slice(0, columns - 1));
    },
  });
}

for (const env of [{ TERM: "dumb" }, { NO_COLOR: "1" }] as Record<string, string>[]) {
  Deno.test({
    name: `a terminal with ${JSON.stringify(env)} is sent plain lines${needs}`,
    ignore: !hasTerminals,
    async fn() {
      const text = await onTerminal(200, env);
      assert(!text.includes("\x1b") && !/\r(?!\n)/.test(text), text);
      assertStringIncludes(text, "epoch 1/10\r\n");
      assertStringIncludes(text, "75 % of 26.4 MB from fashion-mnist");
    },
  });
}
