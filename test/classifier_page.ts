import { assert } from "@std/assert";
import type { Page } from "playwright-core";

/** What a page shows of a picture and one of its models. */
export interface Shown {
  readonly scores: readonly number[];
  /** How much brightening a pixel would raise the likeliest class's score. */
  readonly slopes: readonly number[];
  readonly label: number;
  /** The pixels of the image that the model sees, as `[channels, height, width]`. */
  readonly seen: readonly number[];
  readonly said: string;
  /** The first row of the probabilities. */
  readonly likeliest: string;
}

/** What a page shows of each of its models after something was done in it. */
export async function shown(
  page: Page,
  act: () => Promise<unknown>,
  models = 1,
): Promise<Shown[]> {
  await page.evaluate(`globalThis.heard?.abort();
    globalThis.heard = new AbortController();
    globalThis.last = new Map();
    addEventListener("classified", ({ target, detail }) => globalThis.last.set(target, detail), {
      signal: globalThis.heard.signal,
    })`);
  await act();
  await until(page, `globalThis.last.size === ${models}`);
  return await page.evaluate(`[...document.querySelectorAll(".model")].map((model) => {
    const canvas = model.querySelector(".seen");
    const { channels } = JSON.parse(model.querySelector(".data").textContent).format;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return {
      ...globalThis.last.get(model),
      seen: [0, 1, 2].slice(0, channels).flatMap((c) => [...data].filter((_, i) => i % 4 === c)),
      said: model.querySelector(".said").textContent,
      likeliest: model.querySelector(".classes tr").textContent,
    };
  })`);
}

/** Waits until an expression is true in a page, which lets no text be run as code by itself. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; !(await page.evaluate(expression)); tries++) {
    assert(tries < 600, `${expression} did not become true in a minute`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What drops a picture onto the page in which it is evaluated, as a reader does who drags it there. */
export const drop = (bytes: Uint8Array): string =>
  `{
    const dataTransfer = new DataTransfer();
    const parts = [Uint8Array.from(${JSON.stringify([...bytes])})];
    dataTransfer.items.add(new File(parts, "dropped.png", { type: "image/png" }));
    for (const name of ["dragenter", "dragover", "drop"]) {
      const event = new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
      if (name !== "dragenter" && !event.defaultPrevented) throw new Error("nothing takes " + name);
    }
  }`;

/** Draws a line on a page's board with the pointer. */
export async function draw(page: Page): Promise<void> {
  const box = (await page.locator("#board").boundingBox())!;
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.2 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.8 * box.height, { steps: 5 });
  await page.mouse.up();
}

/** Collects what a page complains of, and the requests that do not begin with `allowed`. */
export function complaintsOf(page: Page, allowed: string): string[] {
  const problems: string[] = [];
  page.on("console", (message) => void problems.push(message.text()));
  page.on("pageerror", (error) => void problems.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(allowed)) problems.push(request.url());
  });
  return problems;
}
