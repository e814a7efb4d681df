/** A component's sampling factors, horizontal and vertical. */
export type Factors = readonly [horizontal: number, vertical: number];

/** One scan: which components, which coefficients, and which of their bits (ITU-T T.81, G.1.1). */
export interface Scan {
  readonly components: readonly number[];
  /** First and last coefficient in zigzag order. */
  readonly band?: readonly [number, number];
  /** Successive approximation: the bit sent before and the lowest one sent now. */
  readonly bits?: readonly [number, number];
}

/** What a JPEG is to be like. */
export interface JpegPlan {
  readonly width: number;
  readonly height: number;
  readonly factors: readonly Factors[];
  readonly scans: readonly Scan[];
  readonly progressive?: boolean;
  /** MCUs between restart markers, 0 for none. */
  readonly restart?: number;
  /** The colour transform of an Adobe segment; without one there is no such segment. */
  readonly transform?: number;
}

const zigzag = Array.from({ length: 64 }, (_, i) => [i % 8, i >> 3] as const)
  .sort(([x, y], [u, v]) => x + y - u - v || ((x + y) % 2 ? y - v : x - u))
  .map(([x, y]) => 8 * y + x);

/** The step of every coefficient. */
const quantum = 6;

/** The blocks of a component, `[high, wide]`, each of 64 quantized coefficients in zigzag order. */
interface Blocks {
  readonly wide: number;
  readonly high: number;
  /** Blocks that a scan of this component alone has (A.2.3). */
  readonly alone: readonly [wide: number, high: number];
  readonly values: Int16Array;
}

/** Encodes a picture as planned, and gives the samples of its first component by the definition. */
export function encodeJpeg(plan: JpegPlan): { file: Uint8Array<ArrayBuffer>; gray: number[] } {
  const { width, height, factors, scans, progressive = false, restart = 0 } = plan;
  const most = [0, 1].map((axis) => Math.max(...factors.map((factor) => factor[axis])));
  const mcus = [Math.ceil(width / 8 / most[0]), Math.ceil(height / 8 / most[1])] as const;
  const components = factors.map(([across, down], index) =>
    drawBlocks(index, [mcus[0] * across, mcus[1] * down], [
      Math.ceil(Math.ceil(width * across / most[0]) / 8),
      Math.ceil(Math.ceil(height * down / most[1]) / 8),
    ])
  );
  const bytes = [0xff, 0xd8];
  const segment = (code: number, content: readonly number[]) =>
    bytes.push(0xff, code, content.length + 2 >> 8, content.length + 2 & 255, ...content);
  if (plan.transform !== undefined) {
    segment(0xee, [...new TextEncoder().encode("Adobe"), 0, 100, 0, 0, 0, 0, plan.transform]);
  }
  segment(0xdb, [0, ...Array(64).fill(quantum)]);
  const frame = factors.flatMap(([across, down], i) => [i + 1, across << 4 | down, 0]);
  segment(progressive ? 0xc2 : 0xc0, [
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    factors.length,
    ...frame,
  ]);
  // Codes of 4 bits for the sizes of DC differences, of 8 bits for everything else.
  segment(0xc4, [0x00, 0, 0, 0, 12, ...Array(12).fill(0), ...Array(12).keys()]);
  segment(0xc4, [0x10, ...Array(7).fill(0), symbols.length, ...Array(8).fill(0), ...symbols]);
  if (restart > 0) segment(0xdd, [restart >> 8, restart & 255]);
  for (const scan of scans) {
    const { components: chosen, band = [0, 63], bits = [0, 0] } = scan;
    segment(0xda, [
      chosen.length,
      ...chosen.flatMap((i) => [i + 1, 0]),
      ...band,
      bits[0] << 4 | bits[1],
    ]);
    for (const byte of scanBytes(plan, scan, components, mcus)) bytes.push(byte);
  }
  bytes.push(0xff, 0xd9);
  return { file: Uint8Array.from(bytes), gray: samples(components[0], plan, most) };
}

/** Runs of zeros and sizes, as AC codes have them; all with a size of at most 10. */
const symbols = [...Array(256).keys()].filter((symbol) => (symbol & 15) <= 10);

/** Blocks whose brightness tells where they are, with some detail in each. */
function drawBlocks(index: number, [wide, high]: Factors, alone: Factors): Blocks {
  const values = new Int16Array(64 * wide * high);
  for (let i = 0; i < wide * high; i++) {
    const [x, y] = [i % wide, Math.floor(i / wide)];
    const draw = (salt: number) => Math.imul(i + 31 * index + 7, 2654435761 + 97 * salt) >>> 11;
    values[64 * i] = (x * 37 + y * 53 + index * 29) % 121 - 60;
    for (let k = 1; k <= 5; k++) {
      values[64 * i + 1 + draw(k) % (k < 5 ? 14 : 63)] = draw(k + 9) % 9 - 4;
    }
  }
  return { wide, high, alone, values };
}

