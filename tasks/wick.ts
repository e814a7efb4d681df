import { runTask } from "../src/errors.ts";
import { isWorkerThread, serveInThread } from "../src/study/mod.ts";
import { runCommand } from "./wick/commands.ts";

/** What a user's module finds under `@wick/wick` and `zod` (`import_map.json` beside this module). */
export * from "../src/mod.ts";
export { z } from "zod";

// The main module of the self-contained program that `deno task compile` makes. It is not awaited: a
// user's module imports this one, and that would wait for the end of it.
if (isWorkerThread()) void serveInThread();
else if (import.meta.main) void runTask(runCommand);
