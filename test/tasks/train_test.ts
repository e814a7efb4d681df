import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../temporary_folder.ts";
import { runTask } from "./run_task.ts";

const small = ["--data", "synthetic", "--train-size", "200", "--epochs", "2"];

/** The one run folder below a parent. */
function onlyRun(parent: string): string {
  const [{ name }, ...others] = [...Deno.readDirSync(parent)];
  assertEquals(others, []);
  return `${parent}/${name}`;
}

Deno.test("train, evaluate and reproduce go through from the command line", async () => {
  using parent = temporaryFolder();
  const trained = await runTask("train", "--model", "mlp", ...small, "--output-dir", parent.path);
  assertEquals([trained.code, trained.stderr], [0, ""]);
  assertMatch(
    trained.stdout,
    /epoch 1\/2 {2}train_loss \d\.\d{4} {2}train_acc \d\.\d{4} {2}val_loss \d\.\d{4} {2}val_acc \d\.\d{4} {2}\d+\.\d s {2}\d+ images\/s {2}\(SYNTHETIC data\)\n/,
  );
  const folder = onlyRun(parent.path);
  assertMatch(folder, /T[\d.-]+Z-nonlinear-synthetic-s42$/);
  const summary = JSON.parse(Deno.readTextFileSync(`${folder}/summary.json`));
  assertStringIncludes(
    trained.stdout,
    `test_acc ${summary.test_acc.toFixed(4)} (${summary.test_correct}/10000)`,
  );
  assertStringIncludes(trained.stdout, summary.weights_sha256);
  assertEquals(summary.data, "synthetic");

  const again = await runTask("train", "--resume", folder);
  assertEquals(again.code, 0);
  assertStringIncludes(again.stdout, "is finished: nothing to do");

  const evaluated = await runTask("evaluate", folder, "--json");
  const figures = JSON.parse(evaluated.stdout);
  assertEquals([figures.loss, figures.correct], [summary.test_loss, summary.test_correct]);
  assertEquals(figures.confusion_matrix, summary.confusion_matrix);

  const results = `${parent.path}/results.json`;
  const reproduced = await runTask("reproduce", folder, "--write", results);
  assertEquals(reproduced.code, 0, reproduced.stdout + reproduced.stderr);
  assertStringIncludes(reproduced.stdout, `identical: test ${summary.test_correct}/10000`);
  assertEquals((await runTask("reproduce", results)).code, 0);
  const changed = JSON.parse(Deno.readTextFileSync(results));
  changed.epochs[1].tensors["3.bias"] = "0".repeat(64);
  Deno.writeTextFileSync(results, JSON.stringify(changed));
  const differs = await runTask("reproduce", results);
  assertEquals(differs.code, 1);
  assertStringIncludes(differs.stdout, "differs: epoch 2: the weight 3.bias differs");
});

Deno.test("--dry-run tries one batch of everything and keeps nothing", async () => {
  using parent = temporaryFolder();
  const { code, stdout } = await runTask(
    "train",
    ...["--model", "cnn", ...small, "--dry-run", "--output-dir", parent.path],
  );
  assertEquals(code, 0);
  const figures = (part: string) => String.raw`${part}_loss \d\.\d{4}  ${part}_acc \d\.\d{4}\n`;
  assertMatch(stdout, new RegExp(`^train_loss \\d.*\n${figures("val")}${figures("test")}`, "m"));
  assertEquals([...Deno.readDirSync(parent.path)], []);
});

Deno.test("a sweep trains each combination once, and prints a row for each config", async () => {
  using parent = temporaryFolder();
  const args = ["--model", "linear", ...small, "--seed", "1..2,1,2e0", "--output-dir", parent.path];
  const swept = await runTask("sweep", ...args);
  assertEquals([swept.code, swept.stderr], [0, ""]);
  assertMatch(swept.stdout, /\nlinear +2 +[\d.]+ ± [\d.]+ +[\d.]+ ± [\d.]+ +[\d.]+\n$/);
  const again = await runTask("sweep", ...args);
  assertEquals(again.stdout.split("\n").slice(-3), swept.stdout.split("\n").slice(-3));
  assertEquals([...Deno.readDirSync(parent.path)].length, 2);
});

Deno.test("--help shows the flags and trains nothing", async () => {
  for (const name of ["train", "evaluate", "reproduce", "sweep"]) {
    const { code, stdout } = await runTask(name, "--help");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "--threads N");
  }
});

