import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporary_folder.ts";
import { bombs } from "./bombs.ts";

const childPath = fileURLToPath(new URL("./bomb_child.ts", import.meta.url));
const linuxOnly = Deno.build.os === "linux" ? "" : " (skipped: reads /proc)";

for (const [name, make] of Object.entries(bombs)) {
  Deno.test({
    name: `${name} is read or refused within 1 s and 256 MiB${linuxOnly}`,
    ignore: linuxOnly !== "",
    fn: async () => {
      using folder = temporaryFolder();
      const path = `${folder.path}/bomb`;
      Deno.writeFileSync(path, make());
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "-A", "--import-map=.wick/import_map.json", childPath, path],
      }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      const { outcome, seconds, memory } = JSON.parse(new TextDecoder().decode(stdout));
      const figures = `${seconds.toFixed(3)} s, ${(memory / 2 ** 20).toFixed(0)} MiB`;
      console.log(`${figures}: ${outcome}`);
      assert(outcome === "read" || /^file [^\n]*\.$/.test(outcome), outcome);
      assert(seconds < 1 && memory < 256 * 2 ** 20, figures);
    },
  });
}
