import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask, UserError } from "../src/errors.ts";
import { generateBindings } from "./bindings/generate.ts";
import { mainOf } from "./main.ts";
import { program } from "../src/program.ts";
import { libraryPath } from "./setup/native_library.ts"; // src/ffi cannot be loaded while its symbols are stale

const command = new Command(
  z.strictObject({ check: z.boolean().optional().describe("compare only, and write nothing") }),
  { usage: `${program} bindings [flags]: writes src/ffi/symbols.ts from the library's manifest` },
);

const main = mainOf(command, async ({ check }) => {
  const target = new URL("../src/ffi/symbols.ts", import.meta.url);
  const generated = await generateBindings(libraryPath(Deno.cwd()));
  if (!check) {
    await Deno.writeTextFile(target, generated);
    return console.log("Wrote src/ffi/symbols.ts");
  }
  if (await Deno.readTextFile(target) !== generated) {
    throw new UserError(
      `src/ffi/symbols.ts does not belong to the library: run "${program} bindings"`,
    );
  }
  console.log("src/ffi/symbols.ts belongs to the library");
});

if (import.meta.main) await runTask(main);
