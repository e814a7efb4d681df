/** Sweeps and reproductions. @module */
export { reproduce } from "./reproduce.ts";
export { expand } from "./sweep.ts";
export { writeSweep } from "./sweep_files.ts";
export { sweepTable, type SweptRun } from "./sweep_table.ts";
