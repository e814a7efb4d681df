import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError, UserError } from "../src/errors.ts";
import { diskFiles, writeText } from "../src/storage/mod.ts";
import { models } from "../src/models/mod.ts";
import { type Exchange, exchange } from "./check_peers/exchange.ts";
import { preparePyTorch } from "./check_peers/pytorch.ts";
import { faults, table } from "./check_peers/table.ts";

const usage = `deno task check:peers [--data-dir FOLDER] [--output FILE]

Trains each model here and in PyTorch for an epoch, loads each one's weights into the other, and
compares what both make of the 10,000 test images. Installs PyTorch under .wick/peers (several GB).

  --data-dir FOLDER  where Fashion-MNIST is (default: FASHION_MNIST_DIR, then data)
  --output FILE      also write the table there`;

interface PeersFlags {
  readonly "data-dir"?: string;
  readonly output?: string;
  readonly help: boolean;
}

if (import.meta.main) {
  await runTask(async (args) => {
    const flags: PeersFlags = parseArgs(args, {
      string: ["data-dir", "output"],
      boolean: ["help"],
      unknown: (argument: string) => {
        throw new UsageError(`Unknown argument ${argument}: see "deno task check:peers --help"`);
      },
    });
    if (flags.help) return console.log(usage);
    const pytorch = await preparePyTorch();
    const exchanges: Exchange[] = [];
    for (const { name: model } of models) {
      console.log(`${model} ...`);
      exchanges.push(...await exchange(model, pytorch, flags["data-dir"]));
    }
    const text = table(exchanges);
    console.log(text);
    if (flags.output) writeText(diskFiles, flags.output, `${text}\n`);
    const [fault] = faults(exchanges);
    if (fault !== undefined) throw new UserError(fault);
  });
}
