import { runTask } from "../src/errors.ts";
import { checkDeno } from "./setup/deno_version.ts";
import { prepareLibrary } from "./setup/native_library.ts";
import { prepareImportMap } from "./setup/std.ts";

/** Prepares this machine for every other task; takes milliseconds where nothing has changed. */
export async function setUp(root: string): Promise<void> {
  checkDeno();
  await prepareImportMap(root);
  await prepareLibrary(root);
}

if (import.meta.main) await runTask(() => setUp(Deno.cwd()));
