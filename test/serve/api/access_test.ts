import { assertEquals, assertMatch } from "@std/assert";
import { temporaryFolder } from "../../temporary_folder.ts";
import { sendRaw, serve } from "../test_server.ts";
import { servePredictions, writeServedRun } from "./served_runs.ts";

/** The status of a request with these headers, and the reply. */
async function ask(port: number, line: string, ...headers: string[]) {
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ["Host: localhost:8000"];
  const text = [`${line} HTTP/1.1`, ...host, ...headers, "Connection: close", "", ""].join("\r\n");
  const reply = await sendRaw(port, text);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(reply)?.[1]), reply };
}

Deno.test("without --predict the API says how it is had", async () => {
  using parent = temporaryFolder();
  await using server = serve(parent.path);
  for (const line of ["POST /v1/predict", "GET /v1/models", "GET /healthz", "GET /metrics"]) {
    const { status, reply } = await ask(server.port, line);
    assertEquals(status, 404, line);
    assertMatch(
      reply,
      /\{"error":"This server predicts nothing: start it with serve --predict"\}$/,
    );
  }
});

Deno.test("the API answers this machine's programs and pages, and no foreign page", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  const allowed = "https://lab.example.org";
  await using server = servePredictions(parent.path, { allowedOrigins: [allowed] });
  const cases: [status: number, ...headers: string[]][] = [
    [200],
    [200, "Origin: http://localhost:8000"],
    [200, `Origin: ${allowed}`],
    [200, `Origin: ${allowed}`, "Sec-Fetch-Site: cross-site"],
    [200, "Sec-Fetch-Site: same-origin"],
    [200, "Sec-Fetch-Site: none"],
    [403, "Origin: http://localhost:3000"],
    [403, "Origin: http://localhost"],
    [403, "Origin: https://evil.example"],
    [403, "Origin: https://lab.example.org.evil.example"],
    [403, "Origin: null"],
    [403, "Origin: http://localhost:8000", "Origin: https://evil.example"],
    [403, "Sec-Fetch-Site: cross-site"],
    [403, "Sec-Fetch-Site: same-site"],
    [403, "Host: evil.example", "Origin: http://evil.example"],
    [400, "Host: localhost", "Host: localhost"],
  ];
  for (const [expected, ...headers] of cases) {
    for (const line of ["GET /v1/models", "GET /healthz"]) {
      assertEquals((await ask(server.port, line, ...headers)).status, expected, `${headers}`);
    }
    const { reply } = await ask(server.port, "GET /v1/models", ...headers);
    const told = /^access-control-allow-origin: (.*)\r$/im.exec(reply)?.[1];
    assertEquals(told, headers.includes(`Origin: ${allowed}`) ? allowed : undefined);
    assertMatch(reply, /^vary: Origin\r$/im);
  }
  const preflight = ["Access-Control-Request-Method: POST", "Sec-Fetch-Site: cross-site"];
  const asked = await ask(server.port, "OPTIONS /v1/predict", `Origin: ${allowed}`, ...preflight);
  assertEquals(asked.status, 204);
  assertMatch(asked.reply, /access-control-allow-headers: authorization, content-type\r\n/i);
  const foreign = ["Origin: https://evil.example", ...preflight];
  assertEquals((await ask(server.port, "OPTIONS /v1/predict", ...foreign)).status, 403);
  assertEquals(server.errors, []);
});

Deno.test("a token is asked for everywhere but at /healthz", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  await using server = servePredictions(parent.path, { token: "open-sesame" });
  const cases: [status: number, ...headers: string[]][] = [
    [401],
    [401, "Authorization: Bearer"],
    [401, "Authorization: Bearer open-sesam"],
    [401, "Authorization: Bearer open-sesame2"],
    [401, "Authorization: Basic open-sesame"],
    [401, "Authorization: Bearer open-sesame", "Authorization: Bearer open-sesame"],
    [200, "Authorization: Bearer open-sesame"],
    [200, "authorization: bearer open-sesame"],
  ];
  for (const [expected, ...headers] of cases) {
    for (const path of ["/v1/models", "/v1/openapi.json", "/metrics"]) {
      const { status, reply } = await ask(server.port, `GET ${path}`, ...headers);
      assertEquals(status, expected, `${path} ${headers}`);
      if (status === 401) assertMatch(reply, /^www-authenticate: Bearer\r$/im);
    }
    assertEquals((await ask(server.port, "GET /healthz", ...headers)).status, 200);
  }
  assertEquals((await ask(server.port, "POST /v1/predict")).status, 401);
  assertEquals((await ask(server.port, "GET /")).status, 200, "pages need none");
});
