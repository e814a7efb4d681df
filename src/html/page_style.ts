import { colourStyle, typeface } from "./look.ts";
import rules from "./page.css" with { type: "text" };

/** The style of every page: its colours, its typeface, and the rules that all pages have. */
export const pageStyle: string = `${colourStyle(":root")}:root{font-family:${typeface}}\n${rules}`;
