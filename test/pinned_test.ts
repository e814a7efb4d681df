import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The files of a name in a folder and below it, except where nothing is committed. */
function* filesNamed(name: string, folder = ""): Generator<string> {
  for (const entry of Deno.readDirSync(root + folder)) {
    const path = folder + entry.name;
    if (entry.isFile && entry.name === name) yield path;
    const searched = !/^(\.wick|\.git|target|node_modules|runs|data)$/.test(entry.name);
    if (entry.isDirectory && searched) yield* filesNamed(name, `${path}/`);
  }
}

Deno.test("every action of a workflow is a commit, with its version beside it", () => {
  const folder = `${root}.github/workflows`;
  const lines = [...Deno.readDirSync(folder)].flatMap(({ name }) =>
    Deno.readTextFileSync(`${folder}/${name}`).split("\n").filter((line) => /\buses:/.test(line))
  );
  assert(lines.length > 5);
  for (const line of lines) {
    assertMatch(line, /uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+(\.\d+)*$/);
  }
});

Deno.test("pip installs wheels alone, each of a known hash, in the versions that are asked for", () => {
  const lists = [...filesNamed("requirements.txt")];
  assert(lists.length >= 5);
  for (const list of lists) {
    const text = Deno.readTextFileSync(root + list);
    assertMatch(text, /^# .* uv .*\n# {4}uv pip compile .*\n--only-binary :all:\n/, list);
    const joined = text.replace(/ *#.*\n/g, "").replace(/ \\\n */g, " ");
    const locked = joined.split("\n").filter((line) => line !== "" && !line.startsWith("--"));
    for (const line of locked) {
      assertMatch(line, /^\S+==\S+.*( --hash=sha256:[0-9a-f]{64})+$/, list);
    }
    const names = locked.map((line) => line.split(" ")[0]);
    const asked = Deno.readTextFileSync(root + list.replace(/txt$/, "in")).trim().split("\n");
    const missing = asked.map((name) => name.replace("_", "-")).filter((name) =>
      !names.includes(name)
    );
    assertEquals(missing, [], `${list} is out of date: run the command at its head`);
  }
});
