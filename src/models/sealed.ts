/** How deep in calls of a user's module the process is. */
let depth = 0;

/** What brings a file into a module so that the run keeps a copy of it. */
const imported =
  'import text from "./file.txt" with { type: "text" }, of which the run keeps a copy';
const files = ["readFile", "readTextFile", "open", "readDir", "stat", "lstat"]
  .flatMap((name) => [name, `${name}Sync`]);

type Source = readonly [owner: object, where: string, name: string, instead: string];

/** What a model module must not take from outside, where it is, and what to use instead. */
const sources: readonly Source[] = [
  [Math, "Math", "random", "the `random` that initializers, layers and steps are given"],
  [
    crypto,
    "crypto",
    "getRandomValues",
    "the `random` that initializers, layers and steps are given",
  ],
  [crypto, "crypto", "randomUUID", "a fixed name"],
  [Date, "Date", "now", "the epoch or the step"],
  [performance, "performance", "now", "the epoch or the step"],
  ...Object.getOwnPropertyNames(globalThis.Temporal?.Now ?? {})
    .filter((name) => name !== "timeZoneId")
    .map((name): Source => [Temporal.Now, "Temporal.Now", name, "the epoch or the step"]),
  ...files.map((name): Source => [Deno, "Deno", name, imported]),
  [globalThis, "globalThis", "fetch", imported],
  ...["get", "has", "toObject"].map((name): Source => [Deno.env, "Deno.env", name, "a setting"]),
  ...["hostname", "memoryUsage", "systemMemoryInfo", "loadavg", "osUptime"]
    .map((name): Source => [Deno, "Deno", name, "a setting"]),
];

/**
 * Begins a part of a user's module, which ends with the value's scope. Meanwhile the functions that take
 * chance, time, files or the machine's state from outside throw: a run has to be a pure function of
 * its config and its data. And what the console is told goes to standard error: standard output may
 * be JSON.
 */
export function sealed(): Disposable {
  install();
  depth++;
  return { [Symbol.dispose]: () => void depth-- };
}

/** What of the console writes to standard output. */
const printing = ["log", "info", "debug", "dir", "dirxml", "table", "count", "timeEnd"] as const;

let isInstalled = false;

/** Puts the guards before the functions, once a process and only where a module is used. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  for (const [owner, where, name, instead] of sources) {
    const original: (...given: never[]) => unknown = Reflect.get(owner, name);
    const guard = function (this: unknown, ...given: never[]) {
      refuse(`${where}.${name}()`, instead);
      return Reflect.apply(original, owner, given);
    };
    Object.defineProperty(owner, name, { value: guard, configurable: true, writable: true });
  }
  for (const name of printing) {
    const original = console[name];
    console[name] = (...given: unknown[]) => (depth > 0 ? console.error : original)(...given);
  }
  globalThis.Date = new Proxy(Date, {
    apply(target, self, given) {
      refuse("Date()", "the epoch or the step");
      return Reflect.apply(target, self, given);
    },
    construct(target, given, newTarget) {
      if (given.length === 0) refuse("new Date()", "the epoch or the step");
      return Reflect.construct(target, given, newTarget);
    },
  });
}

function refuse(what: string, instead: string): void {
  if (depth > 0 && !isOfWick(new Error().stack ?? "")) {
    throw new Error(`${what} differs from run to run: use ${instead}`);
  }
}

/** Where wick's own modules are: these may read what a user's module calls them for, the library say. */
const here = new URL("../", import.meta.url).href;

/** Whether the caller of a guarded function, the first line of a stack outside this file, is wick's. */
function isOfWick(stack: string): boolean {
  const caller = stack.split("\n").slice(1).find((line) => !line.includes(import.meta.url));
  return caller?.includes(here) ?? false;
}
