/** The time of day, for names and records only: it decides no result. */
export function now(): Date {
  return new Date();
}

/** Milliseconds since some moment, for measuring how long something takes. */
export function milliseconds(): number {
  return performance.now();
}
