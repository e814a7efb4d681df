/** A call into the native library failed; the message says what was wrong in one sentence. */
export class NativeError extends Error {
  override name = "NativeError";
}

/** The native library is missing, cannot be loaded, or belongs to another version. */
export class LibraryError extends Error {
  override name = "LibraryError";
}
