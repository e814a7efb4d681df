import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError, UserError } from "../src/errors.ts";
import { cargoComponents, denoComponents } from "./sbom/components.ts";

const usage = `deno task sbom [--output FILE]

Writes what wick is built from as a CycloneDX 1.6 document, out of deno.lock and native/Cargo.lock.

  --output FILE  where to (default: sbom.cdx.json)`;

interface SbomFlags {
  readonly output: string;
  readonly help: boolean;
}

if (import.meta.main) {
  await runTask(async () => {
    const flags: SbomFlags = parseArgs(Deno.args, {
      string: ["output"],
      boolean: ["help"],
      default: { output: "sbom.cdx.json" },
      unknown: (argument: string) => {
        throw new UsageError(`Unknown argument ${argument}: see "deno task sbom --help"`);
      },
    });
    if (flags.help) return console.log(usage);
    const { name, version } = JSON.parse(Deno.readTextFileSync("deno.json"));
    const components = [
      ...denoComponents(JSON.parse(Deno.readTextFileSync("deno.lock"))),
      ...cargoComponents(await cargoMetadata(), Deno.readTextFileSync("native/Cargo.lock")),
    ];
    const document = {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: { component: { type: "application", name, version } },
      components,
    };
    Deno.writeTextFileSync(flags.output, JSON.stringify(document, null, 2) + "\n");
    console.log(`${flags.output}: ${components.length} packages`);
  });
}

async function cargoMetadata() {
  const { success, stdout } = await new Deno.Command("cargo", {
    args: ["metadata", "--format-version=1", "--locked", "--manifest-path=native/Cargo.toml"],
    stderr: "inherit",
  }).output();
  if (!success) throw new UserError("Cargo could not list its packages: its messages are above");
  return JSON.parse(new TextDecoder().decode(stdout));
}
