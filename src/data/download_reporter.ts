import { barColumns, clearLine, fitting, takesEscapes } from "../cli/mod.ts";
import type { DownloadProgress } from "./download.ts";

/**
 * Says how a download goes: on a terminal one line that is written over, in a log a line for each
 * quarter of a file. Disposing it ends a line that a failure left half-way, so that an error has its
 * own.
 */
export function downloadReporter(
  write: (text: string) => void = (text) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
  terminal: boolean = takesEscapes(Deno.stderr),
  columns: () => number = barColumns,
): ((progress: DownloadProgress) => void) & Disposable {
  let last = "";
  let isOpen = false;
  const report = ({ file, source, received, total }: DownloadProgress) => {
    const percent = Math.floor(100 * received / total);
    const step = terminal ? percent : percent - percent % 25;
    const key = `${file} ${source} ${step}`;
    if (key === last) return;
    last = key;
    const short = `${file}  ${String(step).padStart(3)} %`;
    const size = `${short} of ${megabytes(total)} MB`;
    const line = `${size} from ${new URL(source).host}`;
    if (!terminal) return write(`${line}\n`);
    isOpen = received < total;
    write(`${clearLine}${fitting(columns(), [line, size, short])}${isOpen ? "" : "\n"}`);
  };
  return Object.assign(report, { [Symbol.dispose]: () => isOpen && write("\n") });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
