import { UserError } from "../../errors.ts";
import { download, SourcesFailed } from "../download.ts";
import { downloadReporter } from "../download_reporter.ts";
import { dataFolder, findFile, readVerified, verify } from "../files_on_disk.ts";
import { readImageSet } from "../read_image_set.ts";
import type { CanonicalPair, Publication } from "../published_files.ts";
import { split } from "../split.ts";
import type { DataSet, FileOptions } from "./data_set.ts";

/** A set whose files its authors publish: IDX files of gray images. */
export interface PublishedSet extends DataSet {
  /** Its files, and where they come from. */
  readonly publication: Publication;
}

/** Makes a data set of its description. */
export function published(
  { publication: described, ...description }:
    & Omit<PublishedSet, "publication" | "prepare" | "loadTraining" | "loadTest">
    & { readonly publication: Omit<Publication, "files"> },
): PublishedSet {
  const { name } = description;
  const { train, test, below } = described;
  // The small ones first, so that a source that does not work is found out quickly.
  const files = [test.labels, train.labels, test.images, train.images];
  const publication = { ...described, files };
  const read = async (part: string, pair: CanonicalPair, { dataDir }: FileOptions) => {
    const folder = dataFolder(publication, dataDir);
    const [images, labels] = await Promise.all([pair.images, pair.labels].map(async (file) => {
      const found = await findFile(file, folder, below);
      if (found === undefined) {
        throw new UserError(`${file.name} has just been removed by someone.`);
      }
      return { name: found.path, bytes: await readVerified(found) };
    }));
    return await readImageSet(`${name}/${part}`, images, labels, description);
  };
  return {
    ...description,
    publication,
    async prepare({ dataDir, sources = publication.sources, ...options }) {
      const folder = dataFolder(publication, dataDir);
      try {
        using reporter = downloadReporter();
        const reported = { onProgress: reporter, ...options };
        await download(folder, { ...publication, sources }, reported);
      } catch (error) {
        // Damage matters more than a network that is down.
        if (error instanceof SourcesFailed) await verify(folder, publication);
        throw error;
      }
      await verify(folder, publication);
    },
    async loadTraining(trainSize, options) {
      const all = await read("train", train, options);
      return { ...split(all, description, trainSize), source: name, digests: digestsOf(train) };
    },
    async loadTest(options) {
      return { ...await read("test", test, options), source: name, digests: digestsOf(test) };
    },
  };
}

const digestsOf = ({ images, labels }: CanonicalPair): Record<string, string> =>
  Object.fromEntries([images, labels].map((file) => [file.name, file.sha256]));
