import type { DownloadProgress } from "./download.ts";

/**
 * Says how a download goes: on a terminal one line that is written over, in a log a line for each
 * quarter of a file.
 */
export function downloadReporter(
  write: (text: string) => void = (text) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
  terminal: boolean = Deno.stderr.isTerminal(),
): (progress: DownloadProgress) => void {
  let last = "";
  return ({ file, source, received, total }) => {
    const percent = Math.floor(100 * received / total);
    const step = terminal ? percent : percent - percent % 25;
    const key = `${file} ${source} ${step}`;
    if (key === last) return;
    last = key;
    const line = `${file}  ${String(step).padStart(3)} % of ${megabytes(total)} MB from ${
      new URL(source).host
    }`;
    write(terminal ? `\r${line}${received === total ? "\n" : ""}` : `${line}\n`);
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
