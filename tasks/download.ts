import { parseArgs } from "@std/cli/parse-args";
import { dataFolder, download, downloadReporter, fashionMnist, verify } from "../src/data/mod.ts";
import { runTask, UsageError } from "../src/errors.ts";
import { program } from "../src/program.ts";

const help = `Download Fashion-MNIST (31 MB) and check it.

Usage: ${program} download [--data-dir FOLDER]

  --data-dir FOLDER  where it goes, under FashionMNIST/raw, unless it is there already
                     (default: FASHION_MNIST_DIR, then data)
  --help             show this`;

function readFlags(given: string[]): { dataDir?: string; help: boolean } {
  const flags: Record<string, unknown> = parseArgs(given, {
    string: ["data-dir"],
    boolean: ["help"],
    unknown: (argument: string) => {
      throw new UsageError(`Unknown argument ${argument}: only --data-dir and --help are known`);
    },
  });
  const dataDir = flags["data-dir"];
  if (dataDir === undefined) return { help: flags.help === true };
  if (typeof dataDir !== "string" || dataDir === "") {
    throw new UsageError("--data-dir needs the name of one folder");
  }
  return { dataDir, help: flags.help === true };
}

/** Runs `download` with these arguments. */
export async function main(args: string[]): Promise<number | void> {
  const flags = readFlags(args);
  if (flags.help) return console.log(help);
  const { publication } = fashionMnist;
  const folder = dataFolder(publication, flags.dataDir);
  const fetched = await download(folder, publication, { onProgress: downloadReporter() });
  const checked = await verify(folder, publication);
  console.log(
    fetched.length === 0 ? `Nothing to download.` : `Downloaded ${fetched.length} files.`,
  );
  for (const path of checked) console.log(`${path}: SHA-256 is right`);
}

if (import.meta.main) await runTask(main);
