import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask, UserError } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { fromUser } from "../src/user_folder.ts";
import { mainOf } from "./main.ts";
import { cargoComponents, denoComponents } from "./sbom/components.ts";

const command = new Command(
  z.strictObject({ output: z.string().min(1).describe("where to").default("sbom.cdx.json") }),
  {
    usage:
      `${program} sbom [flags]\n\nWrites what wick is built from as a CycloneDX 1.6 document, ` +
      "out of deno.lock and native/Cargo.lock.",
  },
);

const main = mainOf(command, async (flags) => {
  const output = fromUser(command.schema.parse(flags).output);
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
  Deno.writeTextFileSync(output, JSON.stringify(document, null, 2) + "\n");
  console.log(`${output}: ${components.length} packages`);
});

if (import.meta.main) await runTask(main);

async function cargoMetadata() {
  const { success, stdout } = await new Deno.Command("cargo", {
    args: ["metadata", "--format-version=1", "--locked", "--manifest-path=native/Cargo.toml"],
    stderr: "inherit",
  }).output();
  if (!success) throw new UserError("Cargo could not list its packages: its messages are above");
  return JSON.parse(new TextDecoder().decode(stdout));
}
