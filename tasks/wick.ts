import { runTask } from "../src/errors.ts";
import { runCommand } from "./wick/commands.ts";

/** The main module of the self-contained program that `deno task compile` makes. */
if (import.meta.main) await runTask(runCommand);
