import project from "../deno.json" with { type: "json" };

/** The version of wick. */
export const version: string = project.version;
