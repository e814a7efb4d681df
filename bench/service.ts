import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { loadTest } from "../src/data/mod.ts";
import { runTask, UserError } from "../src/errors.ts";
import { encodePng } from "../src/image/mod.ts";
import { scoresOf } from "../src/predict/mod.ts";
import { program } from "../src/program.ts";
import { findWeights, loadModel } from "../src/run/mod.ts";
import { fromUser } from "../src/user_folder.ts";
import { mainOf } from "../tasks/main.ts";
import { commit, machine, systemFile } from "./machine.ts";
import { pause, resumeAtExit } from "./pause.ts";
import { environments, exists, root } from "./peers.ts";
import { load, type Question, question } from "./service_client.ts";
import { peerServers, type RunningServer, start, wickServer } from "./service_servers.ts";
import { type Round, roundOf, serviceTable } from "./service_table.ts";

const command = new Command(
  z.strictObject({
    seconds: z.number().min(0.1).optional()
      .describe("seconds of a measurement [1.5, or 60 with --connections]"),
    rounds: z.int().min(1).describe("rounds of all servers").default(3),
    connections: z.int().min(1).optional()
      .describe("ask wick alone over so many connections, and watch its memory"),
    python: z.string().min(1).optional().meta({ placeholder: "PATH" })
      .describe("Python with the peers [that of deno task bench --install]"),
    output: z.string().min(1).optional().meta({ placeholder: "PATH" })
      .describe("where to [bench/service.json]"),
  }),
  {
    usage: `${program} bench:service [flags]

Times POST /v1/predict of wick beside FastAPI with PyTorch and with onnxruntime: the same pictures, the \
same weights and the same client, in rounds, on this machine.`,
  },
);

/** Numbers of connections that servers are compared with. */
const counts = [64, 1] as const;
/** Seconds before each measurement that are not counted. */
const warmUp = 0.5;
/** Pictures that are sent in turns. */
const pictures = 256;

/** Runs one of wick's tasks to its end. */
async function task(name: string, permissions: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", `-P=${permissions}`, `--import-map=${root}.wick/import_map.json`]
      .concat(`${root}tasks/${name}.ts`, args),
    cwd: root,
    stdout: "null",
  }).output();
  if (!success) throw new UserError(`${name} failed: ${new TextDecoder().decode(stderr)}`);
}

/** A trained cnn, as a run and as the peers take it, and pictures with what it says of them. */
async function makeService(folder: string) {
  const runs = `${folder}/runs`;
  const data = ["--data", "synthetic", "--train-size", "2000", "--epochs", "2"];
  await task("train", "train", "--model", "cnn", ...data, "--output-dir", runs);
  const [{ name }] = [...Deno.readDirSync(runs)];
  const [onnx, torch] = [`${folder}/model.onnx`, `${folder}/model.py`];
  const files = ["--onnx", onnx, "--torch", torch, "--uint8", "--probabilities"];
  await task("export", "predict", `${runs}/${name}`, ...files);
  const source = await findWeights(`${runs}/${name}`);
  using model = loadModel(source);
  const { format } = source;
  const { images } = await loadTest({ data: "synthetic" });
  const size = format.height * format.width;
  const chosen = Array.from({ length: pictures }, (_, i) => images.slice(i * size, (i + 1) * size));
  const questions = scoresOf(model, chosen, format).map(({ label }, i) =>
    question(`/v1/predict?model=${name}`, encodePng(chosen[i], format.width), label)
  );
  return { runs, onnx, torch, classes: format.classes, questions };
}

/** A measurement of a server after a warm-up. */
async function measured(
  port: number,
  questions: readonly Question[],
  connections: number,
  seconds: number,
): Promise<Round> {
  await load(port, questions, connections, warmUp);
  const seen = await load(port, questions, connections, seconds);
  if (seen.problem !== undefined) console.log(`  ${seen.failed} failed: ${seen.problem}`);
  return roundOf(seen);
}

