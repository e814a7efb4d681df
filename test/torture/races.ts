import { Run } from "../../src/run/run.ts";
import { config, environment } from "../train/fixtures.ts";
import { lines, start } from "./child_process.ts";

/** A process of `racer.ts` with its answers. */
function racer() {
  const process = start("racer.ts");
  const answers = lines(process.stdout);
  const writer = process.stdin.getWriter();
  const tell = (text: string) => writer.write(new TextEncoder().encode(`${text}\n`));
  const ask = async (text: string): Promise<string> => {
    await tell(text);
    return (await answers.next()).value ?? "no answer";
  };
  const end = async (signal?: "SIGKILL") => {
    if (signal) process.kill(signal);
    else await writer.close().catch(() => {}); // it has died already
    await process.status;
    await process.stderr.cancel();
    await answers.return(undefined);
  };
  return { ask, end };
}

/**
 * Lets two processes race for one run folder, `pairs` times. Throws unless each race has exactly
 * one winner, the loser is told so clearly, and the lock of a killed winner is free.
 */
export async function race(pairs: number): Promise<{ races: number; takeovers: number }> {
  const parent = Deno.makeTempDirSync({ prefix: "wick-race-" });
  let [left, right] = [racer(), racer()];
  let takeovers = 0;
  try {
    const folders = Array.from({ length: 5 }, () => {
      using run = Run.create(config(), environment, parent);
      return run.folder;
    });
    for (let i = 0; i < pairs; i++) {
      const folder = folders[i % folders.length];
      const answers = await Promise.all([left.ask(folder), right.ask(folder)]);
      const winners = answers.filter((answer) => answer === "won").length;
      const told = answers.some((answer) => /^lost .* is in use by/.test(answer));
      if (winners !== 1 || !told) throw new Error(`race ${i}: ${answers.join(", ")}`);
      const [winner, loser] = answers[0] === "won" ? [left, right] : [right, left];
      if (i % 20 === 19) {
        await winner.end("SIGKILL");
        const answer = await loser.ask(folder);
        if (answer !== "won") throw new Error(`the lock of a dead process: ${answer}`);
        await loser.ask("release");
        takeovers++;
        [left, right] = [loser, racer()];
      } else {
        await winner.ask("release");
      }
    }
    return { races: pairs, takeovers };
  } finally {
    await Promise.all([left.end(), right.end()]);
    Deno.removeSync(parent, { recursive: true });
  }
}
