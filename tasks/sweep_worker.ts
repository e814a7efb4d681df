import { processRequests, replyOfProcess, serveTrials } from "../src/study/mod.ts";
import { runForUser } from "./main.ts";

/** A worker of a study: hears what it is to train on standard input, and answers on standard output. */
export async function main(): Promise<void> {
  // A terminal sends its signals to the workers too: these end when the study tells them, or ends.
  const ignored = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of ignored) Deno.addSignalListener(signal, () => {});
  await serveTrials(processRequests(), replyOfProcess);
}

if (import.meta.main) await runForUser(main);
