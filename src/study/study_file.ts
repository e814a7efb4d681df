import { dirname, isAbsolute, join, resolve } from "node:path";
import {
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { TrainConfig } from "../config/mod.ts";
import { isDataPath } from "../data/mod.ts";
import { UsageError } from "../errors.ts";
import { isModulePath } from "../models/mod.ts";
import { guessOf } from "../settings/mod.ts";
import { rankedOf } from "../statistics/mod.ts";
import { readText } from "../storage/mod.ts";
import type { Given, GivenChoice, GivenModel, StudyRequest } from "./request.ts";

/** What a study file says: what is searched, and how and on what it is done. */
export interface StudyFile {
  readonly request: StudyRequest;
  /** The study's name, by default that of the file. */
  readonly name: string;
  /** Flags that it takes the place of. */
  readonly flags: {
    readonly data?: string;
    readonly imageSize?: number;
    readonly bestBy?: TrainConfig["bestBy"];
  };
}

const known = [
  ...["name", "model", "settings", "sampler", "trials", "round", "seeds", "sampler_seed"],
  ...["pruner", "data", "image_size", "best_by"],
];

/** Reads a study file, YAML or JSON; throws a UsageError that names the line and the key. */
export function readStudyFile(path: string): StudyFile {
  const text = readText(path);
  if (text === undefined) throw new UsageError(`There is no study file ${path}`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new UsageError(`${path}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  }
  return new Reader(path, lines).file(document.contents);
}

class Reader {
  constructor(readonly path: string, readonly lines: LineCounter) {}

  file(contents: ParsedNode | null): StudyFile {
    if (!isMap(contents)) {
      throw this.#wrong(contents, "expected keys with values, as in trials: 40");
    }
    const entries = new Map<string, Node>();
    for (const { key, node, value } of this.#pairs(contents)) {
      if (!known.includes(key)) {
        const guess = guessOf(key, known);
        throw this.#wrong(node, `there is no key ${key}: there are ${known.join(", ")}${guess}`);
      }
      entries.set(key, value);
    }
    const take = <T>(key: string, read: (node: Node, key: string) => T): T | undefined => {
      const node = entries.get(key);
      return node === undefined ? undefined : read(node, key);
    };
    const base = this.path.slice(this.path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
    return {
      name: take("name", (node, key) => this.#word(node, key)) ?? base,
      flags: {
        data: take("data", (node, key) => this.#path(node, key, isDataPath)),
        bestBy: take("best_by", (node, key) => this.#label(node, key)),
        imageSize: take("image_size", (node, key) => this.#count(node, key)),
      },
      request: {
        models: take("model", (node) => this.#models(node)) ?? [],
        given: take("settings", (node) => this.#settings(node)) ?? [],
        sampler: take("sampler", (node, key) => this.#choice(node, key)),
        pruner: take("pruner", (node, key) => this.#choice(node, key)),
        trials: take("trials", (node, key) => this.#count(node, key)),
        round: take("round", (node, key) => this.#count(node, key)),
        seeds: take("seeds", (node, key) => this.#seeds(node, key)),
        samplerSeed: take("sampler_seed", (node, key) => this.#count(node, key, 0)),
      },
    };
  }

  #models(node: Node): GivenModel[] {
    const content: unknown = this.#content(node);
    const all = Array.isArray(content) ? (node as unknown as { items: Node[] }).items : [node];
    return all.map((item) => {
      const place = this.#place(item, "model");
      if (!isMap(item)) return { name: this.#model(item), given: [], place };
      const [node, ...given] = this.#named(item, "model");
      const name = this.#model(node);
      return { name, given: given.length === 0 ? [] : this.#settings(item, ["name"]), place };
    });
  }

  /** The name of what a map describes, and the keys beside it. */
  #named(node: YAMLMap, what: string): [name: Node, ...others: string[]] {
    const pairs = this.#pairs(node);
    const name = pairs.find(({ key }) => key === "name")?.value;
    if (name === undefined) throw this.#wrong(node, `${what}: name is missing`);
    return [name, ...pairs.map(({ key }) => key).filter((key) => key !== "name")];
  }

  #settings(node: Node, without: readonly string[] = []): Given[] {
    if (!isMap(node)) throw this.#wrong(node, "settings: expected keys with values, as in lr: 0.1");
    return this.#pairs(node).filter(({ key }) => !without.includes(key)).map((pair) => ({
      key: pair.key,
      value: this.#content(pair.value),
      place: this.#place(pair.node, pair.key),
    }));
  }

  #choice(node: Node, what: string): GivenChoice {
    const place = this.#place(node, what);
    if (!isMap(node)) return { name: this.#word(node, what), settings: {}, place };
    const [named, ...keys] = this.#named(node, what);
    const name = this.#word(named, what);
    const { name: _, ...settings } = this.#content(node) as Record<string, unknown>;
    return { name, settings: keys.length === 0 ? {} : settings, place };
  }

  #seeds(node: Node, key: string): number[] {
    const content = this.#content(node);
    const isSeed = (value: unknown): value is number =>
      Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffffffff;
    if (Array.isArray(content) && content.length > 0 && content.every(isSeed)) return content;
    return seedsOf(this.#count(node, key));
  }

  #word(node: Node, key: string): string {
    const content = this.#content(node);
    if (typeof content === "string" && content !== "") return content;
    throw this.#wrong(node, `${key}: expected a word, not ${JSON.stringify(content)}`);
  }

  readonly #model = (node: Node): string => this.#path(node, "model", isModulePath);

  /** A word that may be a path: from the file's folder, or else from where the user stands. */
  #path(node: Node, key: string, isPath: (word: string) => boolean): string {
    const word = this.#word(node, key);
    const beside = join(dirname(this.path), word);
    if (!isPath(word) || isAbsolute(word) || resolve(beside) === resolve(word)) return word;
    if (exists(beside)) return /^\.|^\//.test(beside) ? beside : `./${beside}`;
    if (exists(word)) return word;
    const folders = `${resolve(dirname(this.path))} and in ${resolve(".")}`;
    throw this.#wrong(node, `${key}: there is no ${word}: looked in ${folders}`);
  }

  #label(node: Node, key: string): TrainConfig["bestBy"] {
    const word = this.#word(node, key);
    const labels = rankedOf("val").map(({ label }) => label);
    const label = labels.find((one) => one === word);
    if (label !== undefined) return label;
    throw this.#wrong(node, `${key}: expected ${labels.join(" or ")}, not ${JSON.stringify(word)}`);
  }

  #count(node: Node, key: string, least = 1): number {
    const content = this.#content(node);
    if (Number.isInteger(content) && Number(content) >= least && Number(content) <= 0xffffffff) {
      return Number(content);
    }
    const said = `${key}: expected a whole number from ${least}, not ${JSON.stringify(content)}`;
    throw this.#wrong(node, said);
  }

  #pairs(map: YAMLMap): { key: string; node: Node; value: Node }[] {
    return map.items.map(({ key, value }) => {
      if (!isScalar(key)) throw this.#wrong(key as Node, "a key must be a word");
      if (value === null) throw this.#wrong(key, `${key.value} has no value`);
      return { key: String(key.value), node: key, value: value as Node };
    });
  }

  #content(node: Node): unknown {
    return isScalar(node) ? node.value : (node as unknown as { toJSON(): unknown }).toJSON();
  }

  #place(node: Node | null, key: string): string {
    return `${this.path}:${this.#line(node)}: ${key}`;
  }

  #line(node: Node | null): number {
    return this.lines.linePos(node?.range?.[0] ?? 0).line;
  }

  #wrong(node: Node | null, why: string): UsageError {
    return new UsageError(`${this.path}:${this.#line(node)}: ${why}`);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false; // what cannot be looked at is not there
  }
}

/** The seeds 1 to `count`. */
export const seedsOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
