import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds wrong with a page as it is shown, where it is serious or critical. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // as text, from which a page's policy does not keep a test
  return await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((found) =>
    found.violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`);
}
