import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { optionsSchema } from "../src/config/mod.ts";
import {
  dataFolder,
  download,
  downloadReporter,
  type PublishedSet,
  publishedSets,
  standardSet,
  verify,
} from "../src/data/mod.ts";
import { named, namesOf } from "../src/settings/mod.ts";
import type { Main } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { counted, printable } from "../src/printable.ts";
import { mainOf, runForUser } from "./main.ts";

const command = new Command(
  z.strictObject({
    data: z.enum(namesOf(publishedSets)).describe("which set").default(standardSet.name),
    dataDir: optionsSchema.shape.dataDir
      .describe(
        "where it goes, under FashionMNIST/raw and the like [FASHION_MNIST_DIR, then data]",
      ),
  }),
  {
    usage: `${program} download [flags]\n\n` +
      "Downloads Fashion-MNIST (31 MB) or another set, unless it is there already, and checks it.",
  },
);

async function fetchInto(folder: string, { publication }: PublishedSet): Promise<string[]> {
  using reporter = downloadReporter();
  return await download(folder, publication, { onProgress: reporter });
}

/** Runs `download` with these arguments. */
export const main: Main = mainOf(command, async ({ data = standardSet.name, dataDir }) => {
  const set = named("data set", publishedSets, data);
  const { publication } = set;
  const folder = dataFolder(publication, dataDir);
  const fetched = await fetchInto(folder, set);
  const checked = await verify(folder, publication);
  console.log(
    fetched.length === 0
      ? `Nothing to download.`
      : `Downloaded ${counted(fetched.length, "file")}.`,
  );
  for (const path of checked) console.log(`${printable(path)}: SHA-256 is right`);
});

if (import.meta.main) await runForUser(main);
