/** With `digits` after the point, from a million on in powers of ten: `0.2723`, `1.5384e12`. */
export function fixed(value: number, digits: number): string {
  return Math.abs(value) < 1e6
    ? value.toFixed(digits)
    : value.toExponential(digits).replace("e+", "e");
}

/** A share in percent without the sign, for a column that has it in its head: `81.15`. */
export function percentage(share: number, digits = 2): string {
  return (100 * share).toFixed(digits);
}

/** A share in percent, `81.15 %`. */
export function percent(share: number, digits = 2): string {
  return `${percentage(share, digits)} %`;
}

/** A share in percent with one decimal, `81.1 %`, that is 100 only where it is 1. */
export function shortPercent(share: number): string {
  return share < 1 ? percent(Math.min(0.999, share), 1) : "100 %";
}

/** A whole number in groups of three digits, `50,000`. */
export function grouped(count: number): string {
  return `${Math.round(count)}`.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A time span as people say it: `3.1 s`, `4 min 05 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours} h ${padded(minutes)} min` : `${minutes} min ${padded(whole % 60)} s`;
}
