import { markdownTable } from "../src/html/mod.ts";
import { modelNames, zooNames } from "./models.ts";
import type { Measured, Memory, Report } from "./report.ts";

/** The report as Markdown, as it stands in a README. */
export function tables(report: Report): string {
  const training = report.cells.filter(({ run }) => run === "train");
  const [networks, models] = [true, false].map((zoo) =>
    training.filter(({ model }) => zooNames.includes(model) === zoo)
  );
  const sections = [
    about(report),
    ...ofBatches(models!, (batch, cells) =>
      section(
        `Training, batch ${batch}: seconds an epoch of 60,000 images, the better number of threads`,
        table(report, cells, 60_000),
        shares(cells),
      )),
    ...ofBatches(networks!, (batch, cells) =>
      section(
        `Training the zoo, batch ${batch}: images a second, the better number of threads`,
        zooTable(report, (peer, model) => rateOf(cells, peer, model)),
      )),
    ...ofBatches(report.memory, (batch, found) =>
      section(
        `Memory of a process that trains a network of the zoo, batch ${batch}: the peak in MiB, and in brackets what it ` +
          "holds before its model is built",
        zooTable(report, (peer, model) => memoryOf(found, peer, model)),
      )),
    ...cellsOf(report, "evaluate", (cells) =>
      section(
        "Evaluation of 10,000 images: seconds, the best batch size and number of threads",
        table(report, cells, 10_000),
      )),
    ...cellsOf(
      report,
      "infer",
      (cells) => section("One image: microseconds", table(report, cells, 1e6)),
    ),
    ...section(
      "The first training step of the cnn: seconds from the start of a process, and its memory in MiB",
      processes(report),
    ),
  ];
  const { skipped } = report;
  if (skipped.length > 0) {
    sections.push(
      `Left out: ${skipped.map(({ peer, reason }) => `${peer} (${reason})`).join(", ")}.`,
    );
  }
  return `${sections.join("\n\n")}\n`;
}

const section = (...parts: readonly string[]): string[] => parts.filter((part) => part !== "");

function cellsOf(
  { cells }: Report,
  run: Measured["run"],
  write: (cells: readonly Measured[]) => string[],
): string[] {
  const found = cells.filter((cell) => cell.run === run);
  return found.length === 0 ? [] : write(found);
}

/** What `write` makes of each size of batch. */
function ofBatches<T extends { readonly batch: number }>(
  found: readonly T[],
  write: (batch: number, found: readonly T[]) => string[],
): string[] {
  const batches = [...new Set(found.map(({ batch }) => batch))];
  return batches.flatMap((batch) => write(batch, found.filter((one) => one.batch === batch)));
}

/** A row a network of the zoo, a column a peer that has a figure of any. */
function zooTable(
  { versions }: Report,
  figure: (peer: string, model: string) => string | undefined,
): string {
  const peers = Object.keys(versions).filter((peer) => zooNames.some((name) => figure(peer, name)));
  const names = zooNames.filter((name) => peers.some((peer) => figure(peer, name)));
  const rows = names.map((name) => [name, ...peers.map((peer) => figure(peer, name) ?? "-")]);
  return markdownTable(["", ...peers], rows);
}

function rateOf(cells: readonly Measured[], peer: string, model: string): string | undefined {
  const at = (peer: string) =>
    best(cells.filter((cell) => cell.peer === peer && cell.model === model));
  const [found, ours] = [at(peer), at("wick")];
  if (found === undefined) return undefined;
  return short(found) + (peer !== "wick" && ours !== undefined ? ` (${short(ours / found)}x)` : "");
}

function memoryOf(all: readonly Memory[], peer: string, model: string): string | undefined {
  const found = all.find((one) => one.peer === peer && one.model === model);
  return found?.peak === undefined ? undefined : `${found.peak} (${found.atStart})`;
}

function about({ machine, when, commit, command, data, peak, rounds }: Report): string {
  const limits = Object.entries(peak).map(([set, [one, two]]) => `${set} ${one} and ${two}`);
  return `${machine.processor}, ${machine.cores} cores, ${machine.system}; ${data} images; ` +
    `${
      when.slice(0, 10)
    }, commit ${commit}, \`${command}\`. Medians of ${rounds}; in brackets how ` +
    `many times as fast wick is. Measured FMA peak, GFLOP/s with 1 and 2 threads: ` +
    `${limits.join("; ") || "not measured"}.`;
}

/** A row a peer, a column a model: the time for `images`, and how many times as fast wick is. */
function table(report: Report, cells: readonly Measured[], images: number): string {
  const models = [...modelNames, ...zooNames].filter((model) =>
    cells.some((cell) => cell.model === model)
  );
  const at = (peer: string, model: string) =>
    best(cells.filter((cell) => cell.peer === peer && cell.model === model));
  const rows = Object.entries(report.versions).map(([peer, version]) => {
    const figures = models.map((model) => {
      const found = at(peer, model);
      if (found === undefined) return "-";
      const ours = at("wick", model);
      const ratio = ours !== undefined && peer !== "wick" ? ` (${short(ours / found)}x)` : "";
      return short(images / found) + ratio;
    });
    return [`${peer} ${version}`, ...figures];
  });
  return markdownTable(["", ...models], rows);
}

/** What wick makes of the processor, by model and threads. */
function shares(cells: readonly Measured[]): string {
  const names = new Set(cells.map(({ peer }) => peer).filter((peer) => peer.startsWith("wick")));
  return Array.from(names, (name) => sharesOf(name, cells)).filter((text) => text !== "").join(
    "\n\n",
  );
}

function sharesOf(name: string, cells: readonly Measured[]): string {
  const texts = cells.flatMap(({ peer, model, threads, peakShare }) =>
    peer === name && peakShare !== undefined
      ? [`${model} ${Math.round(100 * peakShare)} % with ${threads}`]
      : []
  );
  return texts.length === 0
    ? ""
    : `Share of the AVX2 (or NEON) FMA peak that ${name} reaches, by number of threads: ${
      texts.join(", ")
    }.`;
}

function processes(report: Report): string {
  const rows = report.processes.map(({ peer, firstStep, peakMemory }) => [
    peer,
    firstStep === undefined ? "-" : short(firstStep),
    peakMemory === undefined ? "-" : `${peakMemory}`,
  ]);
  return markdownTable(["", "first step", "memory"], rows);
}

/** The highest median rate, in images a second. */
export function best(cells: readonly Measured[]): number | undefined {
  const rates = cells.flatMap(({ imagesPerSecond }) => imagesPerSecond?.median ?? []);
  return rates.length === 0 ? undefined : rates.reduce((most, rate) => rate > most ? rate : most);
}

/** Two significant digits, never as a power of ten. */
export const short = (value: number): string =>
  value >= 10 ? `${Math.round(value)}` : `${Number(value.toPrecision(2))}`;