const refused: [code: number, args: string[], message: RegExp][] = [
  [2, ["train"], /--model is missing: linear, nonlinear, cnn/],
  [2, ["train", "--model", "linaer"], /"linaer": there are linear, .*; did you mean linear\?/],
  [2, ["train", "--model", "cnn", "--epoch", "3"], /Unknown flag --epoch; did you mean --epochs\?/],
  [
    2,
    ["train", "--model", "linear", "--hidden", "3"],
    /--hidden is for --model nonlinear, cnn or /,
  ],
  [2, ["train", "--model", "cnn", "--lr", "fast"], /--lr must be a number, not "fast"/],
  [
    2,
    ["train", "--model", "cnn", "--train-size", "55000"],
    /Cannot train on 55000 images: take 1 to 50000, or 60000/,
  ],
  [2, ["train", "--resume", "/nowhere/run", "--dry-run"], /--dry-run keeps nothing/],
  [2, ["train", "--resume", "/nowhere/run", "--lr-find"], /--lr-find begins with new weights/],
  [2, ["train", "--model", "linear", "--dry-run", "--lr-find"], /give one of them/],
  [2, ["train", "--resume", "/nowhere/run", "--summary"], /--summary is for a new run/],
  [1, ["train", "--resume", "/nowhere/run"], /\/nowhere\/run is not a run folder/],
  [
    1,
    ["train", "--model", "linear", ...small, "--output-dir", "deno.json/x"],
    /Cannot make a run folder/,
  ],
  [1, ["train", "--model", "linear", ...small, "--device", "cuda"], /cuda/i],
  [2, ["sweep", "--seed", "1..2"], /--model is missing/],
  [
    2,
    ["sweep", "--model", "linear,cnm"],
    /"cnm": there are linear, .*; did you mean cnn/,
  ],
  [2, ["evaluate"], /Which run\?/],
  [2, ["evaluate", "a", "b"], /Unexpected argument "b"/],
  [1, ["evaluate", "/nowhere/run"], /There is no run folder or weights file \/nowhere\/run/],
  [1, ["evaluate", "deno.json"], /deno\.json is no valid safetensors file/],
  [1, ["reproduce", "/nowhere"], /There is no run folder or results file \/nowhere/],
  [1, ["reproduce", "deno.json"], /deno\.json is no results file/],
];

for (const [code, [name, ...args], message] of refused) {
  Deno.test(`${name} ${args.join(" ")}: one sentence, exit code ${code}`, async () => {
    const outcome = await runTask(name, ...args);
    const error = outcome.stderr.trim();
    assertMatch(error, message);
    assert(error.startsWith("error: ") && !error.includes("\n    at "), error);
    assertEquals(outcome.code, code);
  });
}

Deno.test("a flag that contradicts the run's config is an error, another --threads is not", async () => {
  using parent = temporaryFolder();
  const args = ["--model", "linear", ...small, "--output-dir", parent.path];
  assertEquals((await runTask("train", ...args)).code, 0);
  const folder = onlyRun(parent.path);
  Deno.removeSync(`${folder}/summary.json`); // as if it had been stopped before the test
  const changed = await runTask("train", "--resume", folder, "--epochs", "3");
  assertEquals(changed.code, 2);
  assertStringIncludes(changed.stderr, `--epochs 3 contradicts ${folder}, which has 2`);
  const resumed = await runTask("train", "--resume", folder, "--threads", "1", "--epochs", "2");
  assertEquals(resumed.code, 0, resumed.stderr);
  const environment = JSON.parse(Deno.readTextFileSync(`${folder}/environment.json`));
  assertEquals(environment.resumed.length, 1);
});

Deno.test({
  name: "a file beyond the shell's limit is one sentence, and not a process that is killed",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using parent = temporaryFolder();
    const flags = ["run", "-q", "-P=train", "--import-map=.wick/import_map.json"];
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'ulimit -f 200 && exec "$@"', "sh", Deno.execPath(), ...flags, "tasks/train.ts"]
        .concat("--model", "mlp", ...small, "--output-dir", parent.path),
      env: { NO_COLOR: "1", FASHION_MNIST_DIR: "" },
    }).output();
    assertMatch(new TextDecoder().decode(stderr), /^error: Cannot save .*: File too large/);
    assertEquals(code, 1);
  },
});
