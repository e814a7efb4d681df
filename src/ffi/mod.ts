/**
 * The only door to native code: `native` has one typed function for each export of the library.
 *
 * @module
 */

export { NativeError } from "./errors.ts";
export {
  configureThreads,
  divideAmong,
  libraryInformation,
  native,
  threadsOfEach,
} from "./library.ts";
export { liveTensors } from "./live.ts";
export { importerLibrary } from "./place.ts";
