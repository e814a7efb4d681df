import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { z } from "zod";
import { UsageError } from "../../src/errors.ts";
import { Command } from "../../src/cli/flags.ts";
import { trainFlagsSchema } from "../../src/config/options.ts";

const command = new Command(trainFlagsSchema, {
  usage: "train",
  alias: { b: "batch-size", wd: "weight-decay" },
  values: { mlp: "nonlinear" },
});

const read = (...texts: string[]) =>
  command.read(parseArgs(command.arguments(texts), command.parseOptions));

Deno.test("a command line gives the settings that were said, and no others", () => {
  assertEquals(read("--model", "mlp", "-b", "64", "--wd=1e-4", "--hflip", "--threads", "2"), {
    model: "nonlinear",
    batchSize: 64,
    weightDecay: 1e-4,
    hflip: true,
    threads: 2,
  });
  assertEquals(read(), {});
});

Deno.test("a switch is turned off by --no-NAME, and by the values that a sweep gives it", () => {
  const switches = new Command(
    z.strictObject({ bias: z.boolean().default(true).describe("add a bias") }),
    { usage: "train" },
  );
  const bias = (...texts: string[]) =>
    switches.read(parseArgs(switches.arguments(texts), switches.parseOptions));
  assertEquals(bias(), {});
  for (const texts of [["--no-bias"], ["--bias", "false"], ["--bias=false"]]) {
    assertEquals(bias(...texts), { bias: false }, texts.join(" "));
  }
  for (const texts of [["--bias"], ["--bias", "true"], ["--bias=true"]]) {
    assertEquals(bias(...texts), { bias: true }, texts.join(" "));
  }
  assertStringIncludes(switches.help(), "--[no-]bias");
  assertEquals(read("--no-hflip", "--epochs", "2"), { hflip: false, epochs: 2 });
  const several = ["--hflip", "--nesterov=true", "--decay-weights-only=false", "--dry-run"];
  assertEquals(read(...several), {
    hflip: true,
    nesterov: true,
    decayWeightsOnly: false,
    dryRun: true,
  });
});

Deno.test("a path that begins with a minus sign is one in a printed command too", () => {
  const { outputDir, resume, dataDir } = read("--output-dir=-x", "--resume=--y", "--data-dir=a-b")!;
  assertEquals([outputDir, resume, dataDir], ["./-x", "./--y", "a-b"]);
});

Deno.test("a command line that asks for help gives no settings", () => {
  assertEquals(read("--epochs", "3", "--help"), undefined);
  assertEquals(read("-h"), undefined);
});

const refused: [texts: string[], message: string][] = [
  [["--epoch", "3"], "Unknown flag --epoch; did you mean --epochs?"],
  [["--batchsize", "3"], "did you mean --batch-size?"],
  [["-q"], "Unknown flag -q; see --help"],
  [["--no-hflp"], "did you mean --hflip?"],
  [["--no-dry-ru"], "did you mean --dry-run?"],
  [["--hflip", "--no-hflip"], "--hflip and --no-hflip contradict each other"],
  [["--hflip", "--dry-run=yes"], "--dry-run takes no value"],
  [["--hflip=yes"], "--hflip takes no value"],
  [["--device", "cpa"], '--device must be cpu, cuda, not "cpa"; did you mean cpu?'],
  [["--opt", "Adam"], "did you mean adam?"],
  [["--epochs", "three"], '--epochs must be a number, not "three"'],
  [["--epochs", "0x10"], '--epochs must be a number, not "0x10"'],
  [["--epochs", "0"], "--epochs must be at least 1, not 0"],
  [["--epochs", "2.5"], "--epochs must be a whole number, not 2.5"],
  [["--epochs"], "--epochs needs a value: N"],
  [["--epochs", "3", "--epochs", "4"], '--epochs is given 2 times: "3", "4"'],
  [["--lr", "-0.1"], "--lr must be above 0, not -0.1"],
  [["--lr", "1e999"], "--lr must be a number below 1.8e308 in size, not 1e999"],
  [["--momentum", "1"], "--momentum must be below 1, not 1"],
  [["--seed", "9007199254740993"], "--seed must be at most 4294967295, not 9007199254740993"],
  [["--seed", "4294967296"], "--seed must be at most 4294967295"],
  [
    ["--data", "fashion"],
    "--data must be auto, fashion-mnist, mnist, kmnist, synthetic or a path such as",
  ],
  [
    ["--seed", "99999999999999999999"],
    "--seed must be at most 4294967295, not 99999999999999999999",
  ],
  [["--seed", "-99999999999999999999"], "--seed must be at least 0, not -99999999999999999999"],
  [["--foo", "3"], "Unknown flag --foo; see --help"],
  [["--output-dir=~/x"], "shells replace ~ after a space only, as in --output-dir ~/x"],
  [["--resume=~"], 'not "~"'],
  [["--data-dir=~root/x"], 'not "~root/x"'],
  [
    ["--checkpoint-every", "5m"],
    '--checkpoint-every must be steps (50) or seconds (30s), not "5m"',
  ],
  [["--dry-run=yes"], "--dry-run takes no value"],
  [["extra"], 'Unexpected argument "extra"'],
];

for (const [texts, message] of refused) {
  Deno.test(`the command line ${texts.join(" ")} is refused in one sentence, exit code 2`, () => {
    const error = assertThrows(() => read(...texts), UsageError, message);
    assertEquals(error.exitCode, 2);
    assert(!error.message.includes("\n"));
  });
}

Deno.test("of a flag that may be repeated the value that is wrong is named", () => {
  const hosts = new Command(
    z.strictObject({ allowHost: z.array(z.string().regex(/^\w+$/, "must be a name")).default([]) }),
    { usage: "serve" },
  );
  const texts = ["--allow-host", "a", "--allow-host", "a b"];
  assertThrows(
    () => hosts.read(parseArgs(hosts.arguments(texts), hosts.parseOptions)),
    UsageError,
    '--allow-host must be a name, not "a b"',
  );
});

Deno.test("--help shows every flag with its default", () => {
  const help = command.help();
  for (const { name } of Object.keys(trainFlagsSchema.shape).map((key) => ({ name: key }))) {
    assertStringIncludes(help, `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`);
  }
  assertStringIncludes(help, "-b, --batch-size N");
  assertStringIncludes(help, "[32]");
  assertStringIncludes(help, "[cosine]");
});
