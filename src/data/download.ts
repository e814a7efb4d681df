import { messageOf, UserError } from "../errors.ts";
import { sha256 } from "./digest.ts";
import { findFile } from "./files_on_disk.ts";
import type { CanonicalFile, FileList } from "./published_files.ts";
import { type Patience, transfer, TransferError } from "./transfer.ts";

/** How far the download of one file is. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** URL of the folder it comes from. */
  readonly source: string;
  /** Bytes so far, of `total`. */
  readonly received: number;
  /** Bytes of the whole file. */
  readonly total: number;
}

/** What is fetched, and from which folders' URLs, tried in order. */
export interface DownloadRequest extends FileList {
  /** URLs of folders that hold the files. */
  readonly sources: readonly string[];
}

/** How patiently, and who is told. */
export interface DownloadOptions {
  /** How long a source may keep silent. */
  readonly patience?: Patience;
  /** Is told how far each file is. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** No source delivered a file; the message says what was tried and what to do. */
export class SourcesFailed extends UserError {
  /** The name by which it is told from other errors. */
  override readonly name = "SourcesFailed";
}

/**
 * Brings the files that are missing into the folder `below` `folder`, and returns the names of the
 * files it fetched. A file appears under its name only whole and verified; the next call goes on with
 * a file that broke off. Throws {@linkcode SourcesFailed}, or
 * {@linkcode UserError} for a damaged file or a folder that cannot be written.
 */
export async function download(
  folder: string,
  { files, below, sources: given }: DownloadRequest,
  options: DownloadOptions = {},
): Promise<string[]> {
  const found = await Promise.all(files.map((file) => findFile(file, folder, below)));
  const missing = files.filter((_, place) => found[place] === undefined);
  const target = `${folder}/${below}`;
  let sources = given;
  for (const file of missing) {
    const worked = await localErrors(target, () => fetchFile(file, target, sources, options));
    sources = [worked, ...sources.filter((source) => source !== worked)];
  }
  return missing.map((file) => file.name);
}

/** Fetches one file and returns the source that delivered it. */
async function fetchFile(
  file: CanonicalFile,
  target: string,
  sources: readonly string[],
  options: DownloadOptions,
): Promise<string> {
  await Deno.mkdir(target, { recursive: true });
  const path = `${target}/${file.name}`;
  const partPath = `${path}.part`;
  using part = await openAlone(partPath);
  if (await findFile(file, target, ".") !== undefined) { // another process was faster
    await Deno.remove(partPath);
    return sources[0];
  }
  const failures: string[] = [];
  for (const source of sources) {
    const failure = await fillPart(part, file, source, options);
    if (failure !== undefined) {
      failures.push(`  ${source}: ${failure}`);
      continue;
    }
    await part.sync();
    await Deno.rename(partPath, path);
    await syncFolder(target);
    return source;
  }
  if ((await part.stat()).size === 0) {
    await Deno.remove(partPath);
    await removeEmpty(target, target.slice(0, target.lastIndexOf("/")));
  }
  throw new SourcesFailed(
    `Cannot download ${file.name}. Tried:\n${failures.join("\n")}\n` +
      `Check the network and run it again (it goes on where it stopped), or copy the files ` +
      `from another machine to ${target}, or train with --data synthetic.`,
  );
}

/**
 * Fills `part` from one source, going on as long as each attempt brings something; returns why it
 * failed, if it did.
 */
async function fillPart(
  part: Deno.FsFile,
  file: CanonicalFile,
  source: string,
  { patience = { answer: 15_000, piece: 30_000 }, onProgress }: DownloadOptions,
): Promise<string | undefined> {
  const progress = (received: number) =>
    onProgress?.({ file: file.name, source, received, total: file.bytes });
  let fresh = false;
  while (true) {
    let { size } = await part.stat();
    if (size > file.bytes) {
      await part.truncate(0);
      size = 0;
    }
    fresh ||= size === 0;
    let failure: string | undefined;
    if (size < file.bytes) {
      failure = await attempt(() =>
        transfer(`${source}/${file.name}`, part, file.bytes, patience, progress)
      );
    }
    const filled = (await part.stat()).size;
    if (filled === file.bytes) {
      const digest = await sha256(await contentOf(part, filled));
      if (digest === file.sha256) return undefined;
      await part.truncate(0);
      if (fresh) return `it sends another file (SHA-256 ${digest})`;
    } else if (filled <= size) {
      return failure;
    }
  }
}

async function attempt(action: () => Promise<void>): Promise<string | undefined> {
  try {
    await action();
  } catch (error) {
    if (error instanceof TransferError) return error.message;
    throw error;
  }
}

/**
 * Opens `path` for writing once no other process has it open for writing, so that two downloads do
 * not mix their bytes. Throws {@linkcode UserError} for a link, by which another user of the folder
 * could have a file of this one written over.
 */
async function openAlone(path: string): Promise<Deno.FsFile> {
  while (true) {
    const part = await openUnlinked(path);
    await part.lock(true);
    const [held, named] = await Promise.all([part.stat(), lookAt(path)]);
    if (held.dev === named?.dev && held.ino === named.ino) return part;
    part.close();
  }
}

/** A file that is opened without `create` is left as it is, whatever it is. */
async function openUnlinked(path: string): Promise<Deno.FsFile> {
  while (true) {
    const found = await lookAt(path);
    if (found === undefined) {
      try {
        return await Deno.open(path, { read: true, write: true, createNew: true });
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) continue; // another process was faster
        throw error;
      }
    }
    if (!found.isFile || (found.nlink ?? 1) > 1) {
      throw new UserError(`${path} is a link, or no file: remove it and download again.`);
    }
    const part = await ifThere(Deno.open(path, { read: true, write: true }));
    const opened = await part?.stat();
    if (part && opened?.dev === found.dev && opened.ino === found.ino) return part;
    part?.close(); // it was exchanged in between
  }
}

const lookAt = (path: string) => ifThere(Deno.lstat(path));

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function contentOf(file: Deno.FsFile, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  await file.seek(0, Deno.SeekMode.Start);
  for (let filled = 0; filled < size;) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes;
}

/**
 * Makes a rename in `path` last through a power cut; where the system has no such call there is
 * nothing to do.
 */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}

async function removeEmpty(...folders: string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await Deno.remove(folder);
    } catch {
      return; // it holds something
    }
  }
}

async function localErrors<T>(target: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Cannot write to ${target}: ${
        messageOf(error)
      }. Name a folder that can be written with --data-dir.`,
      { cause: error },
    );
  }
}
