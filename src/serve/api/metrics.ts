/** Upper bounds of the latencies' buckets, in seconds. */
const latencies = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Upper bounds of the batches' buckets, in images. */
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** How many values fall below each bound. */
class Histogram {
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.#counts = new Float64Array(bounds.length + 1);
  }

  add(value: number): void {
    let place = 0;
    while (value > this.bounds[place]) place++;
    this.#counts[place]++;
    this.#sum += value;
  }

  lines(name: string): string[] {
    let count = 0;
    const buckets = [...this.#counts].map((some, i) => {
      count += some;
      const bound = i === this.bounds.length ? "+Inf" : numberText(this.bounds[i]);
      return `${name}_bucket{le="${bound}"} ${count}`;
    });
    return [...buckets, `${name}_count ${count}`, `${name}_sum ${this.#sum}`];
  }
}

/** What a server tells of itself at one moment. */
export interface Gauges {
  /** Images that wait to be predicted. */
  readonly waiting: number;
  /** Models that are loaded. */
  readonly loaded: number;
}

/** Counts what an API does. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #latency = new Histogram(latencies);
  readonly #batch = new Histogram(sizes);

  /** Counts a request that was answered. */
  request(path: string, status: number, milliseconds: number): void {
    const labels = `{path="${path}",status="${status}"}`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    this.#latency.add(milliseconds / 1000);
  }

  /** Counts a batch of so many images. */
  batch(size: number): void {
    this.#batch.add(size);
  }

  /** All of it as OpenMetrics 1.0 has it. */
  text({ waiting, loaded }: Gauges): string {
    const requests = [...this.#requests].map(([labels, count]) =>
      `wick_requests_total${labels} ${count}`
    );
    return [
      ...family("wick_requests", "counter", "Requests to the API that were answered.", requests),
      ...family(
        "wick_request_duration_seconds",
        "histogram",
        "From the head of a request until its reply.",
        this.#latency.lines("wick_request_duration_seconds"),
        "seconds",
      ),
      ...family(
        "wick_batch_images",
        "histogram",
        "Images that were computed together.",
        this.#batch.lines("wick_batch_images"),
      ),
      ...family("wick_queue_images", "gauge", "Images that wait to be predicted.", [
        `wick_queue_images ${waiting}`,
      ]),
      ...family("wick_models_loaded", "gauge", "Models in memory.", [
        `wick_models_loaded ${loaded}`,
      ]),
      "# EOF\n",
    ].join("\n");
  }
}

function family(
  name: string,
  type: string,
  help: string,
  samples: readonly string[],
  unit?: string,
): string[] {
  const units = unit === undefined ? [] : [`# UNIT ${name} ${unit}`];
  return [`# TYPE ${name} ${type}`, ...units, `# HELP ${name} ${help}`, ...samples];
}

/** A bound as OpenMetrics writes it: `1.0`. */
const numberText = (value: number): string => Number.isInteger(value) ? `${value}.0` : `${value}`;
