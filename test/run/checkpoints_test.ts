import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { Checkpoints } from "../../src/run/checkpoints.ts";
import type { Checkpoint, RunProgress } from "../../src/train/checkpoint.ts";
import { diskFiles, type Files } from "../../src/storage/files.ts";
import { faults, FaultyFiles } from "../storage/faulty_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";

function checkpoint(step: number, history: RunProgress["history"] = []): Checkpoint {
  const bytes = new Uint8Array(Float32Array.of(step).buffer);
  return {
    tensors: [{ name: "0.weight", dtype: "F32", shape: [1], bytes }],
    progress: { epoch: 0, step_in_epoch: step, step, history },
  };
}

const open = (folder: string, keep = 2, files: Files = diskFiles, config = "{}") =>
  new Checkpoints(folder, config, keep, files);

/** The step from which a new process would resume the run, and what it says. */
function loaded(folder: string, best?: number) {
  const said: string[] = [];
  const step = open(folder).load(() => best, (text) => said.push(text))?.progress.step;
  return { step, said };
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

function damage(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 1] ^= 1;
  Deno.writeFileSync(path, bytes);
}

Deno.test("a checkpoint comes back as it was saved", () => {
  using folder = temporaryFolder();
  open(folder.path).save(checkpoint(7));
  assertEquals(open(folder.path).load(() => undefined, () => {}), checkpoint(7));
});

Deno.test("a checkpoint whose counts contradict each other is passed over", () => {
  const figures = { lr: 0.1, train_loss: 1, train_acc: 0.5 };
  const history = [5, 10].map((step, i) => ({ epoch: i + 1, step, ...figures }));
  const right = { epoch: 2, step_in_epoch: 3, step: 13, history };
  const wrong: Partial<RunProgress>[] = [
    { epoch: 1 },
    { step: 14 },
    { step_in_epoch: 6, step: 16 },
    { history: history.slice(1), epoch: 1, step: 8 },
    { history: [history[0], { ...history[1], step: 11 }] },
  ];
  for (const change of wrong) {
    using folder = temporaryFolder();
    const store = open(folder.path);
    store.save({ ...checkpoint(0), progress: right });
    assertEquals(loaded(folder.path), { step: 13, said: [] });
    store.save({ ...checkpoint(0), progress: { ...right, ...change } });
    const { said } = loaded(folder.path);
    assert(said[0]?.includes("its counts contradict each other"), JSON.stringify(change));
  }
});

Deno.test("there is nothing to load before the first checkpoint", () => {
  using folder = temporaryFolder();
  assertEquals(loaded(folder.path), { step: undefined, said: [] });
});

Deno.test("so many checkpoints are kept as --keep-last says", () => {
  for (const keep of [1, 2, 4]) {
    using folder = temporaryFolder();
    const store = open(folder.path, keep);
    for (let step = 1; step <= 6; step++) store.save(checkpoint(step));
    assertEquals(names(folder.path).length, keep);
    assertEquals(loaded(folder.path).step, 6);
  }
});

Deno.test("a damaged checkpoint is passed over for the one before, and it says so", () => {
  using folder = temporaryFolder();
  const store = open(folder.path, 3);
  for (const step of [1, 2, 3]) store.save(checkpoint(step));
  damage(`${folder.path}/last.safetensors`);
  damage(`${folder.path}/step-00000002.safetensors`);
  const { step, said } = loaded(folder.path);
  assertEquals(step, 1);
  assertEquals(said.length, 3);
  assert(said[0].includes("last.safetensors: its checksum does not fit"), said[0]);
  assert(said[2].includes("of step 1"), said[2]);
});

Deno.test("a damaged checkpoint is never put aside as a good one", () => {
  using folder = temporaryFolder();
  const before = open(folder.path);
  for (const step of [1, 2]) before.save(checkpoint(step));
  damage(`${folder.path}/last.safetensors`);
  const after = open(folder.path);
  after.load(() => undefined, () => {});
  after.save(checkpoint(2));
  assertEquals(loaded(folder.path), { step: 2, said: [] });
  assertEquals(names(folder.path), ["last.safetensors", "step-00000001.safetensors"]);
});

Deno.test("where no checkpoint is usable the run begins again, and it says so", () => {
  using folder = temporaryFolder();
  open(folder.path).save(checkpoint(5));
  damage(`${folder.path}/last.safetensors`);
  const { step, said } = loaded(folder.path);
  assertEquals(step, undefined);
  assert(said[1].includes("begins again at step 0"), said[1]);
});

Deno.test("a checkpoint is not usable when its best weights are missing or damaged", () => {
  using folder = temporaryFolder();
  const store = open(folder.path);
  store.save(checkpoint(5));
  assertEquals(loaded(folder.path, 1).step, undefined);
  store.saveBest({ tensors: checkpoint(5).tensors, epoch: 1 });
  assertEquals(loaded(folder.path, 1).step, 5);
  assertEquals(loaded(folder.path, 2).step, undefined);
  damage(`${folder.path}/best.safetensors`);
  assertEquals(loaded(folder.path, 1).step, undefined);
});

Deno.test("a checkpoint of another config is an error and not a reason to begin again", () => {
  using folder = temporaryFolder();
  open(folder.path, 2, diskFiles, '{"seed":1}').save(checkpoint(5));
  assertThrows(() => loaded(folder.path), UserError, "config.json must not be changed");
});

Deno.test("whatever fails in a save, a good checkpoint stays and the error is clear", () => {
  let injected = 0;
  for (const fault of faults) {
    for (const keep of [1, 2]) {
      for (let failing = 0;; failing++) {
        using folder = temporaryFolder();
        const files = new FaultyFiles(fault);
        const store = open(folder.path, keep, files);
        for (const step of [1, 2]) store.save(checkpoint(step));
        files.failing = files.operations.length + failing;
        let error: unknown;
        try {
          store.save(checkpoint(3));
        } catch (thrown) {
          error = thrown;
        }
        const { step } = loaded(folder.path);
        assert(step === 3 || (step === 2 && error !== undefined), `${fault} ${failing}: ${step}`);
        if (files.operations.length <= files.failing) break;
        injected++;
        if (error !== undefined) {
          const message = error instanceof UserError ? error.message : "no UserError";
          assert(/^Cannot save .*last\.safetensors: .*os error/.test(message), message);
        }
        store.save(checkpoint(4)); // the fault is over
        assertEquals(loaded(folder.path).step, 4);
      }
    }
  }
  assert(injected >= 50, `${injected} faults`);
});
