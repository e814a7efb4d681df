import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { makesPages } from "../../../src/export/mod.ts";
import { ifThere } from "../../../tasks/setup/state.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { readFile } from "../../image/picture_files.ts";
import { post } from "../../serve/api/served_runs.ts";
import { runTask } from "../run_task.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const training = ["--model", "cnn", "--data", "synthetic", "--train-size", "320", "--epochs", "2"];
const skip = Deno.build.os === "windows" ? " (skipped: needs Unix)" : "";

/** Runs a program in an empty environment, in a folder, with a cache below it. */
async function start(program: string, folder: string, ...args: string[]) {
  return await startWith({ HOME: folder }, program, folder, ...args);
}

async function startWith(
  env: Record<string, string>,
  program: string,
  folder: string,
  ...args: string[]
) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: folder,
    clearEnv: true,
    env,
    stdin: "null",
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: error };
}

async function compile(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=compile", "--import-map=.wick/import_map.json", "tasks/compile.ts"]
      .concat(args),
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, out + error);
  return out;
}

/** The one folder or file in a folder, but for hidden ones. */
function only(folder: string): string {
  const [{ name }, ...others] = [...Deno.readDirSync(folder)].filter(({ name }) => name[0] !== ".");
  assertEquals(others, []);
  return `${folder}/${name}`;
}

function isThere(path: string): boolean {
  return ifThere(() => Deno.lstatSync(path)) !== undefined;
}

const readJson = (path: string) => JSON.parse(Deno.readTextFileSync(path));

