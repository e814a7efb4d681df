import { assertEquals } from "@std/assert";
import { z } from "zod";
import { explain } from "../../src/settings/mod.ts";

const schema = z.strictObject({
  size: z.int().min(1).max(10).default(1),
  rate: z.number().gt(0).default(1),
  kind: z.enum(["one", "two"]).default("one"),
});

const sentences: [given: Record<string, unknown>, sentence: string][] = [
  [{ size: 11 }, "size must be at most 10, not 11"],
  [JSON.parse('{ "size": 9007199254740993 }'), "size must be at most 10, not one beyond 2^53"],
  [{ size: 1e300 }, "size must be at most 10, not 1e+300"],
  [{ size: -1e300 }, "size must be at least 1, not -1e+300"],
  [{ size: 2.5 }, "size must be a whole number, not 2.5"],
  [{ size: "3" }, 'size must be a number, not "3"'],
  [{ rate: Infinity }, "rate must be a finite number, not Infinity"],
  [{ rate: NaN }, "rate must be a finite number, not NaN"],
  [{ rate: null }, "rate must be a number, not null"],
  [{ kind: "twoo" }, 'kind must be one, two, not "twoo"; did you mean two?'],
  [{ kind: "other" }, 'kind must be one, two, not "other"'],
  [{ sizes: 1 }, 'there is no setting "sizes": there are size, rate, kind; did you mean size?'],
  [{ colour: 1 }, 'there is no setting "colour": there are size, rate, kind'],
];

for (const [given, sentence] of sentences) {
  Deno.test(`explain() says: ${sentence}`, () => {
    const { error } = schema.safeParse(given);
    assertEquals(explain(error!, given, (key) => key, Object.keys(schema.shape)), sentence);
  });
}
