import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { readFile } from "../../image/picture_files.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { type Outcome, repository } from "./project.ts";

/** An id that nobody has. */
const uid = 54321;

const ignore = Deno.build.os !== "linux" || Deno.uid() !== 0 || !has("setpriv");
const why = ignore ? " (skipped: needs root and setpriv)" : "";

function has(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

async function shell(script: string, cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sh", { args: ["-ec", script], cwd })
    .output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

/** This checkout, set up by root in a folder that everybody may read, and another user's home. */
class Checkout implements AsyncDisposable {
  #folder = temporaryFolder();
  readonly root = join(this.#folder.path, "wick");
  readonly home = join(this.#folder.path, "home");

  static async make(): Promise<Checkout> {
    const checkout = new Checkout();
    const { root, home } = checkout;
    const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
    const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
    // Hard links where they can be had: Deno and its packages are large.
    await shell(
      `mkdir -p "${root}" "${home}/.cache/deno"
      link() { cp -rl "$1" "$2" 2> /dev/null || cp -r "$1" "$2"; }
      link "${Deno.execPath()}" "${root}/../deno"
      link "${denoDir}/npm" "${home}/.cache/deno/npm"
      cp -r --parents deno.json deno.lock recipes src tasks native/src native/Cargo.* "${root}"
      cp --parents native/target/release/libwick.so .wick/*.json "${root}"
      chmod -R go=rX "${root}/.." && chown ${uid} "${home}" "${home}/.cache" "${home}/.cache/deno"`,
      repository,
    );
    return checkout;
  }

  /** Runs a task as the other user, who has nothing but a home. */
  async task(...args: string[]): Promise<Outcome> {
    const { code, stdout, stderr } = await this.command(args).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  command(args: readonly string[]): Deno.Command {
    const start = ["--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups", "../deno", "task"];
    return new Deno.Command("setpriv", {
      args: [...start, "-q", ...args],
      cwd: this.root,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", HOME: this.home, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Every file of the checkout with its time, size and owner. */
  async files(): Promise<string> {
    return await shell("find . -printf '%p %T@ %s %U %m\\n' | sort", this.root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.dispose]();
  }
}

Deno.test(`a checkout that root has set up serves a user who may not write into it${why}`, {
  ignore,
}, async (t) => {
  await using checkout = await Checkout.make();
  const { root, home } = checkout;
  const before = await checkout.files();
  const succeed = async (...args: string[]) => {
    const { code, stdout, stderr } = await checkout.task(...args);
    assertEquals([code, stderr], [0, ""], stdout);
    return stdout;
  };
  const data = ["--data", "synthetic", "--train-size", "320"];
  const training = ["--model", "linear", ...data, "--epochs", "1"];
  let run = "";

  await t.step("it trains, evaluates, predicts and serves", async () => {
    await succeed("train", ...training, "--output-dir", `${home}/runs`);
    const [{ name }] = Deno.readDirSync(`${home}/runs`);
    run = `${home}/runs/${name}`;
    assertMatch(await succeed("evaluate", run), /accuracy/);
    await Deno.writeFile(`${home}/sneaker.png`, readFile("sneaker-tiny.png"));
    assertMatch(await succeed("predict", run, `${home}/sneaker.png`), /sneaker\.png {2}[A-Z]/);

    await using server = checkout.command(["serve", "--output-dir", `${home}/runs`, "--port", "0"])
      .spawn();
    const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    const page = await fetch(/http:\S+/.exec(value)?.[0] ?? value);
    assertStringIncludes(await page.text(), name);
    server.kill("SIGTERM");
    await reader.cancel();
    await server.stderr.cancel();
  });

  await t.step("root's runs can be looked at, and are not written to", async () => {
    const of = `${root}/../theirs`;
    await shell(`cp -r "${run}" "${of}" && chown -R 0:0 "${of}" && chmod -R go-w "${of}"`, root);
    assertMatch(await succeed("evaluate", of), /accuracy/);
    assertMatch(await succeed("predict", of, `${home}/sneaker.png`), /sneaker\.png {2}[A-Z]/);
  });

  await t.step("a module cache that the user may not write does for all", async () => {
    await shell(`chown -R 0:0 "${home}/.cache"`, root);
    assertMatch(await succeed("evaluate", run), /accuracy/);
  });

  await t.step("nothing in it has changed", async () => {
    assertEquals(await checkout.files(), before);
  });

  await t.step("what has to be written and may not be is one sentence", async () => {
    const refused = async (what: RegExp, ...args: string[]) => {
      const { code, stderr } = await checkout.task(...args);
      assertEquals(code, 1);
      assertMatch(stderr, what);
      assertEquals(stderr.trim().split("\n").length, 1, stderr);
    };
    await refused(/^error: .*\bruns\b.*Permission denied/, "train", ...training);
    Deno.writeTextFileSync(`${root}/native/src/added.rs`, "");
    await refused(
      /^error: This user may not write \S+library\.lock, .*\(Permission denied .*deno task setup/,
      ...["evaluate", run],
    );
    Deno.writeTextFileSync(`${root}/.wick/import_map.json`, "of another version");
    await refused(/^error: This user may not write \S+import_map\.json, /, "evaluate", run);
    await shell(`rm "${root}"/.wick/*`, root);
    await refused(/^error: This user may not write \S+std\.lock, /, "evaluate", run);
    await shell(`rm -r "${root}/.wick"`, root);
    await refused(/^error: This user may not write \S+std\.lock, /, "evaluate", run);
  });
});
