import { libraryInformation, native } from "./library.ts";

/** What computes: the native library and the processor's part in it. */
export interface NativeInfo {
  readonly candle: string;
  /** Which instance of the kernels runs, `avx2`. */
  readonly isa: string;
  readonly threads: number;
  readonly librarySha256: string;
}

/** Asks the native library what it is. */
export function wickInfo(): NativeInfo {
  const { candle, instructionSet: isa, threads, sha256: librarySha256 } = libraryInformation();
  return { candle, isa, threads, librarySha256 };
}

/** Sets the number of threads for all that follows; 0 is one a physical core. */
export function configureThreads(threads: number): void {
  native.wick_configure(threads);
}
