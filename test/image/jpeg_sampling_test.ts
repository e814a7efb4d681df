import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { decodeJpeg } from "../../src/image/jpeg.ts";
import { readJpegHeader } from "../../src/image/jpeg_header.ts";
import { python, pythonHas } from "../python.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { encodeJpeg, type Factors, type JpegPlan, type Scan } from "./jpeg_encoder.ts";

const sizes = [
  [1, 1],
  [7, 9],
  [8, 8],
  [16, 16],
  [17, 15],
  [1, 40],
  [40, 1],
  [33, 31],
  [64, 48],
  [61, 43],
  [5, 100],
  [100, 5],
  [24, 65],
  [128, 9],
] as const;

const luma: readonly Factors[] = Array.from({ length: 16 }, (_, i) => [1 + i % 4, 1 + (i >> 2)]);
const single = (i: number): Scan => ({ components: [i] });

/** Ways in which the scans of `count` components may follow each other. */
function arrangements(count: number): Record<string, Pick<JpegPlan, "scans" | "progressive">> {
  const all = [...Array(count).keys()];
  const part = (band: Scan["band"], bits: Scan["bits"]) =>
    all.map((i) => ({ components: [i], band, bits }));
  return {
    "one scan": { scans: [{ components: all }] },
    "a scan for each component": { scans: all.map(single) },
    "the last component by itself": {
      scans: [{ components: all.slice(0, -1) }, single(count - 1)].slice(-count),
    },
    "spectral selection and successive approximation": {
      progressive: true,
      scans: [
        { components: all, band: [0, 0], bits: [0, 1] },
        ...part([1, 5], [0, 2]),
        ...part([6, 63], [0, 2]),
        ...part([1, 63], [2, 1]),
        { components: all, band: [0, 0], bits: [1, 0] },
        ...part([1, 63], [1, 0]),
      ],
    },
    "spectral selection, each component by itself": {
      progressive: true,
      scans: [...part([0, 0], [0, 0]), ...part([1, 63], [0, 0])],
    },
  };
}

/** All plans of these factors; an MCU has 10 blocks at most (ITU-T T.81, B.2.3). */
function* plans(factors: readonly Factors[]): Generator<[string, JpegPlan]> {
  const fits = ({ components }: Scan) =>
    components.length === 1 ||
    components.reduce((sum, i) => sum + factors[i][0] * factors[i][1], 0) <= 10;
  for (const [name, arrangement] of Object.entries(arrangements(factors.length))) {
    if (!arrangement.scans.every(fits)) continue;
    for (const [i, [width, height]] of sizes.entries()) {
      const restart = [0, 1, 3][i % 3];
      yield [
        `${factors.join("/")}, ${name}, ${width} x ${height}, restart interval ${restart}`,
        { factors, ...arrangement, width, height, restart },
      ];
    }
  }
}

const largest = (distances: readonly number[]) => distances.reduce((a, b) => Math.max(a, b), 0);
const distances = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
  Array.from(wanted, (gray, i) => Math.abs(gray - found[i]));

for (const [across, down] of luma) {
  Deno.test(`decodeJpeg() follows the standard with a luma of ${across} x ${down} samples, gray and in colours`, () => {
    let count = 0;
    for (const factors of [[[across, down]], [[across, down], [1, 1], [1, 1]]] as const) {
      for (const [name, plan] of plans(factors)) {
        const { file, gray } = encodeJpeg(plan);
        const { width, height, pixels } = decodeJpeg(file, "file");
        assertEquals([width, height], [plan.width, plan.height]);
        const most = largest(distances(pixels, gray));
        assert(most <= 1, `off by ${most}: ${name}`);
        count++;
      }
    }
    assert(count >= 7 * sizes.length, `${count} files`);
  });
}

const hasPillow = pythonHas("PIL");

