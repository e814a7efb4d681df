import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { build } from "../../src/nn/mod.ts";
import { cnn, nonlinear } from "../../src/models/mod.ts";
import { Random } from "../../src/tensor/mod.ts";
import { encodeSafetensors } from "../../src/storage/safetensors.ts";
import { storedTensors } from "../../src/storage/stored_tensors.ts";
import { findWeights, loadModel } from "../../src/run/weights_source.ts";
import { temporaryFolder } from "../temporary_folder.ts";

/** A weights file as another program writes it: without a checksum or a config. */
function foreign(path: string, hidden: number): void {
  using model = build(cnn({ hidden }), new Random(1, "init"));
  Deno.writeFileSync(path, encodeSafetensors(storedTensors(model.parameters), { format: "pt" }));
}

Deno.test("a weights file of another program is read with its hidden size", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/weights.safetensors`;
  foreign(path, 3);
  using model = loadModel(await findWeights(path, "cnn"));
  assertEquals(model.parameters[0].tensor.shape, [3, 1, 3, 3]);
  using original = build(cnn({ hidden: 3 }), new Random(1, "init"));
  assertEquals(storedTensors(model.parameters), storedTensors(original.parameters));
});

Deno.test("what another program says in its metadata is not taken for wick's own", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/weights.safetensors`;
  using built = build(cnn({ hidden: 3 }), new Random(1, "init"));
  const metadata = { config: '{"architectures":["X"]}', epoch: "best" };
  Deno.writeFileSync(path, encodeSafetensors(storedTensors(built.parameters), metadata));
  const { config, epoch, model } = await findWeights(path, "cnn");
  assertEquals([config, epoch, model.name], [undefined, undefined, "cnn"]);
});

Deno.test("a weights file that does not say its model needs --model", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/weights.safetensors`;
  foreign(path, 3);
  await assertRejects(
    () => findWeights(path),
    UserError,
    "does not say of which model it is: add --model",
  );
});

Deno.test("weights of another model are refused with what differs", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/weights.safetensors`;
  foreign(path, 3);
  const load = async () => void loadModel(await findWeights(path, "nonlinear"));
  await assertRejects(
    load,
    UserError,
    "does not fit the model nonlinear: it has no tensor 1.weight",
  );
  using model = build(nonlinear({ hidden: 4 }), new Random(1, "init"));
  const parts = storedTensors(model.parameters).slice(1);
  Deno.writeFileSync(path, encodeSafetensors(parts));
  await assertRejects(load, UserError, "does not fit");
});

Deno.test("a damaged weights file is refused", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/weights.safetensors`;
  foreign(path, 3);
  Deno.truncateSync(path, 100);
  await assertRejects(() => findWeights(path, "cnn"), UserError, "is no valid safetensors file");
});
