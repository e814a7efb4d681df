import { assertEquals } from "@std/assert";
import { type Listing, listingAddress, listingSchema, select } from "../../src/serve/listing.ts";
import { RunStore } from "../../src/serve/run_store.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { writeRun } from "./run_folders.ts";

/** Names of the chosen runs of a small folder. */
async function names(choices: Partial<Listing>): Promise<string> {
  using parent = temporaryFolder();
  writeRun(parent.path, "a", { settings: { model: "cnn", seed: 3 } });
  writeRun(parent.path, "b", { settings: { seed: 1, lr: 0.5 }, epochs: 1, finished: false });
  writeRun(parent.path, "c", { settings: { model: "cnn", seed: 2 } });
  writeRun(parent.path, "d", { settings: { seed: 10 }, epochs: 0, finished: false });
  Deno.writeTextFileSync(`${writeRun(parent.path, "e")}/config.json`, "{");
  const { runs } = await new RunStore(parent.path).list();
  return select(runs, listingSchema.parse(choices)).map(({ name }) => name).join("");
}

Deno.test("the newest runs stand first", async () => assertEquals(await names({}), "edcba"));

Deno.test("numbers are sorted as numbers, and runs without one stand last in either order", async () => {
  assertEquals(await names({ sort: "seed", order: "ascending" }), "bcade");
  assertEquals(await names({ sort: "seed", order: "descending" }), "dacbe");
  assertEquals(await names({ sort: "test_acc", order: "ascending" }), "caedb");
  assertEquals(await names({ sort: "test_acc", order: "descending" }), "acedb");
});

Deno.test("runs are filtered by state, by model, and by words that all must be found", async () => {
  assertEquals(await names({ state: "interrupted" }), "db");
  assertEquals(await names({ state: "damaged" }), "e");
  assertEquals(await names({ model: "cnn" }), "ca");
  assertEquals(await names({ text: "LR=0.5" }), "b");
  assertEquals(await names({ text: "cnn seed=2" }), "c");
  assertEquals(await names({ text: "cnn seed=4" }), "");
});

Deno.test("an address says only what differs from the first view, and can be read back", () => {
  const listing = listingSchema.parse({ text: "a&b=c", sort: "test_acc" });
  assertEquals(listingAddress(listing), "./?text=a%26b%3Dc&sort=test_acc");
  const { searchParams } = new URL(listingAddress(listing), "http://localhost/lab/");
  assertEquals(listingSchema.parse(Object.fromEntries(searchParams)), listing);
  assertEquals(listingAddress(listingSchema.parse({})), "./");
});
