import { z } from "zod";
import { configRecord, shownConfig } from "../config/mod.ts";
import { models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { type FigureKey, figuresOf } from "../statistics/mod.ts";
import { type FoundRun, runStates } from "../run/mod.ts";
import { figuresOfRun, trainingSeconds } from "./words.ts";

type SortValue = string | number | undefined;

/** What the table of runs can be sorted by, besides figures. */
const otherValues = {
  run: ({ name }) => name,
  state: ({ state }) => state,
  model: (run) => configOf(run)?.model,
  lr: (run) => configOf(run)?.lr,
  seed: (run) => configOf(run)?.seed,
  time: (run) => run.state === "damaged" ? undefined : trainingSeconds(run),
} as const satisfies Record<string, (run: FoundRun) => SortValue>;

/** The name of a column that can be sorted. */
export type SortKey = keyof typeof otherValues | FigureKey<"val" | "test">;

const sortValues: Partial<Record<SortKey, (run: FoundRun) => SortValue>> = {
  ...otherValues,
  ...Object.fromEntries([...figuresOf("val"), ...figuresOf("test")].map(({ key }) => [
    key,
    (run: FoundRun) => run.state === "damaged" ? undefined : figuresOfRun(run)[key],
  ])),
};
const sortKeys = Object.keys(sortValues) as SortKey[];

/** Which runs are shown and in which order, as the address of the page says it. */
export const listingSchema = z.object({
  /** Words that all must be found in a run's name, state or settings (`batch_size=32`). */
  text: z.string().max(200).default(""),
  model: z.string().max(64).default(""),
  state: z.enum(["", ...runStates]).default(""),
  sort: z.enum(sortKeys).default("run"),
  order: z.enum(["ascending", "descending"]).default("descending"),
  /** Which part of a long table is shown, counted from 1. */
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
});
export type Listing = z.infer<typeof listingSchema>;

/** The models that can be chosen: those of the runs, and wick's own. */
export const modelsOf = (runs: readonly FoundRun[]): string[] => [
  ...new Set([...namesOf(models), ...runs.flatMap((run) => configOf(run)?.model ?? [])]),
];

/** The runs that a listing asks for; those without a value stand last in either order. */
export function select(runs: readonly FoundRun[], listing: Listing): FoundRun[] {
  const { text, model, state, sort, order } = listing;
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const chosen = runs.filter((run) =>
    (state === "" || run.state === state) &&
    (model === "" || configOf(run)?.model === model) &&
    words.every((word) => searchText(run).includes(word))
  );
  const value = (run: FoundRun) => sortValues[sort]?.(run);
  const direction = order === "ascending" ? 1 : -1;
  return chosen.sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return a.name < b.name ? 1 : -1;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -direction : direction;
  });
}

/** The address of the table with these choices; what is the default is left out. */
export function listingAddress(listing: Listing): string {
  const standard = listingSchema.parse({});
  const entries = Object.entries(listing)
    .filter(([key, value]) => value !== standard[key as keyof Listing])
    .map(([key, value]) => [key, String(value)]);
  return entries.length === 0 ? "./" : `./?${new URLSearchParams(entries)}`;
}

function configOf(run: FoundRun) {
  return run.state === "damaged" ? undefined : run.config;
}

function searchText(run: FoundRun): string {
  const config = configOf(run);
  const settings = config === undefined ? [] : Object.entries(shownConfig(configRecord(config)));
  const words = settings.map(([key, value]) => `${key}=${value}`);
  return [run.name, run.state, ...words].join(" ").toLowerCase();
}
