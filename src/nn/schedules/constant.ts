import { schedule, type ScheduleSpec } from "./schedule.ts";

/** The same rate throughout. */
export const constant: ScheduleSpec = schedule({
  name: "constant",
  settings: {},
  rate: (_settings, base) => base,
});
