/** Colours and type of pages and pictures. @module */
export {
  colour,
  colourStyle,
  escaped,
  type SeriesStyle,
  seriesStyle,
  textWidth,
  typeface,
} from "./look.ts";
