import { assertEquals, assertThrows } from "@std/assert";
import { studyArguments } from "../../src/commands/study_settings.ts";
import { UsageError } from "../../src/errors.ts";

const read = (...args: string[]) => studyArguments(args, { b: "batch-size" }, []);

Deno.test("a study's arguments are lists, ranges, seeds and models, and flags for all", () => {
  const { request, file, rest } = read(
    ...["a.yaml", "--model", "linear,cnn", "--lr", "0.1,0.01", "hidden=8..64", "-b", "16,32..34"],
    ...["--seed", "1..3", "--epochs", "3", "--jobs", "2"],
  );
  assertEquals(request.models.map(({ name }) => name), ["linear", "cnn"]);
  assertEquals(request.given.map(({ key, value }) => [key, value]), [
    ["lr", [0.1, 0.01]],
    ["hidden", "8..64"],
    ["batchSize", [16, 32, 33, 34]],
  ]);
  assertEquals([request.seeds, file], [[1, 2, 3], "a.yaml"]);
  assertEquals(rest, ["--epochs", "3", "--jobs", "2"]);
});

Deno.test("lists that count downwards, and seeds that are none, are refused", () => {
  const refuse = (sentence: string, ...args: string[]) =>
    assertThrows(() => read(...args), UsageError, sentence);
  refuse("--seed 3..1 must count upwards", "--seed", "3..1");
  refuse("--epochs 3..1 must count upwards", "--epochs", "5,3..1");
  refuse("lr 3..1 must count upwards", "lr=5,3..1");
  refuse("--seed 1,1.5 must be whole numbers from 0", "--seed", "1,1.5");
});
