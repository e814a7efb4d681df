import { UserError } from "../src/errors.ts";
import { counted } from "../src/printable.ts";
import { root } from "./peers.ts";
import type { Question } from "./service_client.ts";
import { load } from "./service_client.ts";

/** A server as it is started. */
export interface ServerForm {
  readonly name: string;
  /** The command line for a port. */
  readonly command: (port: number) => readonly string[];
}

/** What servers are made of. */
export interface ServiceFiles {
  /** The parent of the run folder. */
  readonly runs: string;
  /** The model as `export` wrote it. */
  readonly onnx: string;
  readonly torch: string;
  readonly classes: readonly string[];
  /** A Python with FastAPI, uvicorn, PyTorch and onnxruntime. */
  readonly python: string;
}

/** wick with all of the machine's processors. */
export const wickServer = ({ runs }: Pick<ServiceFiles, "runs">): ServerForm => ({
  name: "wick",
  command: (port) => [
    ...[Deno.execPath(), "run", "-q", "-P=serve", `--import-map=${root}.wick/import_map.json`],
    ...[`${root}tasks/serve.ts`, "--output-dir", runs, "--port", `${port}`, "--predict"],
  ],
});

/**
 * FastAPI before PyTorch and onnxruntime: as its introduction has it, a `def` endpoint, and as it is
 * fastest, `async` with one connection and `batched` with many.
 */
export function peerServers({ onnx, torch, classes, python }: ServiceFiles): ServerForm[] {
  const libraries = { PyTorch: torch, onnxruntime: onnx };
  const forms = [
    ["def", 1, 1],
    ["async", 2, 1],
    ["batched", 1, 1],
    ["batched", 1, 2],
    ["batched", 2, 1],
  ] as const;
  return Object.entries(libraries).flatMap(([library, model]) =>
    forms.map(([form, workers, threads]): ServerForm => ({
      name: `FastAPI + ${library}, ${form}, ${counted(workers, "worker")}, ` +
        counted(threads, "thread"),
      command: (port) => [
        ...[python, `${root}bench/peers/fastapi_service.py`, "--port", `${port}`],
        ...["--workers", `${workers}`, "--threads", `${threads}`, "--form", form],
        ...["--model", model, "--classes", JSON.stringify(classes)],
      ],
    }))
  );
}

/** A server that answers. */
export interface RunningServer extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

/** Seconds until a server has to answer: PyTorch is loaded by each worker. */
const patience = 120;

/** Starts a server and waits until it answers; a UserError where it does not. */
export async function start(
  { name, command }: ServerForm,
  questions: readonly Question[],
): Promise<RunningServer> {
  const port = freePort();
  const [program, ...args] = command(port);
  const env = { PYTHONDONTWRITEBYTECODE: "1" };
  const child = new Deno.Command(program, { args, env, stdout: "null", cwd: root }).spawn();
  const server: RunningServer = {
    name,
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
  let ended = false;
  child.status.then(() => ended = true);
  let problem = "it is slow to begin";
  for (const end = performance.now() + 1000 * patience; !ended && performance.now() < end;) {
    const first = await load(port, questions.slice(0, 1), 1, 0.02);
    if (first.answered > 0) return server;
    problem = first.problem ?? problem;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  if (!ended) await server[Symbol.asyncDispose]();
  throw new UserError(`${name} does not answer (${problem}): ${[program, ...args].join(" ")}`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
