/** Markup that escapes by itself, and the look of pages and pictures. @module */
export { colour, colourStyle, type SeriesStyle, seriesStyle, textWidth, typeface } from "./look.ts";
export { attribute, type Content, Markup, markup } from "./markup.ts";
