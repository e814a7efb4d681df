/** A share in percent, `81.15 %`. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A whole number in groups of three digits, `50,000`. */
export function grouped(count: number): string {
  return `${Math.round(count)}`.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A time span as people say it: `2.5 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
