import { barColumns, clearLine, fitting, takesEscapes } from "../cli/mod.ts";
import type { DownloadProgress } from "./download.ts";

/**
 * Says how a download goes: on a terminal one line that is written over, in a log a line for each
 * quarter of a file.
 */
export function downloadReporter(
  write: (text: string) => void = (text) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
  terminal: boolean = takesEscapes(Deno.stderr),
  columns: () => number = barColumns,
): (progress: DownloadProgress) => void {
  let last = "";
  return ({ file, source, received, total }) => {
    const percent = Math.floor(100 * received / total);
    const step = terminal ? percent : percent - percent % 25;
    const key = `${file} ${source} ${step}`;
    if (key === last) return;
    last = key;
    const short = `${file}  ${String(step).padStart(3)} %`;
    const size = `${short} of ${megabytes(total)} MB`;
    const line = `${size} from ${new URL(source).host}`;
    if (!terminal) return write(`${line}\n`);
    const end = received === total ? "\n" : "";
    write(`${clearLine}${fitting(columns(), [line, size, short])}${end}`);
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
