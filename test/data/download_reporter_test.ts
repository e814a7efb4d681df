import { assertEquals } from "@std/assert";
import { downloadReporter } from "../../src/data/download_reporter.ts";

const clearLine = "\r\x1b[2K";
const source = "https://example.org/folder";

function lines(terminal: boolean, columns: number, ...steps: number[]): string {
  let text = "";
  const report = downloadReporter((more) => text += more, terminal, () => columns);
  for (const received of steps) report({ file: "a.gz", source, received, total: 2_000_000 });
  report[Symbol.dispose]();
  return text;
}

Deno.test("downloadReporter() writes a line for each quarter into a log", () => {
  assertEquals(
    lines(false, 20, 1, 400_000, 500_000, 999_999, 1_500_000, 2_000_000),
    "a.gz    0 % of 2.0 MB from example.org\n" +
      "a.gz   25 % of 2.0 MB from example.org\n" +
      "a.gz   75 % of 2.0 MB from example.org\n" +
      "a.gz  100 % of 2.0 MB from example.org\n",
  );
});

Deno.test("downloadReporter() writes over its line on a terminal and ends it when it is done", () => {
  assertEquals(
    lines(true, 79, 20_000, 20_001, 2_000_000),
    `${clearLine}a.gz    1 % of 2.0 MB from example.org` +
      `${clearLine}a.gz  100 % of 2.0 MB from example.org\n`,
  );
  assertEquals(lines(true, 11, 0), `${clearLine}a.gz    0 %\n`); // broke off
  assertEquals(lines(true, 30, 2_000_000), `${clearLine}a.gz  100 % of 2.0 MB\n`);
  assertEquals(lines(true, 11, 2_000_000), `${clearLine}a.gz  100 %\n`);
  assertEquals(lines(true, 3, 2_000_000), `${clearLine}a.g\n`);
});
