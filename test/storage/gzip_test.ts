import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { gunzip, gunzipStart } from "../../src/storage/gzip.ts";
import { UserError } from "../../src/errors.ts";
import { gzip } from "../data/idx_files.ts";

const childPath = fileURLToPath(new URL("./gzip_bomb_child.ts", import.meta.url));
const linuxOnly = Deno.build.os === "linux" ? "" : " (skipped: reads /proc)";

const text = new TextEncoder().encode("cotton, linen, silk");

Deno.test("gunzip() returns what was packed", async () => {
  assertEquals(await gunzip(gzip(text), "cloth.gz", 100), text);
});

Deno.test("gunzip() takes exactly the bytes allowed and not one more", async () => {
  assertEquals(await gunzip(gzip(text), "cloth.gz", text.length), text);
  await assertRejects(
    () => gunzip(gzip(text), "cloth.gz", text.length - 1),
    UserError,
    "cloth.gz unpacks to more than 18 bytes",
  );
});

Deno.test("gunzip() joins several members in a row", async () => {
  const twice = new Uint8Array([...gzip(text), ...gzip(text)]);
  assertEquals(await gunzip(twice, "cloth.gz", 100), new Uint8Array([...text, ...text]));
});

Deno.test("gunzip() counts all members against the limit", async () => {
  const twice = new Uint8Array([...gzip(text), ...gzip(text)]);
  await assertRejects(() => gunzip(twice, "cloth.gz", 30), UserError, "more than 30 bytes");
});

Deno.test("gunzip() takes zeros after the end, as gzip does", async () => {
  for (const zeros of [1, 4, 512, 100_000]) {
    const longer = new Uint8Array([...gzip(text), ...new Uint8Array(zeros)]);
    assertEquals(await gunzip(longer, "cloth.gz", 100), text);
  }
});

Deno.test("gunzip() refuses other bytes after the end", async () => {
  for (const tail of [[1, 2, 3], [0, 0, 1], [0x1f], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0]]) {
    const longer = new Uint8Array([...gzip(text), ...tail]);
    await assertRejects(() => gunzip(longer, "cloth.gz", 100), UserError, "cloth.gz ", `${tail}`);
  }
});

Deno.test("gunzipStart() unpacks as many bytes as it is asked for, or as there are", async () => {
  const twice = new Uint8Array([...gzip(text), ...gzip(text)]);
  assertEquals(await gunzipStart(twice, "cloth.gz", 4), text.slice(0, 4));
  assertEquals(await gunzipStart(twice, "cloth.gz", 1000), new Uint8Array([...text, ...text]));
});

Deno.test("gunzip() refuses every truncation", async () => {
  const packed = gzip(text);
  for (let length = 0; length < packed.length; length++) {
    await assertRejects(
      () => gunzip(packed.slice(0, length), "cloth.gz", 100),
      UserError,
      "cloth.gz is not a whole gzip file",
    );
  }
});

Deno.test("gunzip() lets go of the memory of 5,000 refused streams", async () => {
  const cut = gzip(text).slice(0, -9);
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 5000; i++) await assertRejects(() => gunzip(cut, "cloth.gz", 100));
  const grown = Deno.memoryUsage().rss - before;
  assertEquals(grown < 80 * 2 ** 20, true, `grew by ${grown} bytes`);
});

Deno.test({
  name: `gunzip() refuses a bomb of 1 GiB within 96 MiB of memory${linuxOnly}`,
  ignore: linuxOnly !== "",
  fn: async () => {
    const member = gzip(new Uint8Array(1 << 24));
    const bomb = new Uint8Array(64 * member.length);
    for (let i = 0; i < 64; i++) bomb.set(member, i * member.length);
    const path = await Deno.makeTempFile({ suffix: ".gz" });
    try {
      await Deno.writeFile(path, bomb);
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-lock", "-A", childPath, path],
        stdout: "piped",
      }).output();
      const [message, grown] = new TextDecoder().decode(stdout).trim().split("\n");
      assertEquals(code, 0);
      assertEquals(message, "bomb unpacks to more than 16777216 bytes, which it should not.");
      assertEquals(Number(grown) < 96 * 2 ** 20, true, `grew by ${grown} bytes`);
    } finally {
      await Deno.remove(path);
    }
  },
});
