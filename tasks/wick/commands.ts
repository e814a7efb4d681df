import project from "../../deno.json" with { type: "json" };
import { type Main, UsageError } from "../../src/errors.ts";
import { nearest } from "../../src/nearest.ts";

/** The modules of `tasks/` that are commands of the self-contained program too. */
const modules: Readonly<Record<string, () => Promise<{ main: Main }>>> = {
  train: () => import("../train.ts"),
  evaluate: () => import("../evaluate.ts"),
  sweep: () => import("../sweep.ts"),
  reproduce: () => import("../reproduce.ts"),
  download: () => import("../download.ts"),
};

/** One command of the self-contained program. */
interface PackedCommand {
  readonly description: string;
  readonly main: Main;
}

/** The commands by name: the tasks of deno.json that run one of the modules, as they run it. */
export const commands: ReadonlyMap<string, PackedCommand> = new Map(
  Object.entries(project.tasks).flatMap(([name, { command, description }]) => {
    const [, module, given] = /tasks\/(\w+)\.ts(.*)$/.exec(command) ?? [];
    if (module === undefined || !Object.hasOwn(modules, module)) return [];
    const first = given.split(" ").filter(Boolean);
    const main: Main = async (args) => (await modules[module]()).main([...first, ...args]);
    return [[name, { description, main }]];
  }),
);

/** Runs the command that the first argument names with the others. */
export const runCommand: Main = async ([name, ...args]) => {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    return console.log(help());
  }
  if (name === "--version" || name === "-V") {
    return console.log(`${project.name.split("/")[1]} ${project.version}`);
  }
  const command = commands.get(name);
  if (command !== undefined) return await command.main(args);
  throw new UsageError(
    `Unknown command ${name}; did you mean ${nearest(name, [...commands.keys()])}? See wick --help`,
  );
};

/** The text of `wick --help`. */
function help(): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const lines = [...commands].map(([name, { description }]) =>
    `  ${name.padEnd(width)}  ${description}`
  );
  return [
    `wick ${project.version}: image-classification research`,
    "",
    "Usage: wick COMMAND [flags]",
    "",
    ...lines,
    "",
    "wick COMMAND --help shows the flags of a command.",
  ].join("\n");
}
