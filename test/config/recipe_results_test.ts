import { assertEquals, assertStringIncludes } from "@std/assert";
import { recipeConfig, recipeNames } from "../../src/config/mod.ts";
import { readResults } from "../../src/run/mod.ts";
import { spread, spreadText } from "../../src/statistics/mod.ts";

const root = new URL("../../", import.meta.url);
const folder = new URL("results/recipes/", root).pathname;
const readme = Deno.readTextFileSync(new URL("README.md", root)).replace(/ +\|/g, " |");

for (const name of recipeNames) {
  const files = Array.from(Deno.readDirSync(folder), (file) => file.name)
    .filter((file) => file.replace(/-\d+\.json$/, "") === name);
  Deno.test(`the results of ${name} are of the recipe as it is, and the README tells their mean`, () => {
    const all = files.map((file) => readResults(folder + file));
    for (const { config } of all) {
      assertEquals(config, { ...recipeConfig(name), seed: config.seed });
    }
    assertEquals(
      files.toSorted(),
      all.map(({ config }) => `${name}-${config.seed}.json`).toSorted(),
    );
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
    const text = files.length === 0
      ? "-"
      : spreadText(spread(all.map(({ test_acc }) => test_acc)), 2, 100);
    assertStringIncludes(row, ` ${text} |`);
  });
}
