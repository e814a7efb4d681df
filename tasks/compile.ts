import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask } from "../src/errors.ts";
import { compile } from "./compile/compile.ts";
import { targets, thisTarget } from "./compile/targets.ts";
import { program } from "../src/program.ts";
import { fromUser } from "../src/user_folder.ts";
import { mainOf } from "./main.ts";

const command = new Command(
  z.strictObject({
    embed: z.string().min(1).optional().describe(
      "put the weights of a run, or of a safetensors file, inside, for commands that take a run",
    ),
    target: z.enum(targets).describe("another platform, which a library is built for")
      .default(thisTarget),
    output: z.string().min(1).optional().describe("where to [dist/wick]"),
    pack: z.boolean().optional().describe("pack Deno behind the launcher in any case"),
  }),
  {
    usage: `${program} compile [flags]

Makes one file of wick that needs no Deno, Rust, npm or network where it runs, by deno compile. Where \
the runtime for that cannot be downloaded, it packs Deno itself behind a launcher.`,
  },
);

const main = mainOf(command, async (flags) => {
  const { target = thisTarget, pack = false, embed } = flags;
  const plain = `dist/wick${target.includes("windows") ? ".exe" : ""}`;
  const output = flags.output === undefined ? plain : fromUser(flags.output);
  await compile({ target, pack, embed: embed && fromUser(embed), output }, (text) => {
    console.log(text);
  });
});

if (import.meta.main) await runTask(main);
