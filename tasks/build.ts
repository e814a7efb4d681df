import { parseArgs } from "node:util";
import { messageOf, runTask, UsageError } from "../src/errors.ts";
import { checkDeno } from "./setup/deno_version.ts";
import { libraryPath, prepareLibrary } from "./setup/native_library.ts";

const usage = `deno task build [--features cuda]

Builds native/ into the library that every task loads. Later tasks keep the features given here.

  --features NAMES  cargo features, separated by commas (default: none)`;

/**
 * The features asked for, or undefined where help was. Its flags are read without `Command`, which
 * needs zod: this task may be the first on a machine.
 */
export function buildFlags(args: string[]): { features: string[] } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { features: { type: "string", default: "" }, help: { type: "boolean" } },
    });
    return values.help
      ? undefined
      : { features: values.features.split(",").filter(Boolean).sort() };
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

if (import.meta.main) {
  await runTask(async () => {
    checkDeno();
    const flags = buildFlags(Deno.args);
    if (!flags) return console.log(usage);
    const ran = await prepareLibrary(Deno.cwd(), flags.features);
    console.log(`${libraryPath(".")} ${ran ? "is built" : "is up to date"}`);
  });
}
