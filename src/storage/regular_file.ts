/** A file that is open for reading. */
export interface OpenedFile extends Disposable {
  readonly file: Deno.FsFile;
  /** In bytes. */
  readonly size: number;
}

/**
 * Opens a regular file. Undefined where there is something else: a pipe would make the reader wait
 * for ever, and a device may never end. Links are followed unless `links` is false. Throws what Deno
 * throws where there is nothing, or nothing that may be read.
 */
export function openRegularFile(path: string, { links = true } = {}): OpenedFile | undefined {
  const expected = links ? Deno.statSync(path) : Deno.lstatSync(path);
  if (!expected.isFile) return undefined;
  const file = Deno.openSync(path);
  const { dev, ino, size } = file.statSync();
  if (dev !== expected.dev || ino !== expected.ino) { // it was exchanged in between
    file.close();
    return undefined;
  }
  return { file, size, [Symbol.dispose]: () => file.close() };
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
