/**
 * The only door to native code: `native` has one typed function for each export of the library.
 *
 * @module
 */

export { NativeError } from "./errors.ts";
export { libraryInformation, native } from "./library.ts";
export type { Handle, Native } from "./symbols.ts";
export { liveTensors } from "./live.ts";
export { configureThreads, wickInfo } from "./information.ts";
export { importerLibrary } from "./place.ts";
