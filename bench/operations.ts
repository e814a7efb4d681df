/** Times the operations of `operations.json` one by one, wick's beside its peers'. */
import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask, UserError } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { mainOf } from "../tasks/main.ts";
import { beginning, numbersOf } from "./choice.ts";
import { measure } from "./measure.ts";
import { operations } from "./operation_list.ts";
import { OPERATION_RUNS, operationTable } from "./operation_table.ts";
import { resumeAtExit } from "./pause.ts";
import { missing, operationPeers } from "./peers.ts";

const list = (text: string) => z.string().min(1).meta({ placeholder: "LIST" }).describe(text);

const command = new Command(
  z.strictObject({
    peers: list("beside wick, by the beginning of their names, as in PyTorch").optional(),
    operations: list("only these, by the beginning of their names").optional(),
    batches: list("sizes of batches").default("64"),
    threads: list("numbers of threads; the best counts").default("1,2"),
    seconds: z.number().gt(0).describe("how long a measurement lasts").default(0.1),
    rounds: z.int().min(1).describe("measurements of each").default(5),
  }),
  {
    usage: `${program} bench:operations [flags]

Times wick's operations one by one, forward and with the gradients of the sum of squares of what they give, \
interleaved with those of PyTorch if --peers names it.`,
  },
);

const main = mainOf(command, async (given) => {
  const flags = command.schema.parse(given);
  resumeAtExit();
  const [wick, ...others] = operationPeers;
  const wanted = flags.peers === undefined ? [] : beginning(flags.peers, others);
  for (const peer of wanted) {
    const reason = missing(peer, {});
    if (reason !== undefined) throw new UserError(`Cannot time ${peer.name}: ${reason}`);
  }
  const named = Object.keys(operations).map((name) => ({ name }));
  const names = beginning(flags.operations, named).map(({ name }) => name);
  const batches = numbersOf("batches", flags.batches);
  const cells = numbersOf("threads", flags.threads).flatMap((threads) =>
    batches.flatMap((batch) =>
      names.flatMap((model) => OPERATION_RUNS.map((run) => ({ run, model, batch, threads })))
    )
  );
  const { seconds, rounds } = flags;
  const effort = { seconds, rounds, data: "", peak: undefined };
  const measured = await measure([wick, ...wanted], cells, effort);
  for (const batch of batches) console.log(`\n${operationTable(measured, batch)}`);
});

if (import.meta.main) await runTask(main);
