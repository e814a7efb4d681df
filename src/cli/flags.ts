import { z } from "zod";
import { UsageError } from "../errors.ts";
import { explain, nearest } from "../settings/mod.ts";
import { pageColumns } from "./terminal.ts";
import { definitions, wrap } from "./wrap.ts";

/** One flag as the schema defines it. */
interface Flag {
  readonly key: string;
  readonly name: string;
  readonly kind: "string" | "number" | "integer" | "boolean";
  /** Whether it may be given several times; its value is an array then. */
  readonly repeated: boolean;
  readonly choices?: readonly string[];
  readonly fallback?: unknown;
  /** What stands for its value in `--help`. */
  readonly placeholder: string;
  readonly text: string;
}

/** What the command line's parser makes of the arguments (`parseArgs` of @std/cli). */
export interface ParsedArguments {
  readonly _: readonly (string | number)[];
  readonly [name: string]: unknown;
}

/** How one command's flags are spelled besides their names in the schema. */
export interface CommandOptions {
  /** The lines above the flags in `--help`. */
  readonly usage: string;
  /** Other spellings of flags: `{ b: "batch-size" }`. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Other spellings of values: `{ mlp: "nonlinear" }`. */
  readonly values?: Readonly<Record<string, string>>;
  /** What the arguments without a flag are, in their order; `IMAGE...` at the end is any number. */
  readonly positional?: readonly string[];
}

/** The flags of one command: all that is known about them comes from one zod schema. */
export class Command<Shape extends z.ZodRawShape> {
  readonly #flags: readonly Flag[];

  constructor(readonly schema: z.ZodObject<Shape>, readonly options: CommandOptions) {
    this.#flags = flagsOf(schema);
  }

  /** What `parseArgs` has to know. Every text flag is collected, so that a repeated one is seen. */
  get parseOptions() {
    const named = (boolean: boolean) =>
      this.#flags.filter(({ kind }) => (kind === "boolean") === boolean).map(({ name }) => name);
    const alias: Record<string, string> = { h: "help", ...this.options.alias };
    return {
      string: [...named(false), "_"],
      boolean: [...named(true), ...this.#flags.filter(isSwitch).map(negation), "help"],
      collect: named(false),
      alias,
    };
  }

  /**
   * The arguments as `parseArgs` understands them all: a value may begin with a minus sign, and a
   * switch may have the values of a sweep, `--hflip false` for `--no-hflip`.
   */
  arguments(texts: readonly string[]): string[] {
    const joined: string[] = [];
    for (const text of texts) {
      const last = joined.at(-1);
      const [name, value] = text.split(/=(.*)/s, 2);
      const given = this.#switch(value === undefined ? undefined : name);
      const before = isTruth(text) ? this.#switch(last) : undefined;
      const isValue = /^-\.?\d/.test(text) && last !== undefined &&
        /^--?[a-z][a-z\d-]*$/.test(last);
      if (given !== undefined) joined.push(switched(given, value));
      else if (before !== undefined) joined[joined.length - 1] = switched(before, text);
      else if (isValue) joined[joined.length - 1] = `${last}=${text}`;
      else joined.push(text);
    }
    return joined;
  }

  /** The switch of this spelling. */
  #switch(spelled: string | undefined): Flag | undefined {
    return this.#flags.filter(isSwitch).find(({ name }) => spelled === `--${name}`);
  }

