import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { checkTypes, notebookNames, runNotebook } from "./notebooks/run.ts";

const usage = `deno task notebooks [NAME ...] [--short] [--write]

Checks the types of the notebooks' code, executes them in Jupyter, and compares what they show with
what is committed; only how long something took may differ.

  NAME     such as linear_model (default: all of them)
  --short  few synthetic images and two epochs: only the kinds of outputs are compared
  --write  write the outputs into notebooks/`;

interface NotebooksFlags {
  readonly _: readonly string[];
  readonly short: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

if (import.meta.main) {
  await runTask(async () => {
    const flags: NotebooksFlags = parseArgs(Deno.args, {
      boolean: ["short", "write", "help"],
      string: ["_"],
      unknown: (argument: string, name?: string) => {
        if (name === undefined) return true;
        throw new UsageError(`Unknown flag ${argument}: see "deno task notebooks --help"`);
      },
    });
    if (flags.help) return console.log(usage);
    if (flags.short && flags.write) {
      throw new UsageError(
        "--write keeps outputs made on the real data, which --short does not have",
      );
    }
    const names = notebookNames(Deno.cwd(), flags._);
    const outcomes = [{
      what: "types of the cells",
      well: await checkTypes(Deno.cwd(), names),
    }];
    for (const name of names) {
      console.log(`\n${name}`);
      outcomes.push({ what: name, well: await runNotebook(Deno.cwd(), name, flags) });
    }
    const passed = outcomes.filter(({ well }) => well).length;
    console.log();
    for (const { what, well } of outcomes) console.log(`${well ? "passed" : "failed"}   ${what}`);
    console.log(`checks: ${passed} passed, ${outcomes.length - passed} failed, 0 skipped`);
    return passed === outcomes.length ? 0 : 1;
  });
}
