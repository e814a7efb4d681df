import { markdownTable } from "../src/html/mod.ts";
import type { Load } from "./service_client.ts";

/** A round of one server: what a client saw of it. */
export interface Round {
  readonly perSecond: number;
  /** Milliseconds that half of the requests took at most. */
  readonly p50: number;
  /** Milliseconds that 99 of 100 requests took at most. */
  readonly p99: number;
  readonly failed: number;
}

/** Rounds of each server by its name, and by the number of connections. */
export type Rounds = Readonly<Record<string, Readonly<Record<string, readonly Round[]>>>>;

/** The least of ascending values that at least this share of them does not exceed. */
export function percentile(values: ArrayLike<number>, share: number): number {
  return values[Math.max(0, Math.ceil(share * values.length) - 1)];
}

/** The middle of some values. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** The figures of what a client saw. */
export function roundOf({ answered, failed, seconds, latencies }: Load): Round {
  const figure = (value: number) => Number(value.toFixed(3));
  return {
    perSecond: Math.round(answered / seconds),
    p50: figure(percentile(latencies, 0.5) ?? 0),
    p99: figure(percentile(latencies, 0.99) ?? 0),
    failed,
  };
}

/** A row a server: for each number of connections the medians of its rounds, and what failed. */
export function serviceTable(rounds: Rounds, connections: readonly number[]): string {
  const heads = connections.flatMap((count) => {
    const of = count === 1 ? "1 connection" : `${count} connections`;
    return [`${of}: requests/s`, "p50 ms", "p99 ms"];
  });
  const rows = Object.entries(rounds).map(([name, all]) => {
    const figures = connections.flatMap((count) => {
      const found = all[count] ?? [];
      if (found.length === 0) return ["-", "-", "-"];
      const middle = (key: keyof Round) => median(found.map((round) => round[key]));
      return [middle("perSecond").toFixed(0), middle("p50").toFixed(2), middle("p99").toFixed(2)];
    });
    const failed = Object.values(all).flat().reduce((sum, round) => sum + round.failed, 0);
    return [name, ...figures, `${failed}`];
  });
  return markdownTable(["", ...heads, "failed"], rows);
}