Deno.test(`the packed program does what the tasks do, alone${skip}`, {
  ignore: skip !== "",
}, async (t) => {
  using parent = temporaryFolder();
  const trained = await runTask("train", ...training, "--output-dir", `${parent.path}/task`);
  assertEquals(trained.code, 0, trained.stderr);
  const byTask = only(`${parent.path}/task`);
  const summary = readJson(`${byTask}/summary.json`);
  const program = `${parent.path}/program/wick`;
  const text = await compile("--pack", "--embed", byTask, "--output", program);
  assertMatch(
    text,
    /Packing Deno itself behind a launcher \(as asked for\)\.\n.*wick: \d+\.\d MB\n$/,
  );

  const folder = `${parent.path}/elsewhere`;
  Deno.mkdirSync(folder);
  const run = (...args: string[]) => start(program, folder, ...args);

  await t.step("two first starts at the same time both succeed, and leave no scraps", async () => {
    const both = await Promise.all([run("--version"), run("--version")]);
    for (const each of both) assertMatch(each.stdout + each.stderr, /^wick \d+\.\d+\.\d+\n$/);
    const names = [...Deno.readDirSync(only(`${folder}/.cache/wick`))].map(({ name }) => name);
    const packed = ["commit.json", "deno", "import_map.json", "libwick.so", "lock"]
      .concat("model.safetensors", "used", "wick.js");
    assertEquals(names.map((name) => name.replace("dylib", "so")).sort(), packed);
  });

  await t.step("it trains to the bits of the task", async () => {
    const { code, stdout, stderr } = await run("train", ...training);
    assertEquals([code, stderr], [0, ""]);
    const own = only(`${folder}/runs`);
    assertStringIncludes(stdout, summary.weights_sha256);
    assertEquals(readJson(`${own}/summary.json`).weights_sha256, summary.weights_sha256);
    const [here, there] = [own, byTask].map((run) => readJson(`${run}/environment.json`));
    assertEquals(here.commit, there.commit);
    assertEquals(here.library_sha256, there.library_sha256);
    const again = await run("train", "--resume", own);
    assertStringIncludes(again.stdout, `nothing to do (wick evaluate ${own} shows it)`);
  });

  await t.step("it trains the trials of a study in threads, to the bits of the task", async () => {
    const study = ["sweep", ...training, "--lr", "0.02,0.01", "--study", "s", "--output-dir", "S"];
    const { code, stdout, stderr } = await run(...study, "--jobs", "2");
    assertEquals([code, stderr], [0, ""], stdout);
    assertMatch(stdout, /\n2 trials: 2 complete\nstudy sha256 [0-9a-f]{64}\n/);
    const epochs = Deno.readTextFileSync(`${folder}/S/s/00000-s42/weights.jsonl`).split("\n");
    assertEquals(JSON.parse(epochs[1]).weights_sha256, summary.weights_sha256);
    const { code: refused, stderr: why } = await run(...study, "--launcher", "slurm");
    assertEquals([refused, why.includes("the packed program may start no other one")], [1, true]);
  });

  await t.step("it evaluates a run and the model inside, and reproduces", async () => {
    for (const which of [[byTask], []]) {
      const { stdout, stderr } = await run("evaluate", ...which, "--json");
      assertEquals(stderr, "");
      assertEquals(JSON.parse(stdout).correct, summary.test_correct);
    }
    const { code, stdout } = await run("reproduce", byTask);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, `identical: test ${summary.test_correct}/10000`);
  });

  await t.step("it explains predict and evaluate as they work with the model inside", async () => {
    const { stdout } = await run("predict", "--help");
    assertMatch(stdout, /^wick predict IMAGE\.\.\. \[flags\]\n/);
    const { code, stderr } = await run("predict");
    assertEquals([code, stderr], [2, "error: Which image? wick predict IMAGE...\n"]);
    Deno.writeFileSync(`${folder}/sneaker.png`, readFile("sneaker-tiny.png"));
    const predicted = await run("predict", "sneaker.png");
    assertEquals([predicted.code, predicted.stderr], [0, ""]);
    assertMatch(predicted.stdout, /^sneaker\.png {2}[A-Z]/);
    assertMatch((await run("evaluate", "--help")).stdout, /^wick evaluate \[RUN_FOLDER\|/);
    assert(!(await run("--help")).stdout.includes("predict RUN"));
  });

  await t.step("it exports a run for other programs, and as a page", async () => {
    const files = ["--onnx", "model.onnx", "--torch", "model.py", "--npz", "model.npz"];
    const { code, stderr } = await run("export", byTask, ...files);
    assertEquals([code, stderr], [0, ""]);
    const { stdout } = await run("evaluate", "model.onnx", "--json");
    assertEquals(JSON.parse(stdout).correct, summary.test_correct);
    if (!makesPages) return;
    const page = await run("export", byTask, "--html", "page.html");
    assertEquals([page.code, page.stderr], [0, ""]);
    assertStringIncludes(Deno.readTextFileSync(`${folder}/page.html`), summary.weights_sha256);
  });

  await t.step("a damaged or half-written cache is repaired", async () => {
    const cache = only(`${folder}/.cache/wick`);
    for (const name of ["deno", "wick.js", "commit.json", "model.safetensors"]) {
      const path = `${cache}/${name}`;
      const whole = Deno.readFileSync(path);
      const flipped = whole.slice();
      flipped[whole.length >> 1] ^= 1;
      const damages = [
        () => Deno.writeFileSync(path, flipped),
        () => Deno.truncateSync(path, whole.length >> 1),
        () => Deno.removeSync(path),
      ];
      for (const damage of name === "deno" ? damages.slice(0, 1) : damages) {
        damage();
        Deno.writeTextFileSync(`${path}.partial`, "of a start that was killed");
        const { code, stderr } = await run("--version");
        assertEquals([code, stderr], [0, ""]);
        assert(Deno.readFileSync(path).every((byte, i) => byte === whole[i]), name);
      }
    }
  });

  await t.step(
    "links in a cache are not followed, and a cache that others may write is not used",
    async () => {
      const hash = only(`${folder}/.cache/wick`).split("/").at(-1);
      const shared = `${parent.path}/shared`;
      const cache = `${shared}/wick/${hash}`;
      const victim = `${parent.path}/victim`;
      Deno.chmodSync(parent.path, 0o755); // so that others come as far as the rights below matter
      Deno.writeTextFileSync(victim, "precious");
      Deno.mkdirSync(cache, { recursive: true });
      const names = ["lock", "used", "deno", "deno.partial", "wick.js.partial"];
      for (const name of names) Deno.symlinkSync(victim, `${cache}/${name}`);
      const inCache = () =>
        startWith({ WICK_CACHE: `${shared}/wick` }, program, folder, "--version");
      for (const place of [`${shared}/wick`, shared, cache]) {
        Deno.chmodSync(place, 0o777);
        const { code, stdout, stderr } = await inCache();
        assertEquals([code, stdout], [1, ""]);
        assertMatch(
          stderr,
          /^error: Cannot unpack wick into .* may be written by other users, who could exchange what is run; name another folder in WICK_CACHE\n$/,
        );
        Deno.chmodSync(place, 0o755);
      }
      const linked = await inCache();
      assertMatch(linked.stderr, /^error: Cannot unpack wick into .*\n$/);
      Deno.removeSync(`${cache}/lock`);
      const { code, stderr } = await inCache();
      assertEquals([code, stderr], [0, ""]);
      assertEquals(Deno.readTextFileSync(victim), "precious");
      assert(Deno.lstatSync(`${cache}/deno`).isFile);
    },
  );

  await t.step({
    name: "another user's cache is refused, by root too (needs root)",
    ignore: Deno.uid() !== 0,
    fn: async () => {
      const theirs = `${parent.path}/theirs`;
      Deno.mkdirSync(theirs, { mode: 0o755 });
      Deno.chownSync(theirs, 54321, 54321);
      const { code, stderr } = await startWith(
        { WICK_CACHE: theirs },
        program,
        folder,
        "--version",
      );
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^error: Cannot unpack .*theirs belongs to another user, .* WICK_CACHE\n$/,
      );
      assertEquals([...Deno.readDirSync(theirs)], []);
    },
  });

  await t.step("old versions are removed, and what runs serves and is locked", async () => {
    const cache = `${folder}/.cache/wick`;
    const [used] = [...Deno.readDirSync(cache)].map(({ name }) => `${cache}/${name}/used`);
    for (const [digit, days] of [["a", 100], ["b", 1]] as const) {
      Deno.mkdirSync(`${cache}/${digit.repeat(32)}`);
      Deno.writeTextFileSync(`${cache}/${digit.repeat(32)}/used`, "");
      const then = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
      Deno.utimeSync(`${cache}/${digit.repeat(32)}/used`, then, then);
    }
    await using server = new Deno.Command(program, {
      args: ["serve", "--predict", "--port", "0"],
      cwd: folder,
      clearEnv: true,
      env: { HOME: folder },
      stdout: "piped",
    }).spawn();
    const reader = server.stdout.getReader();
    const line = new TextDecoder().decode((await reader.read()).value); // it is ready
    const [address] = /http:\S+/.exec(line) ?? [];
    const name = basename(only(`${folder}/runs`));
    const page = await (await fetch(`${address}classify?run=${name}`)).text();
    if (makesPages) {
      assertStringIncludes(page, summary.weights_sha256);
      const script = await (await fetch(`${address}classify.js`)).text();
      assertStringIncludes(script, "saliency");
      const [, weights] = /data-weights="(.*?)"/.exec(page)!;
      const bytes = await (await fetch(address + weights)).bytes();
      assertEquals(bytes, Deno.readFileSync(`${folder}/runs/${name}/checkpoints/best.safetensors`));
    }
    const { status, json } = await post(
      `${address}v1/predict?model=${name}`,
      Deno.readFileSync(`${folder}/sneaker.png`),
      "image/png",
    );
    assertEquals([status, json.predictions?.length], [200, 1], json.error);
    assertEquals(json.sha256, summary.weights_sha256);
    assertEquals([..."ab"].map((digit) => isThere(`${cache}/${digit.repeat(32)}`)), [false, true]);
    Deno.removeSync(`${cache}/${"b".repeat(32)}`, { recursive: true });
    using lock = Deno.openSync(used, { write: true });
    assertEquals(lock.tryLockSync(true), false);
    server.kill("SIGTERM");
    await reader.cancel();
    await server.status;
    assertEquals(lock.tryLockSync(true), true);
  });

  const noexec = `${parent.path}/noexec`;
  Deno.mkdirSync(noexec);
  const onMount = (command: string, ...args: string[]) =>
    new Deno.Command(command, { args: [...args, noexec], stderr: "null" }).outputSync().success;
  const mounted = Deno.build.os === "linux" &&
    onMount("mount", "-t", "tmpfs", "-o", "noexec,mode=700", "none");
  await t.step({
    name: "a cache where nothing may be started is named (needs leave to mount)",
    ignore: !mounted,
    fn: async () => {
      const env = { WICK_CACHE: noexec };
      const { code, stderr } = await startWith(env, program, folder, "--version");
      assertEquals(code, 1);
      assertMatch(stderr, /^error: No program may be started in .*noexec\/.* WICK_CACHE\n$/);
    },
  });
  if (mounted) onMount("umount");

  await t.step("what goes wrong is one sentence", async () => {
    const unknown = await run("evalute");
    assertEquals(unknown.code, 2);
    assertMatch(unknown.stderr, /^error: Unknown command "evalute"; did you mean evaluate\?.*\n$/);
    const damaged = `${parent.path}/damaged`;
    const bytes = Deno.readFileSync(program);
    bytes[bytes.length >> 1] ^= 1;
    Deno.writeFileSync(damaged, bytes, { mode: 0o755 });
    Deno.removeSync(`${folder}/.cache`, { recursive: true });
    const { code, stderr } = await start(damaged, folder, "--version");
    assertEquals(code, 1);
    assertMatch(stderr, /^error: Cannot unpack wick into .*: .*damaged.*\n$/);
    Deno.removeSync(`${folder}/.cache`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/.cache`, "a file where a folder should be");
    assertMatch((await run("--version")).stderr, /^error: Cannot unpack .* in WICK_CACHE\n$/);
  });
});