/** The bytes of a scan's entropy-coded segments (annexes F.1 and G.1). */
function scanBytes(
  { progressive = false, restart = 0 }: JpegPlan,
  { components: chosen, band: [first, last] = [0, 63], bits: [before, low] = [0, 0] }: Scan,
  components: readonly Blocks[],
  mcus: Factors,
): number[] {
  const bytes: number[] = [];
  let [held, count] = [0, 0];
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) {
      held = held << 1 | value >> bit & 1;
      if (++count < 8) continue;
      bytes.push(held, ...held === 0xff ? [0] : []);
      [held, count] = [0, 0];
    }
  };
  const putSigned = (value: number, size: number) =>
    put(value < 0 ? value + (1 << size) - 1 : value, size);
  const symbol = (run: number, size: number) => put(symbols.indexOf(run << 4 | size), 8);
  const sizeOf = (value: number) => 32 - Math.clz32(Math.abs(value));
  const shifted = (value: number) => Math.sign(value) * (Math.abs(value) >> low);
  const predicted = components.map(() => 0);
  let ended = 0; // blocks that end before their next coefficient and wait for one code together
  const putEnded = () => {
    if (ended === 0) return;
    const size = sizeOf(ended) - 1;
    symbol(size, 0);
    put(ended - (1 << size), size);
    ended = 0;
  };
  const encodeDc = (value: number, component: number) => {
    if (before > 0) return put(value >> low & 1, 1);
    const difference = (value >> low) - predicted[component];
    predicted[component] = value >> low;
    put(sizeOf(difference), 4);
    putSigned(difference, sizeOf(difference));
  };
  const encodeAc = (block: Int16Array, from: number) => {
    let run = 0;
    for (let k = from; k <= last; k++) {
      const value = shifted(block[k]);
      if (value === 0) {
        run++;
        continue;
      }
      putEnded();
      for (; run > 15; run -= 16) symbol(15, 0);
      symbol(run, sizeOf(value));
      putSigned(value, sizeOf(value));
      run = 0;
    }
    if (run > 0) ended++;
    if (!progressive || ended === 0x7fff) putEnded();
  };
  const refineAc = (block: Int16Array, from: number) => {
    const isNew = (k: number) => Math.abs(block[k]) >> low === 1;
    let lastNew = last;
    while (lastNew >= from && !isNew(lastNew)) lastNew--;
    let [run, corrections] = [0, [] as number[]];
    const correct = () => {
      for (const bit of corrections) put(bit, 1);
      corrections = [];
    };
    for (let k = from; k <= last; k++) {
      const size = Math.abs(block[k]) >> low;
      if (size === 0) run++;
      if (run === 16 && k < lastNew) {
        symbol(15, 0);
        correct();
        run = 0;
      }
      if (size > 1) corrections.push(size & 1);
      if (!isNew(k)) continue;
      symbol(run, 1);
      put(block[k] < 0 ? 0 : 1, 1);
      correct();
      run = 0;
    }
    if (lastNew < last) symbol(0, 0);
    correct();
  };
  const encodeBlock = (component: number, x: number, y: number) => {
    const { wide, values } = components[component];
    const block = values.subarray(64 * (y * wide + x), 64 * (y * wide + x + 1));
    if (first === 0) encodeDc(block[0], component);
    if (last === 0) return;
    (before > 0 ? refineAc : encodeAc)(block, Math.max(1, first));
  };
  const single = chosen.length === 1;
  const [wide, high] = single ? components[chosen[0]].alone : mcus;
  for (let mcu = 0; mcu < wide * high; mcu++) {
    if (restart > 0 && mcu > 0 && mcu % restart === 0) {
      putEnded();
      if (count > 0) put(0xff, 8 - count);
      bytes.push(0xff, 0xd0 + (mcu / restart - 1) % 8);
      predicted.fill(0);
    }
    const [x, y] = [mcu % wide, Math.floor(mcu / wide)];
    for (const component of chosen) {
      const across = single ? 1 : components[component].wide / mcus[0];
      const down = single ? 1 : components[component].high / mcus[1];
      for (let v = 0; v < down; v++) {
        for (let h = 0; h < across; h++) encodeBlock(component, x * across + h, y * down + v);
      }
    }
  }
  putEnded();
  if (count > 0) put(0xff, 8 - count);
  return bytes;
}

const cosines = Array.from(
  { length: 64 },
  (_, i) => Math.cos((2 * (i >> 3) + 1) * (i & 7) * Math.PI / 16) / (i & 7 ? 2 : Math.sqrt(8)),
);

/** A component's samples by the inverse DCT's definition (A.3.3), each as many times as it stands for. */
function samples({ wide, values }: Blocks, { width, height, factors }: JpegPlan, most: number[]) {
  const plane = new Float64Array(values.length);
  for (let block = 0; block < values.length / 64; block++) {
    const [left, top] = [8 * (block % wide), 8 * Math.floor(block / wide)];
    const rows = new Float64Array(64);
    for (let k = 0; k < 64; k++) {
      const value = values[64 * block + k] * quantum;
      if (value === 0) continue;
      const [u, v] = [zigzag[k] & 7, zigzag[k] >> 3];
      for (let x = 0; x < 8; x++) rows[8 * v + x] += value * cosines[8 * x + u];
    }
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        let sum = 128;
        for (let v = 0; v < 8; v++) sum += rows[8 * v + x] * cosines[8 * y + v];
        plane[(top + y) * 8 * wide + left + x] = Math.min(255, Math.max(0, sum));
      }
    }
  }
  const [across, down] = [0, 1].map((axis) => factors[0][axis] / most[axis]);
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return plane[Math.floor(y * down) * 8 * wide + Math.floor(x * across)];
  });
}
