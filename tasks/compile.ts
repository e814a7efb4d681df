import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { compile } from "./compile/compile.ts";
import { type Target, thisTarget } from "./compile/targets.ts";

const usage = `deno task compile [flags]

Makes one file of wick that needs no Deno, Rust, npm or network where it runs, by deno compile. Where
the runtime for that cannot be downloaded, it packs Deno itself behind a launcher.

  --embed RUN      put the weights of a run, or of a safetensors file, inside: commands that take a
                   run work without one then
  --target TRIPLE  another platform that deno compile knows and a library is built for
  --output FILE    where to (default: dist/wick)
  --pack           pack Deno behind the launcher in any case`;

interface CompileFlags {
  readonly embed?: string;
  readonly target: Target;
  readonly output?: string;
  readonly pack: boolean;
  readonly help: boolean;
}

if (import.meta.main) {
  await runTask(async (args) => {
    const flags: CompileFlags = parseArgs(args, {
      string: ["embed", "target", "output"],
      boolean: ["pack", "help"],
      default: { target: thisTarget },
      unknown: (argument: string) => {
        throw new UsageError(`Unknown argument ${argument}: see "deno task compile --help"`);
      },
    });
    if (flags.help) return console.log(usage);
    const output = flags.output || `dist/wick${flags.target.includes("windows") ? ".exe" : ""}`;
    await compile({ ...flags, output }, (text) => console.log(text));
  });
}
