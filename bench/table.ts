import type { Measured, Report } from "./report.ts";

const TRAIN_IMAGES = 60_000;
const TEST_IMAGES = 10_000;
const MODELS = ["linear", "nonlinear", "cnn", "wide"] as const;

/** The report as Markdown: what stands in the README between the `bench` marks. */
export function tables(report: Report): string {
  const { machine, when, commit, command, data, peak } = report;
  const limits = Object.entries(peak).map(([set, [one, two]]) => `${set} ${one} and ${two}`);
  const sections = [
    `${machine.processor}, ${machine.cores} cores, ${machine.system}; ${data}; ` +
    `${
      when.slice(0, 10)
    }, commit ${commit}, \`${command}\`. Medians of ${report.rounds}; in brackets how many ` +
    `times faster wick is. Measured FMA peak, GFLOP/s with 1 and 2 threads: ${limits.join("; ")}.`,
  ];
  for (const batch of new Set(training(report).map((cell) => cell.batch))) {
    sections.push(
      `Training, batch ${batch}: seconds an epoch of 60,000 images, the better number of threads`,
      table(
        report,
        (peer, model) =>
          report.cells.filter((cell) =>
            cell.run === "train" && cell.batch === batch && cell.peer === peer &&
            cell.model === model
          ),
        TRAIN_IMAGES,
      ),
    );
  }
  sections.push(
    "Evaluation of the 10,000 test images: seconds, the best batch size and number of threads",
    table(report, pick(report, "evaluate"), TEST_IMAGES),
    "One image: microseconds",
    table(report, pick(report, "infer"), 1e6),
    "Start to the end of the first training step of the cnn (s), and memory it took (MiB)",
    processes(report),
  );
  const { skipped } = report;
  if (skipped.length > 0) {
    sections.push(
      `Left out: ${skipped.map(({ peer, reason }) => `${peer} (${reason})`).join(", ")}.`,
    );
  }
  return `${sections.join("\n\n")}\n`;
}

const training = ({ cells }: Report) => cells.filter(({ run }) => run === "train");

const pick = (report: Report, run: string) => (peer: string, model: string): Measured[] =>
  report.cells.filter((cell) => cell.run === run && cell.peer === peer && cell.model === model);

function table(
  report: Report,
  cellsOf: (peer: string, model: string) => readonly Measured[],
  images: number,
): string {
  const models = MODELS.filter((model) => report.cells.some((cell) => cell.model === model));
  const rows = Object.keys(report.versions).map((peer) => {
    const figures = models.map((model) => {
      const found = best(cellsOf(peer, model));
      if (found === undefined) return "-";
      const ours = best(cellsOf("wick", model));
      const ratio = ours !== undefined && peer !== "wick" ? ` (${short(ours / found)}x)` : "";
      return short(images / found) + ratio;
    });
    return [`${peer} ${report.versions[peer]}`, ...figures];
  });
  return markdown([["", ...models], ...rows]);
}

function processes(report: Report): string {
  const rows = report.processes.map(({ peer, firstStep, peakMemory }) => [
    peer,
    firstStep === undefined ? "-" : short(firstStep),
    peakMemory === undefined ? "-" : `${peakMemory}`,
  ]);
  return markdown([["", "first step", "memory"], ...rows]);
}

/** The highest rate, in images a second. */
function best(cells: readonly Measured[]): number | undefined {
  const rates = cells.flatMap(({ imagesPerSecond }) => imagesPerSecond?.median ?? []);
  return rates.length === 0 ? undefined : rates.reduce((most, rate) => rate > most ? rate : most);
}

/** Two significant digits, never as a power of ten. */
const short = (value: number): string =>
  value >= 10 ? `${Math.round(value)}` : `${Number(value.toPrecision(2))}`;

function markdown([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => i === 0 ? "---" : "---:")), ...rows.map(line)].join(
    "\n",
  );
}
