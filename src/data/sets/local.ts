import { UserError } from "../../errors.ts";
import type { LocalDescription } from "../local/description.ts";
import { fifth, type OpenedSet, openLocal } from "../local/open.ts";
import { split } from "../split.ts";
import { fashionMnist } from "./fashion_mnist.ts";
import { kmnist } from "./kmnist.ts";
import { mnist } from "./mnist.ts";
import { synthetic } from "./synthetic.ts";
import type { DataSet, FileOptions } from "./data_set.ts";

/** The last part of a path, in letters that any file system takes; another set's name is not taken. */
function nameOf(path: string): string {
  const last = path.replace(/\/+$/, "").replace(/^.*\//, "").replace(/[^\w.-]+/g, "-");
  const taken = [fashionMnist, kmnist, mnist, synthetic].some(({ name }) => name === last);
  return taken || /^\.*$/.test(last) ? `own-${last.replaceAll(".", "")}` : last;
}

/** A set of a user's own, of its description; `opened` has its images where they are in memory. */
export function local(description: LocalDescription, opened?: OpenedSet): DataSet {
  const { path, channels, height, width, classes, image_size: imageSize } = description;
  const name = nameOf(path);
  const counts = {
    trainCount: description.train_count,
    validationCount: description.validation_count,
    heldBack: fifth,
  };
  const open = async ({ dataDir = path }: FileOptions): Promise<OpenedSet> => {
    if (opened !== undefined) return opened;
    const found = await openLocal(dataDir, { imageSize });
    if (found.description.sha256 === description.sha256) return found;
    throw new UserError(
      `The data in ${dataDir} are not those of the run: their SHA-256 is ` +
        `${found.description.sha256}, not ${description.sha256}; --data-dir names another place.`,
    );
  };
  const named = <Part extends { name: string }>(part: Part) => ({
    ...part,
    name: `${name}/${part.name}`,
  });
  return {
    name,
    title: name,
    channels,
    height,
    width,
    classes,
    isScaled: true,
    ...counts,
    async loadTraining(trainSize, options) {
      const { train, digests } = await open(options);
      return { ...split(named(train), counts, trainSize), source: description, digests };
    },
    async loadTest(options) {
      const { test, digests } = await open(options);
      return { ...named(test), source: description, digests };
    },
  };
}