Deno.test({
  name: "decodeJpeg() gives the luma that libjpeg does, also where the luma is the coarser one" +
    (hasPillow ? "" : " (skipped: needs Python's Pillow)"),
  ignore: !hasPillow,
  fn: async () => {
    using folder = temporaryFolder();
    const chroma: readonly Factors[] = [[1, 1], [2, 1], [1, 2], [2, 2]];
    const layouts = [
      ...luma.map((one) => [one]),
      ...luma.map((one) => [one, [1, 1], [1, 1]] as const),
      ...chroma.flatMap((one) => chroma.slice(1).map((other) => [one, other, other])),
    ];
    // Where libjpeg has one column, the triangle filters of the two differ.
    const isColumn = ({ factors, width }: JpegPlan) => width === 1 && factors[1]?.[0] > 1;
    const files = layouts.flatMap((factors) => [...plans(factors)])
      .filter(([, plan]) => !isColumn(plan)).map(([name, plan]) => ({ name, ...encodeJpeg(plan) }));
    files.forEach(({ file }, i) => Deno.writeFileSync(`${folder.path}/${i}.jpg`, file));
    await python(new URL("decode_gray.py", import.meta.url), folder.path);
    for (const [i, { name, file }] of files.entries()) {
      const wanted = Deno.readFileSync(`${folder.path}/${i}.gray`);
      const most = largest(distances(decodeJpeg(file, "file").pixels, wanted));
      assert(most <= 1, `off by ${most}: ${name}`);
    }
    assert(files.length > 2500, `${files.length} files`);
  },
});

Deno.test("decodeJpeg() refuses sampling factors in whose scans blocks would be miscounted", () => {
  for (const factors of [[[4, 1], [2, 1], [1, 1]], [[2, 1], [4, 2], [1, 1]]] as const) {
    for (const [name, plan] of plans(factors)) {
      const { file, gray } = encodeJpeg(plan);
      if (plan.scans.length === 1 && factors[0][0] === 4) {
        assert(largest(distances(decodeJpeg(file, "file").pixels, gray)) <= 1, name);
      } else if (plan.scans.length > 1) {
        const says =
          "file is a JPEG of a kind that is not read: sampling factors such as 2 beside 4";
        assertThrows(() => decodeJpeg(file, "file"), UserError, says, name);
      }
    }
  }
});

Deno.test("readJpegHeader() guesses the colours as libjpeg does", () => {
  const three = { width: 8, height: 8, factors: [[1, 1], [1, 1], [1, 1]] } as const;
  const four = { ...three, factors: [...three.factors, [1, 1]] } as const;
  const transformed = (plan: Omit<JpegPlan, "scans">, edit = (bytes: Uint8Array) => bytes) => {
    const { file } = encodeJpeg({ ...plan, scans: plan.factors.map((_, i) => single(i)) });
    return readJpegHeader(edit(file), "file").transformed;
  };
  assertEquals([transformed(three), transformed(four)], [true, false]);
  for (const [transform, wanted] of [[0, false], [1, true], [2, true]] as const) {
    assertEquals(transformed({ ...three, transform }), wanted);
    assertEquals(transformed({ ...four, transform }), wanted);
  }
  const named = (bytes: Uint8Array) => {
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    [..."RGB"].forEach((letter, i) => bytes[frame + 10 + 3 * i] = letter.charCodeAt(0));
    return bytes;
  };
  assertEquals(transformed(three, named), false);
  const jfif = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, ...new TextEncoder().encode("JFIF\0"));
  const labelled = (bytes: Uint8Array) =>
    Uint8Array.of(...jfif, 1, 1, 0, 0, 1, 0, 1, 0, 0, ...bytes.subarray(2));
  assertEquals(transformed({ ...three, transform: 0 }, labelled), true);
});

Deno.test("decodeJpeg() makes one pixel of 2 x 2 where there are more than 16 million", () => {
  const plan = { width: 4100, height: 4099, factors: [[1, 1]], scans: [single(0)] } as const;
  const { file, gray } = encodeJpeg(plan);
  const { width, height, pixels } = decodeJpeg(file, "file");
  assertEquals([width, height], [2050, 2050]);
  let sum = 0;
  for (let y = 0; y < 2049; y++) {
    for (let x = 0; x < 2050; x++) {
      const place = 2 * y * 4100 + 2 * x;
      const mean = (gray[place] + gray[place + 1] + gray[place + 4100] + gray[place + 4101]) / 4;
      sum += Math.abs(mean - pixels[y * 2050 + x]);
    }
  }
  assert(sum / (2049 * 2050) < 2, `mean distance ${sum / (2049 * 2050)}`);
});
