import { parseArgs } from "@std/cli/parse-args";
import { generateBindings } from "./bindings/generate.ts";
import { libraryPath } from "./bindings/library_path.ts";

const flags = parseArgs(Deno.args, { boolean: ["check"] });
const target = new URL("../src/ffi/symbols.ts", import.meta.url);
const generated = await generateBindings(libraryPath());

if (flags.check) {
  if (await Deno.readTextFile(target) !== generated) {
    console.error("src/ffi/symbols.ts does not belong to the library: run `deno task bindings`");
    Deno.exit(1);
  }
  console.log("src/ffi/symbols.ts belongs to the library");
} else {
  await Deno.writeTextFile(target, generated);
  console.log("Wrote src/ffi/symbols.ts");
}
