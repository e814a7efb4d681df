import project from "../../deno.json" with { type: "json" };
import { type Main, UsageError } from "../../src/errors.ts";
import { guessOf } from "../../src/settings/mod.ts";
import { version } from "../../src/version.ts";
import { definitions } from "../../src/cli/mod.ts";
import { helpColumns } from "../main.ts";

/** The modules of `tasks/` whose tasks are commands of the self-contained program too. */
const modules: Readonly<Record<string, () => Promise<{ main: Main }>>> = {
  train: () => import("../train.ts"),
  models: () => import("../models.ts"),
  recipes: () => import("../recipes.ts"),
  init: () => import("../init.ts"),
  evaluate: () => import("../evaluate.ts"),
  report: () => import("../report.ts"),
  predict: () => import("../predict.ts"),
  export: () => import("../export.ts"),
  compare: () => import("../compare.ts"),
  serve: () => import("../serve.ts"),
  sweep: () => import("../sweep.ts"),
  reproduce: () => import("../reproduce.ts"),
  download: () => import("../download.ts"),
};

/** One command of the self-contained program. */
interface Command {
  readonly description: string;
  /** The permission set of deno.json that its task runs with. */
  readonly permissions: string;
  readonly main: Main;
}

/** The commands by name: those tasks of deno.json that run one of the modules, as they run it. */
export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries(project.tasks).flatMap(([name, { command, description }]) => {
    const [, permissions, module, given] = /-P=(\w+) .*\btasks\/(\w+)\.ts(.*)$/.exec(command) ?? [];
    if (module === undefined || !Object.hasOwn(modules, module)) return [];
    const first = given.split(" ").filter(Boolean);
    const main: Main = async (args) => (await modules[module]()).main([...first, ...args]);
    return [[name, { description, permissions, main }]];
  }),
);

/** What `wick --version` prints. */
export const versionLine = `wick ${version}`;

/** Runs the command that the first argument names with the others. */
export const runCommand: Main = async ([name, ...args]) => {
  if (name === undefined || ["--help", "-h", "help"].includes(name)) return console.log(help());
  if (["--version", "-V"].includes(name)) return console.log(versionLine);
  const command = commands.get(name);
  if (command !== undefined) return await command.main(args);
  const guess = guessOf(name, [...commands.keys()]);
  throw new UsageError(`Unknown command ${JSON.stringify(name)}${guess || "; see wick --help"}`);
};

/** The text of `wick --help`. */
function help(): string {
  const lines = [...commands].map(([name, { description }]) => [`  ${name}`, description] as const);
  return [
    `${versionLine}: image-classification research`,
    "",
    "wick COMMAND [flags]",
    "",
    definitions(lines, helpColumns()),
    "",
    "wick COMMAND --help shows the flags of a command.",
  ].join("\n");
}
