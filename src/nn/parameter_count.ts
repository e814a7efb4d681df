import type { Module } from "./module.ts";

/** Trained numbers of a module. */
export function parameterCount({ parameters }: Pick<Module, "parameters">): number {
  return parameters.reduce((sum, { tensor }) => sum + tensor.size, 0);
}
