import { assertEquals } from "@std/assert";
import { encodePng } from "../../../src/image/mod.ts";
import { liveTensors } from "../../../src/tensor/mod.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { post, saveBest, servePredictions, writeServedRun } from "./served_runs.ts";

const image = encodePng(Uint8Array.from({ length: 784 }, (_, i) => i & 255), 28);

Deno.test("newer weights are taken up under load, and no request is lost", async () => {
  using parent = temporaryFolder();
  const folder = writeServedRun(parent.path, "a");
  const before = liveTensors();
  {
    await using server = servePredictions(parent.path, { watch: true });
    const url = `${server.address}v1/predict?model=a`;
    const seen: { epoch: number; sha256: string; probability: number }[] = [];
    const deadline = Date.now() + 20_000;
    const client = async () => {
      while (seen.at(-1)?.epoch !== 3 && Date.now() < deadline) {
        const { status, json } = await post(url, image, "image/png");
        assertEquals(status, 200);
        const { epoch, sha256, predictions: [{ probability }] } = json;
        seen.push({ epoch, sha256, probability });
      }
    };
    const until = async (epoch: number) => {
      while (seen.at(-1)?.epoch !== epoch && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const trainer = async () => {
      for (const epoch of [2, 3]) {
        await until(epoch - 1);
        saveBest(folder, epoch);
      }
    };
    await Promise.all([trainer(), ...Array.from({ length: 8 }, client)]);
    const kinds = new Set(seen.map((each) => JSON.stringify(each)));
    assertEquals(kinds.size, 3, "an epoch has its digest and its bits");
    assertEquals(new Set(seen.map(({ sha256 }) => sha256)).size, 3);
    assertEquals(server.errors, []);
  }
  assertEquals(liveTensors(), before, "the models before are freed");
});

Deno.test("weights that cannot be read leave the loaded ones in their place", async () => {
  using parent = temporaryFolder();
  const folder = writeServedRun(parent.path, "a");
  await using server = servePredictions(parent.path, { watch: true });
  const url = `${server.address}v1/predict?model=a`;
  assertEquals((await post(url, image, "image/png")).json.epoch, 1);
  Deno.writeTextFileSync(`${folder}/checkpoints/best.safetensors`, "damaged");
  for (let tries = 0; server.errors.length === 0 && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(server.errors.length, 1);
  assertEquals((await post(url, image, "image/png")).json.epoch, 1);
  saveBest(folder, 2);
  let epoch = 1;
  for (let tries = 0; epoch === 1 && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    epoch = (await post(url, image, "image/png")).json.epoch;
  }
  assertEquals(epoch, 2);
});

Deno.test("without --watch the loaded weights stay", async () => {
  using parent = temporaryFolder();
  const folder = writeServedRun(parent.path, "a");
  await using server = servePredictions(parent.path);
  const url = `${server.address}v1/predict?model=a`;
  const first = (await post(url, image, "image/png")).json;
  saveBest(folder, 2);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const second = (await post(url, image, "image/png")).json;
  assertEquals([second.epoch, second.sha256], [first.epoch, first.sha256]);
});
