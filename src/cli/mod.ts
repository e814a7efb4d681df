/** Flags, the screen, signals and spelling. @module */
export { aligned } from "./aligned.ts";
export { Command, explain, flagName } from "./flags.ts";
export { nearest } from "./nearest.ts";
export { progressBar, type Screen, silentScreen, standardScreen } from "./progress.ts";
export { exitCodes, type StopSignal, StopSignals } from "./signals.ts";
