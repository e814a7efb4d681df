import { assertEquals } from "@std/assert";
import { messageOf, UserError } from "../src/errors.ts";

Deno.test("messageOf() has no full stop at its end, nor the call and the path that Deno adds", () => {
  const missing = "No such file or directory (os error 2)";
  const sentences: [error: unknown, sentence: string][] = [
    [new UserError("x.png is empty."), "x.png is empty"],
    [new UserError("Which? predict IMAGE..."), "Which? predict IMAGE..."],
    [new UserError("One. Two, see a.b"), "One. Two, see a.b"],
    [new Deno.errors.NotFound(`${missing}: open '/a/b.tmp'`), missing],
    [new Deno.errors.NotFound(`${missing}: rename 'a' -> 'b'`), missing],
    [
      new Deno.errors.NotADirectory("Not a directory (os error 20): mkdir 'README.md/x'"),
      "a part of that path is a file, no folder",
    ],
    [
      new Deno.errors.AlreadyExists("File exists (os error 17): mkdir 'README.md'"),
      "a part of that path is a file, no folder",
    ],
    ["thrown.", "thrown"],
  ];
  for (const [error, sentence] of sentences) assertEquals(messageOf(error), sentence);
});
