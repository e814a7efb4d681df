import { messageOf, UserError } from "../../src/errors.ts";
import { edited } from "../fuzz/edited.ts";
import { pictureReaders } from "./picture_readers.ts";

const seed = 1;
const secondsAnInput = 1;

/**
 * Gives a reader of pictures so many edited files. Throws at the first that leads to anything but a
 * picture or a UserError in one sentence, or takes a second in three attempts.
 */
export async function fuzzPictures(
  target: keyof typeof pictureReaders,
  count: number,
): Promise<{ accepted: number; refused: number }> {
  const { files, read } = pictureReaders[target];
  let accepted = 0;
  for (let index = 0; index < count; index++) {
    const bytes = edited(files, seed, index);
    let seconds = Infinity;
    for (let tries = 0; tries < 3 && seconds >= secondsAnInput; tries++) {
      const begun = performance.now();
      const error = await Promise.try(read, bytes).then(() => undefined, (error) => error);
      seconds = (performance.now() - begun) / 1000;
      if (error === undefined) accepted++;
      else if (!(error instanceof UserError) || !/^file [^\n]*\.$/.test(error.message)) {
        throw new Error(`${target}, seed ${seed}, input ${index}: ${messageOf(error)}`);
      }
    }
    if (seconds >= secondsAnInput) {
      throw new Error(`${target}, seed ${seed}, input ${index} took ${seconds} s`);
    }
  }
  return { accepted, refused: count - accepted };
}
