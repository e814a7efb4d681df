import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { writeRun } from "../serve/run_folders.ts";
import { lines } from "../torture/child_process.ts";
import { temporaryFolder } from "../temporary_folder.ts";

/** `deno task serve` as a process, with its own permissions. */
function serveTask(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-P=serve",
      "--import-map=.wick/import_map.json",
      "tasks/serve.ts",
      ...args,
    ],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

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

Deno.test("serve --help shows the flags", async () => {
  const { code, stdout } = await serveTask("--help").output();
  assertEquals(code, 0);
  assertMatch(new TextDecoder().decode(stdout), /--output-dir FOLDER.*--host HOST.*--port N/s);
});
