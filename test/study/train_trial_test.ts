import { assert, assertRejects } from "@std/assert";
import { completeConfig, configText } from "../../src/config/mod.ts";
import { milliseconds } from "../../src/clock.ts";
import { loadTraining } from "../../src/data/mod.ts";
import { UserError, WriteError } from "../../src/errors.ts";
import { trainTrial, Workshop } from "../../src/study/train_trial.ts";
import { smallData } from "./small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("a trial whose folder cannot be made is told of at once, and not tried again and again", async () => {
  using parent = temporaryFolder();
  const { source } = await loadTraining({ data: smallData(parent.path) });
  const text = configText(completeConfig({ model: "linear", epochs: 1 }, source));
  const job = { parent: parent.path, folder: "t", configText: text, until: 1 };
  Deno.writeTextFileSync(`${parent.path}/t`, "a file");
  const attention = { signals: { received: undefined }, epoch() {} };
  const begun = milliseconds();
  const trained = () => trainTrial(job, new Workshop(), attention);
  await assertRejects(trained, UserError, "Cannot make a run folder");
  assert(milliseconds() - begun < 20_000, "it was tried for as long as a held lock is");
});

Deno.test("what cannot be written ends the command, and is not a failure of the trial", async () => {
  using parent = temporaryFolder();
  const { source } = await loadTraining({ data: smallData(parent.path) });
  const text = configText(completeConfig({ model: "linear", epochs: 3 }, source));
  const job = { parent: parent.path, folder: "t", configText: text, until: 3 };
  const epoch = (epoch: number) => {
    if (epoch > 1) return;
    Deno.removeSync(`${parent.path}/t/metrics.csv`);
    Deno.mkdirSync(`${parent.path}/t/metrics.csv`);
  };
  const trained = () =>
    trainTrial(job, new Workshop(), { signals: { received: undefined }, epoch });
  await assertRejects(trained, WriteError, "Cannot write ");
});
