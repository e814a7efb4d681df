import { assertEquals } from "@std/assert";
import { downloadReporter } from "../../src/data/download_reporter.ts";

const source = "https://example.org/folder";

function lines(terminal: boolean, ...steps: number[]): string {
  let text = "";
  const report = downloadReporter((more) => text += more, terminal);
  for (const received of steps) report({ file: "a.gz", source, received, total: 2_000_000 });
  return text;
}

Deno.test("downloadReporter() writes a line for each quarter into a log", () => {
  assertEquals(
    lines(false, 1, 400_000, 500_000, 999_999, 1_500_000, 2_000_000),
    "a.gz    0 % of 2.0 MB from example.org\n" +
      "a.gz   25 % of 2.0 MB from example.org\n" +
      "a.gz   75 % of 2.0 MB from example.org\n" +
      "a.gz  100 % of 2.0 MB from example.org\n",
  );
});

Deno.test("downloadReporter() writes over its line on a terminal and ends it when it is done", () => {
  assertEquals(
    lines(true, 20_000, 20_001, 2_000_000),
    "\ra.gz    1 % of 2.0 MB from example.org\ra.gz  100 % of 2.0 MB from example.org\n",
  );
});
