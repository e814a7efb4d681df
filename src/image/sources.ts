import areaAverage from "./area_average.ts" with { type: "text" };
import heatMap from "./heat_map.ts" with { type: "text" };
import picture from "./picture.ts" with { type: "text" };
import preparation from "./preparation.ts" with { type: "text" };
import prepare from "./prepare.ts" with { type: "text" };
import scaled from "./scaled.ts" with { type: "text" };
import transparency from "./transparency.ts" with { type: "text" };

/**
 * The modules that make images of pictures, as text, each after those that it imports: a page in a
 * browser runs them.
 */
export const preparationSources: Readonly<Record<string, string>> = {
  ...{ picture, preparation, area_average: areaAverage, transparency, prepare, scaled },
};

/** The module of `heatColours` as text. */
export const heatMapSource: string = heatMap;
