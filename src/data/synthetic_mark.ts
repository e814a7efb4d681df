/** The synthetic set's name wherever people read it. */
const synthetic = "SYNTHETIC data";

/** Whether a source (`synthetic`) or a set's name (`synthetic/test`) is of the synthetic set. */
export const isSynthetic = (name: string): boolean => /^synthetic\b/.test(name);

/** A source's or set's name as people read it: the synthetic set stands out. */
export const shownName = (name: string): string => name.replace(/^synthetic\b/, synthetic);

/** What ends a line of figures: synthetic ones say nothing about Fashion-MNIST. */
export const syntheticMark = (name: string): string => isSynthetic(name) ? `  (${synthetic})` : "";
