import { diskFiles, writeText } from "../src/storage/mod.ts";

/** A bench's results: in a file beside their own while some are missing, which takes its place when all are there. */
export class ResultsFile {
  /** Where the results are while some are missing. */
  readonly part: string;
  #state: "nothing" | "part" | "all" = "nothing";

  /** `path` is where all results go. */
  constructor(readonly path: string) {
    this.part = path.replace(/(\.json)?$/, ".part.json");
  }

  /** Writes what has been measured so far; the file of an earlier run stays as it is. */
  keep(report: unknown): void {
    writeText(diskFiles, this.part, `${JSON.stringify(report, null, 2)}\n`);
    this.#state = "part";
  }

  /** Writes all results. */
  complete(report: unknown): void {
    this.keep(report);
    Deno.renameSync(this.part, this.path);
    this.#state = "all";
  }

  /** Where the results are, as the last line of a run. */
  get place(): string {
    if (this.#state === "all") return `Written to ${this.path}`;
    const kept = this.#state === "part"
      ? `what was measured is in ${this.part}`
      : "nothing was kept";
    return `Stopped before the end: ${kept}; ${this.path} is as it was`;
  }
}
