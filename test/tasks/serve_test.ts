import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { writeRun } from "../serve/run_folders.ts";
import { UsageError } from "../../src/errors.ts";
import { main } from "../../tasks/serve.ts";
import { picture } from "../serve/api/raw_client.ts";
import { writeServedRun } from "../serve/api/served_runs.ts";
import { sendRaw } from "../serve/test_server.ts";
import { lines } from "../torture/child_process.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const asTask = {
  cwd: fileURLToPath(new URL("../../", import.meta.url)),
  env: { NO_COLOR: "1" },
  stdin: "null",
  stdout: "piped",
  stderr: "piped",
} as const;

/** What Deno is given to run `deno task serve`, with its own permissions. */
function serveArguments(...args: string[]): string[] {
  const permissions = ["-P=serve", "--import-map=.wick/import_map.json"];
  return ["run", "-q", ...permissions, "tasks/serve.ts", ...args];
}

/** `deno task serve` as a process. */
const serveTask = (...args: string[]) =>
  new Deno.Command(Deno.execPath(), { ...asTask, args: serveArguments(...args) });

Deno.test("serve says where it listens and shows the runs, on this machine alone", async () => {
  using parent = temporaryFolder();
  writeRun(parent.path, "a");
  await using server = serveTask("--output-dir", parent.path, "--port", "0").spawn();
  for await (const line of lines(server.stdout)) {
    const [, address] = /: (http:\/\/127\.0\.0\.1:\d+\/) /.exec(line) ?? [];
    const response = await fetch(`${address}runs/a`);
    assertStringIncludes(await response.text(), "Finished after 4 epochs.");
    const { port } = new URL(address);
    const taken = await serveTask("--port", port).output();
    assertEquals(taken.code, 1);
    assertStringIncludes(new TextDecoder().decode(taken.stderr), `Port ${port} is in use`);
    break;
  }
  await server.stderr.cancel();
  server.kill();
});

const refused: [code: number, args: string[], message: RegExp][] = [
  [2, ["--port", "65536"], /--port must be at most 65535, not 65536/],
  [2, ["--prot", "1"], /Unknown flag --prot; did you mean --port\?/],
  [2, ["--host", "a b"], /--host must be a name or an address, not "a b"/],
  [2, ["--allow-host", "a b"], /--allow-host must be a name or an address, not "a b"/],
  [1, ["--output-dir", "deno.json"], /deno\.json is not a folder/],
  [1, ["--host", "192.0.2.1", "--port", "0"], /does not let this task listen on 192\.0\.2\.1/],
];

for (const [code, args, message] of refused) {
  Deno.test(`serve ${args.join(" ")}: one sentence, exit code ${code}`, async () => {
    const outcome = await serveTask(...args).output();
    const error = new TextDecoder().decode(outcome.stderr).trim();
    assertMatch(error, message);
    assert(error.startsWith("error: ") && !error.includes("\n"), error);
    assertEquals(outcome.code, code);
  });
}

Deno.test("flags of predictions that do not fit are refused before anything listens", async () => {
  const cases: [args: string[], message: string][] = [
    [["--predict", "--host", "0.0.0.0"], "--predict on 0.0.0.0 needs a token, or all who reach it"],
    [["--predict", "--token", "a b"], "--token must be visible characters without spaces"],
    [["--predict", "--batch-wait", "2h"], '--batch-wait must be milliseconds, as 2ms, not "2h"'],
    [["--predict", "--max-batch", "0"], "--max-batch must be at least 1, not 0"],
    [["--predict", "--allow-origin", "lab"], "--allow-origin must be an origin, as https://"],
    [["--watch"], "--watch is for predictions: add --predict"],
  ];
  for (const [args, message] of cases) {
    await assertRejects(async () => await main(args), UsageError, message);
  }
  Deno.env.set("WICK_TOKEN", "a b");
  const sentence = "WICK_TOKEN must be visible characters without spaces";
  await assertRejects(async () => await main(["--predict"]), UsageError, sentence);
  Deno.env.delete("WICK_TOKEN");
});

Deno.test("serve --predict predicts with the task's permissions, traces requests and ends on SIGTERM", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  const args = serveArguments("--predict", "--output-dir", parent.path, "--port", "0");
  const tracing = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_PROTOCOL: "console" };
  const env = { ...asTask.env, ...tracing, WICK_TOKEN: "open-sesame" };
  const server = new Deno.Command(Deno.execPath(), { ...asTask, args, env }).spawn();
  const told = new Response(server.stderr).text();
  const said: string[] = [];
  for await (const line of lines(server.stdout)) {
    said.push(line);
    const [, address] = /: (http:\/\/127\.0\.0\.1:\d+\/) /.exec(line) ?? [];
    if (address === undefined || said.length > 1) continue;
    const authorization = "Bearer open-sesame";
    const replies = [];
    for (const headers of [{ authorization }, { authorization: "" }]) {
      const url = `${address}v1/predict`;
      const { status, body } = await fetch(url, {
        method: "POST",
        body: picture,
        headers: { ...headers, "content-type": "image/png" },
      });
      await body?.cancel();
      replies.push(status);
    }
    assertEquals(replies, [200, 401]);
    server.kill("SIGTERM");
  }
  const { code } = await server.status;
  const output = said.join("\n") + await told;
  assertEquals(code, 0, output);
  assertMatch(output, /SPAN POST .*url\.path: \/v1\/predict.*http\.response\.status_code: 200/s);
});

Deno.test("serve goes on where silent clients take all files that a process may open (needs a shell)", async () => {
  using parent = temporaryFolder();
  writeRun(parent.path, "a");
  const limit = ["-c", 'ulimit -n 60; exec "$0" "$@"', Deno.execPath()];
  const allowed = ["--allow-host", "lab.example.org", "--allow-host", "wick.example.org"];
  const args = serveArguments("--output-dir", parent.path, "--port", "0", ...allowed);
  await using server = new Deno.Command("sh", { ...asTask, args: [...limit, ...args] }).spawn();
  const silent: Deno.Conn[] = [];
  for await (const line of lines(server.stdout)) {
    const [, address, port] = /: (http:\/\/127\.0\.0\.1:(\d+)\/) /.exec(line) ?? [];
    for (let i = 0; i < 150; i++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHo"));
      silent.push(connection);
    }
    assertStringIncludes(await (await fetch(address)).text(), "1 run");
    for (const [host, status] of [["wick.example.org", 200], ["evil.example.org", 403]] as const) {
      const text = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      assertStringIncludes(await sendRaw(Number(port), text), `HTTP/1.1 ${status} `);
    }
    break;
  }
  for (const connection of silent) connection.close();
  await server.stderr.cancel();
  server.kill();
});

Deno.test("serve --help shows the flags", async () => {
  const { code, stdout } = await serveTask("--help").output();
  assertEquals(code, 0);
  assertMatch(new TextDecoder().decode(stdout), /--output-dir FOLDER.*--host HOST.*--port N/s);
});
