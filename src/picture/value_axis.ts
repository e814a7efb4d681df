import { grouped } from "../statistics/mod.ts";

/** A value axis: what it spans, where its ticks stand, and how they read. */
export interface ValueAxis {
  readonly type: "linear" | "log";
  readonly domain: readonly [low: number, high: number];
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** 2.5 powers of ten: from there on they tell more than the values themselves. */
const wide = 316;
/** About how many ticks there are. */
const wanted = 5;
/** The most powers of ten that are ticks. */
const most = 6;

/**
 * The axis for some finite values. Those that may be `logarithmic` have a logarithmic axis where
 * they span more than 2.5 powers of ten and none is negative; zeros stand at its lower end, a power
 * of ten or more below the others, which reads 0.
 */
export function valueAxis(values: readonly number[], logarithmic: boolean): ValueAxis {
  const [low, high] = extent(values);
  const [least] = extent(values.filter((value) => value > 0));
  return logarithmic && low >= 0 && high / least > wide
    ? logAxis(least, high, low === 0)
    : linearAxis(low, high);
}

/** A number in at most about six signs: `0.25`, `20,000`, `1.5e6`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return exponential(value, 1);
  return size >= 1000 ? grouped(value) : `${Number(value.toPrecision(3))}`;
}

function linearAxis(low: number, high: number): ValueAxis {
  if (high - low <= 1e-9 * Math.abs(low + high)) {
    const room = Math.abs(low) / 2 || 1;
    const ticks = [{ value: low, text: shortNumber(low) }];
    return { type: "linear", domain: [low - room, low + room], ticks };
  }
  const end = niceStep((high - low) / (2 * wanted));
  const [from, to] = [multiple(Math.floor(low / end), end), multiple(Math.ceil(high / end), end)];
  const step = niceStep((to - from) / wanted);
  const text = tickText(step, Math.max(Math.abs(from), Math.abs(to)));
  const ticks = range(Math.ceil(from / step - 1e-9), Math.floor(to / step + 1e-9)).map((count) => {
    const value = multiple(count, step);
    return { value, text: text(value) };
  });
  return { type: "linear", domain: [from, to], ticks };
}

function logAxis(least: number, high: number, zero: boolean): ValueAxis {
  const exponents = range(exponentOf(least), exponentOf(high)).filter((exponent) =>
    powerOfTen(exponent) >= least
  );
  const every = Math.ceil(exponents.length / most);
  const ticks = exponents.filter((exponent) => exponent % every === 0).map((exponent) => {
    const value = powerOfTen(exponent);
    return { value, text: shortNumber(value) };
  });
  if (!zero) return { type: "log", domain: [least, high], ticks };
  const end = { value: powerOfTen(exponentOf(least) - Math.ceil(every / 2)), text: "0" };
  return { type: "log", domain: [end.value, high], ticks: [end, ...ticks] };
}

/**
 * How multiples of `step` up to `largest` read beside each other: with the digits that tell them
 * apart, and in powers of ten where that is shorter and plain digits are more than seven signs.
 */
function tickText(step: number, largest: number): (value: number) => string {
  const digits = -exponentOf(step);
  const plain = (value: number) =>
    digits > 0 ? value.toFixed(Math.min(100, digits)) : grouped(value);
  const short = (value: number) =>
    value === 0 ? "0" : exponential(value, exponentOf(value) + digits);
  const { length } = plain(largest);
  return length > 7 && short(largest).length < length ? short : plain;
}

/** `1.5e6`, with at most `digits` digits after the point. */
function exponential(value: number, digits: number): string {
  const [factor, exponent] = value.toExponential(Math.min(20, Math.max(0, digits))).split("e");
  return `${Number(factor)}e${Number(exponent)}`;
}

/** The smallest of 1, 2 and 5 times a power of ten that is about `size` or more. */
function niceStep(size: number): number {
  const unit = powerOfTen(exponentOf(size));
  const share = size / unit;
  return multiple(share >= 7.07 ? 10 : share >= 3.16 ? 5 : share >= 1.41 ? 2 : 1, unit);
}

/** The exponent of a number as it is written in powers of ten: 3 for 2,500. */
const exponentOf = (value: number) => Number(value.toExponential().split("e")[1]);

const powerOfTen = (exponent: number) => Number(`1e${exponent}`);

/** A multiple without the error of a product of two rounded numbers: 0.3 for 3 times 0.1. */
const multiple = (count: number, step: number) => Number((count * step).toPrecision(14));

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** The lowest and the highest of some values. */
export const extent = (values: readonly number[]): [number, number] =>
  values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
