import type { CanonicalFile } from "../../src/data/published_files.ts";
import { sha256 } from "../../src/data/digest.ts";
import { type Bytes, gzip } from "./idx_files.ts";

/** A small file as if it were published, and its bytes. */
export interface Published {
  readonly file: CanonicalFile;
  readonly packed: Bytes;
  readonly unpacked: Bytes;
}

/** Publishes `unpacked` under a name that ends in `.gz`. */
export async function publish(name: string, unpacked: Bytes): Promise<Published> {
  const packed = gzip(unpacked);
  const file = {
    name,
    bytes: packed.length,
    sha256: await sha256(packed),
    unpackedBytes: unpacked.length,
    unpackedSha256: await sha256(unpacked),
  };
  return { file, packed, unpacked };
}

/** Runs `work` with a new folder, which is removed afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wick-data-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Every file under a folder, sorted, as paths relative to it. */
export async function filesUnder(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(`${folder}/${below}`)) {
    const path = below + entry.name;
    if (entry.isDirectory) found.push(...await filesUnder(folder, `${path}/`));
    else found.push(path);
  }
  return found.sort();
}

/** Why tests of missing permission are left out, or nothing. */
export const rootSkip = Deno.build.os === "windows"
  ? " (skipped: no permission bits on Windows)"
  : Deno.uid() === 0
  ? " (skipped: root may read and write everything)"
  : "";
