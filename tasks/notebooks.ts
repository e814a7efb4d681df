import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask, UsageError } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { checkTypes, notebookNames, runNotebook } from "./notebooks/run.ts";
import { program } from "../src/program.ts";

const command = new Command(
  z.strictObject({
    short: z.boolean().optional()
      .describe("few synthetic images and two epochs: only the kinds of outputs are compared"),
    write: z.boolean().optional().describe("write the outputs into notebooks/"),
  }),
  {
    usage: `${program} notebooks [NAME...] [flags]; all of them by default, as in linear_model

Checks the types of the notebooks' code, executes them in Jupyter, and compares what they show with \
what is committed; only how long something took may differ.`,
    positional: ["NAME..."],
  },
);

const main = mainOf(command, async (flags, asked) => {
  if (flags.short && flags.write) {
    throw new UsageError(
      "--write keeps outputs made on the real data, which --short does not have",
    );
  }
  const names = notebookNames(Deno.cwd(), asked);
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

if (import.meta.main) await runTask(main);
