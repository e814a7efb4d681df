import type { BrowserContextOptions, Page } from "playwright-core";

const programs = ["/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = programs.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** Declares a test with pages in a real browser; without one it is skipped under a name that says so. */
export function browserTest(
  name: string,
  fn: (
    open: (options?: BrowserContextOptions) => Promise<Page>,
    /** Opens windows of one profile, which share what a browser has once. */
    openAll: (count: number) => Promise<Page[]>,
  ) => Promise<void>,
): void {
  const missing = executablePath === undefined;
  Deno.test({
    name: missing ? `${name} (needs Chromium: apt-get install chromium)` : name,
    ignore: missing,
    // The browser's process and pipes belong to playwright, which opens them before the test can.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      // Otherwise playwright looks into /proc as it is loaded, which takes all permissions.
      Deno.env.set("__IS_WSL_TEST__", "1");
      const { chromium } = await import("playwright-core");
      const browser = await chromium.launch({
        executablePath,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      });
      try {
        const openAll = async (count: number) => {
          const context = await browser.newContext();
          return await Promise.all(Array.from({ length: count }, () => context.newPage()));
        };
        await fn(async (options) => await (await browser.newContext(options)).newPage(), openAll);
      } finally {
        await browser.close();
      }
    },
  });
}
