import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Cell, Output } from "../../../tasks/notebooks/notebook.ts";
import { type Expectation, problems } from "../../../tasks/notebooks/outputs.ts";

const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const shown = (data: Record<string, string | string[]>): Output => ({
  output_type: "display_data",
  data,
});
const picture = shown({ "image/svg+xml": "<svg/>", "text/plain": "curves" });

/** What is wrong with a notebook of one cell that showed `now`, and `before` in the committed one. */
function found(
  before: readonly Output[],
  now: readonly Output[],
  expectation: Expectation,
  ...tags: string[]
) {
  const [committed, executed] = [before, now].map((outputs): { cells: Cell[] } => ({
    cells: [
      { cell_type: "markdown", source: "# Words", metadata: {} },
      { cell_type: "code", source: "await show(it);\n1;", metadata: { tags }, outputs },
    ],
  }));
  return problems(committed, executed, expectation);
}

Deno.test("problems() finds none where everything is as committed, however it is split", () => {
  const lines = shown({ "text/plain": ["one\n", "two"] });
  const whole = shown({ "text/plain": "one\ntwo" });
  assertEquals(found([lines, picture], [whole, picture], "same"), []);
});

Deno.test("problems() lets durations differ, and nothing else", () => {
  const epoch = (loss: string, seconds: string, speed: string) =>
    shown({ "text/plain": `train_loss ${loss}  ${seconds} s  ${speed} images/s` });
  const before = [epoch("0.5930", "3.1", "16129")];
  assertEquals(found(before, [epoch("0.5930", "12.0", "901")], "same"), []);
  const [problem] = found(before, [epoch("0.5931", "3.1", "16129")], "same");
  assertStringIncludes(problem, "code cell 1 (await show(it);): its text/plain is another");
  assertStringIncludes(problem, "+ train_loss 0.5931");
});

Deno.test("problems() finds an output that was lost, whatever its content", () => {
  const before = [printed("1"), picture];
  const expected = "the committed notebook has image/svg+xml with text/plain, stdout, and this";
  for (const expectation of ["same", "same kinds"] as const) {
    assertStringIncludes(found(before, [picture], expectation)[0], expected);
  }
  assertEquals(found(before, [picture, printed("2")], "same kinds"), []);
});

Deno.test("problems() finds a cell that shows nothing unless it is tagged silent", () => {
  assertStringIncludes(found([], [], "any")[0], 'it shows nothing, and is not tagged "silent"');
  assertEquals(found([], [], "any", "silent"), []);
});

Deno.test("problems() finds an error even where any outputs are right", () => {
  assertStringIncludes(found([], [{ output_type: "error" }], "any")[0], "it failed");
});
