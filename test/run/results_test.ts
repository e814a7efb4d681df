import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { readResults, type Results, resultsText } from "../../src/run/results.ts";
import { config } from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const digest = "0".repeat(64);
const results: Results = {
  wick: "0.1.0",
  config: config(),
  data_sha256: { "synthetic/train": digest },
  epochs: [{
    epoch: 1,
    step: 5,
    lr: 0.1,
    train_loss: 2,
    train_acc: 0.5,
    weights_sha256: digest,
    tensors: { "1.bias": digest },
  }],
  test_loss: 2,
  test_acc: 0.5,
  test_correct: 5,
  test_count: 10,
  confusion_matrix: [[5, 0], [5, 0]],
  weights_sha256: digest,
  best_weights_sha256: digest,
};

/** Reads a results file of this text. */
function read(text: string): Results {
  using folder = temporaryFolder();
  const path = `${folder.path}/results.json`;
  Deno.writeTextFileSync(path, text);
  return readResults(path);
}

Deno.test("a results file gives back what was written", () => {
  assertEquals(read(resultsText(results)), results);
});

const text = resultsText(results);
const refused: [what: string, text: string, message: string][] = [
  ["that is no JSON", text.slice(0, -5), "is not valid JSON"],
  ["without epochs", text.replace(/"epochs": \[[^]*?\n {2}\],/, '"epochs": [],'), "epochs"],
  ["with a cut digest", text.replaceAll(digest, "00"), "is no results file: "],
  ["with an unknown field", text.replace('"wick"', '"who": 1, "wick"'), "who"],
  ["with a config out of range", text.replace('"batch_size": 16', '"batch_size": 0'), "batch_size"],
  ["with a word for a figure", text.replace('"test_loss": 2', '"test_loss": "2"'), "test_loss"],
];
for (const [what, content, message] of refused) {
  Deno.test(`a results file ${what} is refused`, () => {
    assertThrows(() => read(content), UserError, message);
  });
}

Deno.test("a run that is not finished has no results", () => {
  using folder = temporaryFolder();
  assertThrows(() => readResults(folder.path), UserError, "is not a run folder");
});
