import { assertEquals } from "@std/assert";
import { basename } from "node:path";
import { namedPath, runPath } from "../../src/run/run_path.ts";

Deno.test("a run's path ends in its name, however the user wrote it", () => {
  const here = basename(Deno.cwd());
  const paths: [written: string, path: string][] = [
    ["runs/a//", "runs/a"],
    ["/", "/"],
    ["./a", "./a"],
    [".", `../${here}`],
    ["./", `../${here}`],
    ["src/.", "src"],
    ["src/..", `../${here}`],
  ];
  for (const [written, path] of paths) assertEquals(namedPath(runPath(written)), path, written);
});
