import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Peer, root } from "../../bench/peers.ts";
import { Worker } from "../../bench/worker.ts";

/** A peer that greets and then runs this JavaScript. */
const peer = (script: string): Peer => ({
  name: "a peer",
  environment: undefined,
  command: [Deno.execPath(), "eval", `console.log('{"ready":true,"version":"1"}');${script}`],
});

const train = { run: "train", model: "cnn", batch: 32, seconds: 1 } as const;

async function exchange(script: string, patience: number) {
  const worker = new Worker(peer(script), 2, "nowhere");
  assertEquals((await worker.ready()).version, "1");
  const answer = await worker.ask(train, patience);
  await worker.stop();
  return answer;
}

Deno.test("ask() gives the answer, whatever else the peer prints", async () => {
  const script = `const buffer = new Uint8Array(999); Deno.stdin.readSync(buffer);
    console.log("compiling ..."); console.log('{"images":64,"seconds":0.5}');`;
  assertEquals(await exchange(script, 20), { images: 64, seconds: 0.5 });
});

Deno.test("ask() says what a peer that died said last", async () => {
  const { error } = await exchange(`console.error("no such kernel"); Deno.exit(3);`, 20);
  assertStringIncludes(error ?? "", "the process ended: no such kernel");
});

Deno.test("ask() gives up a peer that does not answer in time", async () => {
  const { error } = await exchange(`await new Promise((done) => setTimeout(done, 60_000));`, 0.3);
  assertEquals(error, "no answer within 0.3 s");
});

const windows = Deno.build.os === "windows";
const pauseOf = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Adds a letter to a file now and every 10 ms. */
const beat = (file: string) =>
  `const beat = () => Deno.writeTextFileSync(${JSON.stringify(file)}, "x", { append: true });
   beat(); setInterval(beat, 10);`;

/** Answers each line with whatever figures. */
const answering = `const lines = Deno.stdin.readable.getReader(); (async () => {
  for (;;) { if ((await lines.read()).done) Deno.exit(); console.log('{"images":1,"seconds":1}'); } })();`;

Deno.test({
  name: "a worker and what it has started stand still while it is not asked",
  ignore: windows,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [own, child] = [`${folder}/own`, `${folder}/child`];
    const length = async () => (await Deno.stat(own)).size + (await Deno.stat(child)).size;
    const script = `await new Deno.Command(${JSON.stringify(Deno.execPath())}, {
        args: ["eval", ${
      JSON.stringify(`${beat(child)} console.log("started");
          Deno.stdin.readable.pipeTo(Deno.stderr.writable).finally(() => Deno.exit());`)
    }],
        stdin: "piped", stdout: "piped" }).spawn().stdout.getReader().read();
      ${beat(own)} ${answering}
      console.log('{"ready":true}'); await new Promise(() => {});`;
    const worker = new Worker(
      { name: "a peer", environment: undefined, command: [Deno.execPath(), "eval", script] },
      2,
      "nowhere",
    );
    await worker.ready();
    for (let turn = 0; turn < 2; turn++) {
      const before = await length();
      await pauseOf(400);
      assertEquals(await length(), before, "beats while another peer would be timed");
      assertEquals(await worker.ask(train, 20), { images: 1, seconds: 1 });
    }
    await worker.stop();
    await Deno.remove(folder, { recursive: true });
  },
});

/** Whether a process is there, running or standing still. */
async function isThere(process: number): Promise<boolean> {
  const ps = new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${process}`] });
  return /^[^Z]/.test(new TextDecoder().decode((await ps.output()).stdout).trim());
}

for (const ending of ["SIGINT", "SIGTERM", "its own exit"] as const) {
  Deno.test({
    name: `a worker that stands still does not outlive a bench that ends by ${ending}`,
    ignore: windows,
    async fn() {
      const script = `import { resumeAtExit } from "${root}bench/pause.ts";
        import { Worker } from "${root}bench/worker.ts";
        resumeAtExit();
        const script = ${
        JSON.stringify(`console.log(JSON.stringify({ version: Deno.pid }));${answering}`)
      };
        const command = [Deno.execPath(), "eval", script];
        const { version } = await new Worker({ name: "a peer", command }, 2, "nowhere").ready();
        console.log(version);
        ${
        ending === "its own exit"
          ? "Deno.exit();"
          : "await new Promise((done) => setTimeout(done, 60_000));"
      }`;
      const bench = new Deno.Command(Deno.execPath(), {
        args: ["eval", script],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const output = bench.stdout.getReader();
      const process = Number(new TextDecoder().decode((await output.read()).value));
      if (ending !== "its own exit") bench.kill(ending);
      await bench.status;
      await output.cancel();
      for (let wait = 0; wait < 100 && await isThere(process); wait++) await pauseOf(100);
      assertEquals(await isThere(process), false);
    },
  });
}
