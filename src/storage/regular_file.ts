/** A file that is open for reading. */
export interface OpenedFile extends Disposable {
  readonly file: Deno.FsFile;
  /** In bytes, when it was opened. */
  readonly size: number;
}

/** Times a file is opened anew after another one took its name in between. */
const attempts = 100;

/**
 * Opens a regular file. Undefined where there is something else: a pipe would make the reader wait
 * for ever, and a device may never end. Links are followed unless `links` is false. Throws what Deno
 * throws where there is nothing, or nothing that may be read.
 */
export function openRegularFile(path: string, { links = true } = {}): OpenedFile | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const expected = links ? Deno.statSync(path) : Deno.lstatSync(path);
    if (!expected.isFile) return undefined;
    const file = Deno.openSync(path);
    const { dev, ino, size } = file.statSync();
    if (dev === expected.dev && ino === expected.ino) {
      return { file, size, [Symbol.dispose]: () => file.close() };
    }
    file.close(); // it was exchanged in between
  }
}

/** The next bytes of a file: `count` of them, or what is left. */
export function readBytes(file: Deno.FsFile, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  let done = 0;
  while (done < count) {
    const read = file.readSync(bytes.subarray(done));
    if (read === null) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
