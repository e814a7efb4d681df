/** Flags, tables, the screen and signals. @module */
export { aligned } from "./aligned.ts";
export { Command, flagName } from "./flags.ts";
export { lastingScreen } from "./lasting_screen.ts";
export { listed, mostListed } from "./listed.ts";
export {
  barColumns,
  clearLine,
  fitting,
  plainScreen,
  progressBar,
  type Screen,
  silentScreen,
  standardScreen,
} from "./progress.ts";
export { exitCodes, type StopSignal, StopSignals, stopSignals } from "./signals.ts";
export { pageColumns, printColumns, takesEscapes, terminalColumns } from "./terminal.ts";
export { definitions, wrap } from "./wrap.ts";
