/** HTML, SVG and Markdown that escape by themselves, and the look of pages and pictures. @module */
export { colour, colourStyle, type SeriesStyle, seriesStyle, textWidth, typeface } from "./look.ts";
export { pageStyle } from "./page_style.ts";
export { escapedMarkdown, markdownTable } from "./markdown.ts";
export { attribute, type Content, Markup, markup } from "./markup.ts";