type Service = Awaited<ReturnType<typeof makeService>>;

/** Rounds of wick and its peers, each alone while it is measured. */
async function compare(service: Service, python: string, rounds: number, seconds: number) {
  await using stack = new AsyncDisposableStack();
  const servers: { server: RunningServer; resume: () => void }[] = [];
  for (const form of [wickServer(service), ...peerServers({ ...service, python })]) {
    const server = stack.use(await start(form, service.questions));
    const each = { server, resume: await pause(server.pid) };
    stack.defer(() => each.resume()); // what stands still does not end
    servers.push(each);
  }
  const found = Object.fromEntries(
    servers.map((
      { server: { name } },
    ) => [name, Object.fromEntries(counts.map((count): [number, Round[]] => [count, []]))]),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const each of servers) {
      each.resume();
      for (const count of counts) {
        const { name, port } = each.server;
        const figures = await measured(port, service.questions, count, seconds);
        found[name][count].push(figures);
        console.log(
          `${name}, ${count}: ${figures.perSecond}/s, p50 ${figures.p50}, p99 ${figures.p99} ms`,
        );
      }
      each.resume = await pause(each.server.pid);
    }
  }
  return { seconds, rounds: found };
}

/** Resident memory of a process in MiB; Linux alone tells it. */
async function memoryOf(pid: number): Promise<number> {
  const kibibytes = /VmRSS:\s*(\d+)/.exec(await systemFile(`/proc/${pid}/status`))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}

/** wick alone under many connections: what fails, and what memory it holds. */
async function endure(service: Service, connections: number, seconds: number) {
  await using server = await start(wickServer(service), service.questions);
  const memory: Record<string, number> = {};
  const look = async (second: number) => {
    memory[second] = await memoryOf(server.pid);
    console.log(`after ${second} s: ${memory[second]} MiB`);
  };
  const timers = [1, 10, 20, 30, 40, 50].filter((second) => second < seconds)
    .map((second) => setTimeout(() => look(second), 1000 * second));
  const seen = await load(server.port, service.questions, connections, seconds);
  timers.forEach(clearTimeout);
  await look(seconds);
  if (seen.problem !== undefined) console.log(`the first that failed: ${seen.problem}`);
  return { connections, seconds, answered: seen.answered, ...roundOf(seen), memory };
}

/** What was written before; nothing where there is no such file. */
const before = (path: string) => exists(path) ? JSON.parse(Deno.readTextFileSync(path)) : {};

const main = mainOf(command, async (given) => {
  const { connections, rounds, python, output, ...flags } = command.schema.parse(given);
  const interpreter = python ? fromUser(python) : `${environments}/python/bin/python`;
  if (connections === undefined && !exists(interpreter)) {
    throw new UserError(`There is no ${interpreter}: ${program} bench --install, or --python PATH`);
  }
  resumeAtExit();
  const folder = await Deno.makeTempDir({ prefix: "wick-service-" });
  try {
    const service = await makeService(folder);
    const about = {
      when: new Date().toISOString(),
      commit: await commit(),
      command: ["deno task bench:service", ...Deno.args].join(" "),
      machine: await machine(),
    };
    const file = output ? fromUser(output) : `${root}bench/service.json`;
    const part = connections === undefined
      ? {
        comparison: {
          ...about,
          ...await compare(service, interpreter, rounds, flags.seconds ?? 1.5),
        },
      }
      : { endurance: { ...about, ...await endure(service, connections, flags.seconds ?? 60) } };
    await Deno.writeTextFile(file, `${JSON.stringify({ ...before(file), ...part }, null, 2)}\n`);
    const text = part.comparison !== undefined
      ? serviceTable(part.comparison.rounds, counts)
      : JSON.stringify(part.endurance, null, 2);
    console.log(`\n${text}\n\nWritten to ${file}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

if (import.meta.main) await runTask(main);
