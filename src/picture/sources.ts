import heatMap from "./heat_map.ts" with { type: "text" };

/** The module of `heatColours` as text: a page in a browser runs it. */
export const heatMapSource: string = heatMap;
