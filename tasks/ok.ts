import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { checks } from "./ok/checks.ts";
import { runChecks } from "./ok/run_checks.ts";
import { program } from "../src/program.ts";

const command = new Command(
  z.strictObject({
    skipTests: z.boolean().optional()
      .describe(`leave out "${program} test", where it has run already`),
  }),
  {
    usage: `${program} ok [flags]\n\n` +
      "Runs every check of the gate, also after one that failed, and sums up.",
  },
);

const main = mainOf(command, ({ skipTests }) => runChecks(checks(!skipTests)));

if (import.meta.main) await runTask(main);
