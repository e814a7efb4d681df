import { assertEquals, assertRejects } from "@std/assert";
import { pictureMedia, show, tableMedia } from "../../src/notebook/show.ts";

Deno.test("a picture carries its title for readers that show none", () => {
  const picture = '<svg aria-label="Curves: 3 epochs" viewBox="0 0 1 1"></svg>';
  assertEquals(pictureMedia(picture), {
    "image/svg+xml": picture,
    "text/plain": "Curves: 3 epochs",
  });
});

Deno.test("a table is Markdown and aligned text, with numbers to the right", () => {
  const media = tableMedia([{ name: "a|b", count: 5 }, { name: "c", count: 1000 }]);
  assertEquals(
    media["text/markdown"],
    ["| name | count |", "| :--- | ---: |", "| a\\|b | 5 |", "| c | 1000 |"].join("\n"),
  );
  assertEquals(media["text/plain"], ["name  count", "a|b       5", "c      1000"].join("\n"));
});

Deno.test("show() says where it can be used when it is called elsewhere", async () => {
  await assertRejects(() => show("<svg></svg>"), Error, "deno jupyter");
});
