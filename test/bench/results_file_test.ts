import { assertEquals } from "@std/assert";
import { ResultsFile } from "../../bench/results_file.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("results take the place of earlier ones when all are there, and say where they are until then", () => {
  using folder = temporaryFolder();
  const [path, part] = ["results.json", "results.part.json"].map((name) =>
    `${folder.path}/${name}`
  );
  Deno.writeTextFileSync(path, '"earlier"');
  const read = (path: string) => JSON.parse(Deno.readTextFileSync(path));
  const file = new ResultsFile(path);
  assertEquals(file.place, `Stopped before the end: nothing was kept; ${path} is as it was`);
  file.keep(["some"]);
  assertEquals([read(path), read(part)], ["earlier", ["some"]]);
  assertEquals(
    file.place,
    `Stopped before the end: what was measured is in ${part}; ${path} is as it was`,
  );
  file.complete(["some", "others"]);
  assertEquals(read(path), ["some", "others"]);
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["results.json"]);
  assertEquals(file.place, `Written to ${path}`);
});
