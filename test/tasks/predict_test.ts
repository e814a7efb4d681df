import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { syntheticSet } from "../../src/data/mod.ts";
import { readFile } from "../image/picture_files.ts";
import { trainWeights } from "../predict/trained.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs `tasks/predict.ts` with its own permissions and something on its standard input. */
async function predict(input: Uint8Array<ArrayBuffer>, ...args: string[]) {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-P=predict",
      "--import-map=.wick/import_map.json",
      "tasks/predict.ts",
      ...args,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ code, stdout, stderr }] = await Promise.all([
    process.output(),
    new Blob([input]).stream().pipeTo(process.stdin).catch(() => {}), // it need not read all of it
  ]);
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: error };
}

const nothing = new Uint8Array();

Deno.test("predict reads a picture from standard input", async () => {
  using folder = temporaryFolder();
  const weights = `${folder.path}/weights.safetensors`;
  trainWeights(syntheticSet("train", 100), weights, 1);
  const picture = readFile("sneaker-tiny.png");
  const { code, stdout, stderr } = await predict(
    picture,
    weights,
    "-",
    "--model",
    "linear",
    "--top=1",
  );
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^standard input {2}[A-Z].* [01]\.\d{4}\n$/);
  const cut = await predict(picture.slice(0, 60), weights, "-", "--model=linear", "--json");
  assertEquals(cut.code, 1);
  const { images: [{ error }] } = JSON.parse(cut.stdout);
  assertEquals(cut.stderr, `error: ${error}\n`);
  assertMatch(error, /^standard input is a damaged PNG: [^\n]*[a-z]$/);
});

Deno.test("predict explains itself and what is wrong with its arguments", async () => {
  const help = await predict(nothing, "--help");
  assertEquals([help.code, help.stderr], [0, ""]);
  for (const flag of ["--top N", "--json", "--raw", "--ground NAME", "--show", "--saliency PATH"]) {
    assertStringIncludes(help.stdout, flag);
  }
  const mistakes: readonly [readonly string[], number, RegExp][] = [
    [["somewhere"], 2, /^error: Which image\? /],
    [["somewhere", "x.png", "--topp=1"], 2, /^error: Unknown flag --topp; did you mean --top\?/],
    [["somewhere", "x.png", "--top=0"], 2, /^error: --top must be at least 1, not 0/],
    [["somewhere", "x.png", "--seen=a.jpg"], 2, /^error: --seen must end in \.png, not "a\.jpg"/],
    [["somewhere", "x.png", "--saliency=a"], 2, /^error: --saliency must end in \.png or \.svg/],
    [["somewhere", "x.png", "--ground=ligt"], 2, /^error: --ground .* did you mean light\?/],
    [["/nowhere", "x.png"], 1, /^error: There is no run folder or weights file \/nowhere/],
    [["/no\x1b[2Jwhere", "x.png"], 1, /^error: There is no run .* \/no\\x1b\[2Jwhere/],
  ];
  for (const [args, code, message] of mistakes) {
    const outcome = await predict(nothing, ...args);
    assertEquals([outcome.code, outcome.stdout], [code, ""], args.join(" "));
    assertMatch(outcome.stderr, new RegExp(`${message.source}[^\\n]*\\n$`));
  }
});
