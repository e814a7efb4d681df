import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { program } from "../../src/program.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { filesUnder, inFolder } from "./published.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs the task with its own permissions and a network that refuses every connection. */
async function downloadTask(...flags: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-P=download",
      "--import-map=.wick/import_map.json",
      "tasks/download.ts",
      ...flags,
    ],
    cwd: root,
    env: {
      http_proxy: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
      FASHION_MNIST_DIR: "",
      NO_COLOR: "1",
    },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

Deno.test("download says what it tried where there is no network, and exits 1", async () => {
  await inFolder(async (folder) => {
    const { code, out, error } = await downloadTask("--data-dir", `${folder}/data`);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(error, "error: Cannot download t10k-labels-idx1-ubyte.gz. Tried:\n");
    assertEquals(error.match(/^ {2}https?:\/\/.*: .*$/gm)?.length, 3, error);
    assertEquals(error.includes("    at "), false, "a stack trace");
    assertEquals(await filesUnder(folder), []);
  });
});

Deno.test("download refuses a damaged file and exits 1", async () => {
  await inFolder(async (folder) => {
    const { name, bytes } = fashionMnist.publication.files[0];
    await Deno.writeFile(`${folder}/${name}`, new Uint8Array(bytes - 3));
    const { code, error } = await downloadTask("--data-dir", folder);
    assertEquals(code, 1);
    assertEquals(
      error,
      `error: ${folder}/${name} has ${
        bytes - 3
      } bytes, the published file ${bytes}: it is truncated ` +
        "or another file. Remove it and run `" + program +
        " download`, or name another folder with " +
        "--data-dir\n",
    );
  });
});

Deno.test("download refuses what it does not know and exits 2", async () => {
  for (const flags of [["--dir", "x"], ["x"], ["--data-dir"], ["--data-dir="]]) {
    const { code, out, error } = await downloadTask(...flags);
    assertEquals([code, out], [2, ""], flags.join(" "));
    assertEquals(error.split("\n").length, 2, error);
  }
});

Deno.test("download --help shows its flags", async () => {
  const { code, out } = await downloadTask("--help");
  assertEquals(code, 0);
  assertStringIncludes(out, "--data-dir FOLDER");
});

const given = Deno.env.get("FASHION_MNIST_DIR");

Deno.test({
  name: `download checks the real data${given ? "" : " (skipped: FASHION_MNIST_DIR is not set)"}`,
  ignore: !given,
  fn: async () => {
    const { code, out } = await downloadTask("--data-dir", given ?? "");
    assertEquals([code, out.match(/: SHA-256 is right$/gm)?.length], [0, 4]);
  },
});
