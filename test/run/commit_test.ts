import { assertEquals } from "@std/assert";
import { commitOf } from "../../src/run/commit.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const [first, second] = ["1".repeat(40), "2".repeat(40)];

/** Writes these files below a folder. */
function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }
}

const repositories: [what: string, files: Record<string, string>, commit: string | undefined][] = [
  [
    "a branch",
    { ".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": `${first}\n` },
    first,
  ],
  ["a detached head", { ".git/HEAD": `${second}\n` }, second],
  [
    "a packed branch",
    {
      ".git/HEAD": "ref: refs/heads/a/b\n",
      ".git/packed-refs":
        `# pack-refs with: peeled\n${first} refs/heads/b\n${second} refs/heads/a/b\n`,
    },
    second,
  ],
  [
    "a linked worktree",
    {
      ".git": "gitdir: main/.git/worktrees/w\n",
      "main/.git/worktrees/w/HEAD": "ref: refs/heads/w\n",
      "main/.git/worktrees/w/commondir": "../..\n",
      "main/.git/refs/heads/w": `${first}\n`,
    },
    first,
  ],
  ["a branch without a commit", { ".git/HEAD": "ref: refs/heads/main\n" }, undefined],
  ["a damaged head", { ".git/HEAD": "gibberish\n" }, undefined],
  ["no repository", { "README.md": "" }, undefined],
];
for (const [what, files, commit] of repositories) {
  Deno.test(`commitOf() reads the commit of ${what}`, () => {
    using folder = temporaryFolder();
    write(folder.path, files);
    assertEquals(commitOf(folder.path), commit);
  });
}

Deno.test("a folder inside another repository is not of its commit", () => {
  using folder = temporaryFolder();
  write(folder.path, { ".git/HEAD": `${first}\n`, "vendor/wick/deno.json": "{}" });
  assertEquals(commitOf(`${folder.path}/vendor/wick`), undefined);
});
