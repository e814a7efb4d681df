import { assert, assertEquals, assertRejects } from "@std/assert";
import { lrFind } from "../../src/commands/lr_find.ts";
import { resumeCommand } from "../../src/commands/train_command.ts";
import { optionsSchema } from "../../src/config/mod.ts";
import { UserError } from "../../src/errors.ts";
import { builtIn } from "../../src/train/mod.ts";
import { config, data } from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("--lr-find prints the losses, names a rate and draws the same picture each time", async () => {
  using parent = temporaryFolder();
  const options = optionsSchema.parse({ outputDir: `${parent.path}/new` });
  const settings = config({ accumulate: 2, batchSize: 8 });
  const find = async () => {
    const said: string[] = [];
    const screen = { line: (text: string) => void said.push(text), bar() {} };
    assertEquals(await lrFind(settings, builtIn(settings), data, options, screen), 0);
    const [svg, html] = said.slice(-2).map((path) => Deno.readTextFileSync(path));
    return { said, svg, html };
  };
  const { said, svg, html } = await find();
  assertEquals(said[0].trim().split(/ +/), ["lr", "loss", "mean"]);
  assert(
    /^the loss falls fastest at .*: try --lr [\d.e-]+ or less +\(SYNTHETIC data\)$/.test(
      said.at(-3)!,
    ),
  );
  assertEquals(said.at(-2), `${parent.path}/new/lr-find-nonlinear-sgd-s42.svg`);
  assertEquals(said.at(-1), `${parent.path}/new/lr-find-nonlinear-sgd-s42.html`);
  for (const part of [said.at(-3)!, svg, '<th scope="row">batch_size</th><td>8</td>']) {
    assert(html.includes(part), part);
  }
  assert(svg.includes("sgd, 16 images a step"));
  assertEquals(await find(), { said, svg, html });
  const blocked = { ...options, outputDir: `${said.at(-1)}/x` };
  const screen = { line() {}, bar() {} };
  const failed = () => lrFind(settings, builtIn(settings), data, blocked, screen);
  await assertRejects(failed, UserError, "Cannot make");
});

Deno.test("--max-time is a time, and part of the command that resumes", () => {
  const options = (maxTime: string) => optionsSchema.safeParse({ maxTime });
  for (const wrong of ["30", "m", "-1s", "1d", "30m "]) assertEquals(options(wrong).success, false);
  const { data } = options("1.5h");
  assert(resumeCommand("run", data!).includes("--max-time 1.5h"));
});