  /**
   * The values the user gave, checked, without defaults; undefined when help was asked for (print
   * `help()` then). Throws a UsageError that names the flag, what is wrong and the nearest right one.
   */
  read(parsed: ParsedArguments): Partial<z.output<z.ZodObject<Shape>>> | undefined {
    const given: Record<string, unknown> = {};
    const entries: [string, unknown][] = Object.entries(parsed);
    if (entries.some(([name, value]) => name === "help" && value === true)) return undefined;
    const known = new Map(this.#flags.map((flag) => [flag.name, flag]));
    const aliases = new Set(["help", "h", "_", ...Object.keys(this.options.alias ?? {})]);
    const negated = new Map(this.#flags.filter(isSwitch).map((flag) => [negation(flag), flag]));
    for (const [name, value] of entries) {
      if (aliases.has(name) || value === false) continue; // a switch that was not given
      const off = known.has(name) ? undefined : negated.get(name);
      if (off !== undefined) {
        if (parsed[off.name] === true) {
          throw new UsageError(`--${off.name} and --${name} contradict each other`);
        }
        given[off.key] = false;
        continue;
      }
      const flag = known.get(name);
      if (flag === undefined) throw this.#unknown(name);
      if (Array.isArray(value) && value.length === 0) continue;
      given[flag.key] = flag.repeated && Array.isArray(value)
        ? value.map((each) => this.#value(flag, each))
        : this.#value(flag, value);
    }
    const { positional = [] } = this.options;
    if (parsed._.length > positional.length && !positional.at(-1)?.endsWith("...")) {
      throw new UsageError(
        `Unexpected argument ${JSON.stringify(String(parsed._[positional.length]))}; see --help`,
      );
    }
    const texts = this.#flags.filter(({ key }) => typeof given[key] === "number")
      .map(({ key, name }) => [key, String([parsed[name]].flat()[0])]);
    return this.#check(given, Object.fromEntries(texts));
  }

  /** The text of `--help` in lines of at most `columns`: every flag with its values and default. */
  help(columns: number = pageColumns): string {
    const spelled = new Map(
      Object.entries(this.options.alias ?? {}).map(([alias, name]) => [name, alias]),
    );
    const flags = flagsOf(this.schema); // anew: a default may depend on where the user stands
    const lines = flags.map((flag) => {
      const alias = spelled.get(flag.name);
      const other = alias === undefined ? "" : `${alias.length > 1 ? "--" : "-"}${alias}, `;
      const value = flag.kind === "boolean" ? "" : ` ${flag.placeholder}`;
      const fallback = flag.fallback === undefined || flag.fallback === false
        ? ""
        : `${/\]$/.test(flag.text) ? "; here" : ""} [${flag.fallback}]`;
      const choices = flag.choices === undefined ? "" : `: ${flag.choices.join(", ")}`;
      const name = flag.fallback === true ? `[no-]${flag.name}` : flag.name;
      return [`  ${other}--${name}${value}`, `${flag.text}${choices}${fallback}`] as const;
    });
    const table = definitions([...lines, ["  -h, --help", "show this help"]], columns);
    return [...wrap(this.options.usage, columns), "", "Flags [default]:", table].join("\n");
  }

  #unknown(name: string): UsageError {
    const dashes = name.length > 1 ? "--" : "-";
    const candidates = this.#flags.map((flag) => flag.name).concat("help");
    const guess = nearest(name.replace(/^no-/, ""), candidates);
    const hint = guess === undefined ? "see --help" : `did you mean --${guess}?`;
    return new UsageError(`Unknown flag ${dashes}${name}; ${hint}`);
  }

  #value(flag: Flag, value: unknown): unknown {
    if (flag.kind === "boolean") return value;
    const texts = Array.isArray(value) ? value : [value];
    if (texts.length > 1) {
      throw new UsageError(
        `--${flag.name} is given ${texts.length} times: ${
          texts.map((text) => JSON.stringify(text)).join(", ")
        }`,
      );
    }
    const text = String(texts[0]);
    if (text === "") throw new UsageError(`--${flag.name} needs a value: ${flag.placeholder}`);
    if (flag.kind === "string") {
      return this.options.values?.[text] ?? (isPath(flag) ? pathOf(flag, text) : text);
    }
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
      throw new UsageError(`--${flag.name} must be a number, not ${JSON.stringify(text)}`);
    }
    if (!Number.isFinite(Number(text))) {
      throw new UsageError(`--${flag.name} must be a number below 1.8e308 in size, not ${text}`);
    }
    return Number(text);
  }

  #check(
    given: Record<string, unknown>,
    texts: Record<string, string>,
  ): Partial<z.output<z.ZodObject<Shape>>> {
    const result = this.schema.partial().safeParse(given);
    if (!result.success) {
      throw new UsageError(explain(result.error, given, (key) => `--${flagName(key)}`, [], texts));
    }
    const values = Object.entries(result.data).filter(([key]) => key in given);
    return Object.fromEntries(values) as Partial<z.output<z.ZodObject<Shape>>>;
  }
}

/** Whether a flag is on or off, and `--no-NAME` turns it off. */
const isSwitch = ({ kind }: Flag): boolean => kind === "boolean";

/** The flag that turns a switch off. */
const negation = ({ name }: Flag): string => `no-${name}`;

/** How a switch with a value, as sweeps have it, is spelled without one. */
function switched(flag: Flag, value: string): string {
  if (!isTruth(value)) throw new UsageError(`--${flag.name} takes no value`);
  return `--${value === "true" ? flag.name : negation(flag)}`;
}

const isTruth = (text: string): boolean => text === "true" || text === "false";

const isPath = ({ kind, choices, placeholder }: Flag): boolean =>
  kind === "string" && choices === undefined &&
  ["PATH", "FOLDER", "RUN_FOLDER"].includes(placeholder);

/** A path that stays one where it is printed in a command: `-x` would be flags there. */
function pathOf({ name }: Flag, text: string): string {
  if (/^~[^/]*(\/|$)/.test(text)) {
    throw new UsageError(
      `--${name} must be a path that says where it begins, not ${JSON.stringify(text)}: ` +
        `shells replace ~ after a space only, as in --${name} ${text}`,
    );
  }
  return text.startsWith("-") ? `./${text}` : text;
}

/** `batchSize` as a flag is written: `batch-size`. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flags of a schema, from its JSON Schema: zod's one public description of itself. */
function flagsOf(schema: z.ZodType): Flag[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([key, property]) => {
    if (typeof property === "boolean") throw new TypeError(`${key} has no type`);
    const repeated = property.type === "array";
    const item = repeated ? property.items as typeof property : property;
    const kind = item.type as Flag["kind"];
    const choices = property.enum?.map(String);
    return {
      key,
      name: flagName(key),
      kind,
      repeated,
      choices,
      fallback: repeated ? undefined : property.default,
      placeholder: String(property.placeholder ?? placeholderOf(kind, choices)),
      text: property.description ?? "",
    };
  });
}

function placeholderOf(kind: Flag["kind"], choices: Flag["choices"]): string {
  if (choices !== undefined) return "NAME";
  return kind === "string" ? "PATH" : kind === "integer" ? "N" : "X";
}
