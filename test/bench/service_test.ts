import { assertEquals, assertThrows } from "@std/assert";
import { labelOf, load, question } from "../../bench/service_client.ts";
import { percentile, roundOf, serviceTable } from "../../bench/service_table.ts";

Deno.test("a percentile is the least value that so many do not exceed", () => {
  const values = Array.from({ length: 200 }, (_, i) => i + 1);
  assertEquals([0, 0.5, 0.99, 1].map((share) => percentile(values, share)), [1, 100, 198, 200]);
  assertEquals(percentile([7], 0.99), 7);
});

Deno.test("a table has the medians of the rounds, and all that failed", () => {
  const round = (perSecond: number, failed = 0) => ({ perSecond, p50: 1, p99: 2.345, failed });
  const rounds = {
    wick: { 64: [round(10), round(30), round(20, 2)], 1: [round(4), round(5)] },
    other: { 64: [round(1, 1)] },
  };
  const [head, , ...rows] = serviceTable(rounds, [64, 1]).split("\n");
  assertEquals(
    head,
    "|  | 64 connections: requests/s | p50 ms | p99 ms | 1 connection: requests/s | p50 ms | p99 ms | failed |",
  );
  assertEquals(rows, [
    "| wick | 20 | 1.00 | 2.35 | 5 | 1.00 | 2.35 | 2 |",
    "| other | 1 | 1.00 | 2.35 | - | - | - | 1 |",
  ]);
});

Deno.test("an answer is read when it is whole, and another one than 200 is an error", () => {
  const body = JSON.stringify({ predictions: [{ label: 3 }] });
  const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  assertEquals(labelOf(answer), 3);
  for (const end of [0, 20, answer.length - 1]) {
    assertEquals(labelOf(answer.slice(0, end)), undefined);
  }
  assertThrows(() => labelOf("HTTP/1.1 429 Too Many\r\n\r\n"), Error, "429");
});

Deno.test("the client counts right answers, and wrong and refused ones as failed", async () => {
  const labels: number[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (asked) => {
      const [label] = new Uint8Array(await asked.arrayBuffer());
      labels.push(label);
      if (label === 2) return new Response("no", { status: 400 });
      return Response.json({ predictions: [{ label }] });
    },
  );
  const questions = [[0, 0], [1, 1], [2, 2], [3, 4]].map(([byte, label]) =>
    question("/v1/predict", Uint8Array.of(byte), label)
  );
  const seen = await load(server.addr.port, questions, 4, 0.3);
  const right = labels.filter((label) => label < 2).length;
  assertEquals([seen.answered, seen.failed], [right, labels.length - right]);
  assertEquals(seen.latencies.length, right);
  assertEquals(roundOf(seen).failed, seen.failed);
});
