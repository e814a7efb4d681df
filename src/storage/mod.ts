/** Files that survive a crash, and formats: safetensors, JSON, gzip, IDX, protocol buffers. @module */
export { csvText } from "./csv.ts";
export {
  append,
  appendSafely,
  diskFiles,
  type Files,
  isUnsupported,
  uninterrupted,
  warnOnce,
  writeAtomically,
} from "./files.ts";
export { gunzip, gunzipStart, isGzip, largestRatio } from "./gzip.ts";
export { type Idx, readIdx, readPackedIdx } from "./idx.ts";
export {
  jsonText,
  jsonValue,
  readJson,
  readText,
  writeFile,
  writeJson,
  writeText,
} from "./json_file.ts";
/** Protocol buffers' wire format. */
export * as protobuf from "./protobuf.ts";
export { encodeNpz } from "./npz.ts";
export { findFile, readFile, type ReadOptions } from "./read_file.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  headerLimit,
  type StoredDType,
  type StoredFile,
  type StoredTensor,
} from "./safetensors.ts";
export { type OpenedFile, openRegularFile, readBytes } from "./regular_file.ts";
export { readWeightsFile, seal, unseal } from "./sealed.ts";
export { assignStored, storedTensors } from "./stored_tensors.ts";
export { tensorDigests, weightsDigest } from "./weights_digest.ts";
