import { assertEquals } from "@std/assert";
import { studyCommand } from "../../src/commands/study_command.ts";
import { completeConfig, configText } from "../../src/config/mod.ts";
import { loadTraining } from "../../src/data/mod.ts";
import { readDigests } from "../../src/run/digests.ts";
import { Ledger, TrialWorker, workerThread } from "../../src/study/mod.ts";
import { smallData } from "./small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("a worker in a thread trains to the weights of one in a process, and ends", async () => {
  using parent = temporaryFolder();
  const data = smallData(parent.path);
  const screen = { line() {}, bar() {} };
  const request = { models: [{ name: "linear", given: [], place: "" }], given: [] };
  const flags = { data, epochs: 2, outputDir: parent.path, study: "s" };
  await studyCommand({ request, flags, modules: new Map(), command: "" }, screen);
  using ledger = Ledger.open(`${parent.path}/s`);
  const [{ runs: [{ digests }] }] = ledger.trials();

  const { source } = await loadTraining({ data });
  const config = completeConfig({ model: "linear", epochs: 2 }, source);
  const module = new URL("../../tasks/wick.ts", import.meta.url).href;
  const worker = new TrialWorker(() => workerThread(module), 1);
  const job = { parent: parent.path, folder: "t", configText: configText(config), until: 1 };
  const epochs: number[] = [];
  const done = [await worker.train(job, (epoch) => epochs.push(epoch))];
  done.push(await worker.train({ ...job, until: 9 }, (epoch) => epochs.push(epoch)));
  worker.close();
  assertEquals([done, epochs], [[{ state: "paused" }, { state: "complete" }], [1, 2]]);
  const inThread = readDigests(`${parent.path}/t`).map(({ weights_sha256 }) => weights_sha256);
  assertEquals(inThread, digests);
});
