import expected from "./pictures/pictures.json" with { type: "json" };

/** What make_pictures.py says of the files in pictures/. */
export const pictures = expected;

/** Reads one of the files in pictures/. */
export const readFile = (name: string): Uint8Array<ArrayBuffer> =>
  Deno.readFileSync(new URL(`./pictures/${name}`, import.meta.url));
