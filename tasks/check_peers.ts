import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { optionsSchema } from "../src/config/mod.ts";
import { mainOf } from "./main.ts";
import { runTask, UserError } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { fromUser } from "../src/user_folder.ts";
import { diskFiles, writeText } from "../src/storage/mod.ts";
import { models } from "../src/models/mod.ts";
import { type Exchange, exchange } from "./check_peers/exchange.ts";
import { preparePyTorch } from "./check_peers/pytorch.ts";
import { faults, table } from "./check_peers/table.ts";

const command = new Command(
  z.strictObject({
    dataDir: optionsSchema.shape.dataDir,
    trainSize: z.int().min(1).max(50000).optional()
      .describe("training images of the epoch [50000]"),
    output: z.string().min(1).optional().describe("also write the table there"),
  }),
  {
    usage: `${program} check:peers [flags]

Trains each model here and in PyTorch for an epoch, loads each one's weights into the other, and \
compares what both make of the 10,000 test images. Installs PyTorch under .wick/peers (several GB).`,
  },
);

const main = mainOf(command, async ({ dataDir, trainSize, output }) => {
  const pytorch = await preparePyTorch();
  const exchanges: Exchange[] = [];
  for (const { name: model } of models) {
    console.log(`${model} ...`);
    const options = { data: "fashion-mnist", dataDir: dataDir && fromUser(dataDir) };
    exchanges.push(...await exchange(model, pytorch, { ...options, trainSize }));
  }
  const text = table(exchanges);
  console.log(text);
  if (output) writeText(diskFiles, fromUser(output), `${text}\n`);
  const [fault] = faults(exchanges);
  if (fault !== undefined) throw new UserError(fault);
});

if (import.meta.main) await runTask(main);
