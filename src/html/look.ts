/** The colours of every picture and page, for light and for dark surroundings. */
const light = {
  surface: "#ffffff",
  ink: "#1c1f23",
  muted: "#5b6470",
  line: "#d5dae0",
  accent: "#0b4f8a",
  "on-accent": "#ffffff",
  // On a mixture of accent and surface in about equal parts, which is dark or light in between.
  "on-half-accent": "#000000",
  // Okabe and Ito's hues, which colour-blind people tell apart, at different lightness.
  "series-1": "#0b5fa5",
  "series-2": "#c25400",
  "series-3": "#00805f",
  "series-4": "#a8467c",
  "series-5": "#7a6a00",
  "series-6": "#1c1f23",
};

const dark: typeof light = {
  surface: "#14171b",
  ink: "#e8ebef",
  muted: "#a2abb6",
  line: "#3a414a",
  accent: "#8cc4ff",
  "on-accent": "#0b1016",
  "on-half-accent": "#000000",
  "series-1": "#6cb6ff",
  "series-2": "#ff9a4d",
  "series-3": "#3fcfa4",
  "series-4": "#ee92c4",
  "series-5": "#e0cd3c",
  "series-6": "#e8ebef",
};

/** One of the look's colours. */
export type Colour = keyof typeof light;

/** A colour as CSS and SVG name it: it follows light and dark. */
export function colour(name: Colour): string {
  return `var(--wick-${name})`;
}

/** How one of several curves is drawn: by hue and by dashes, so that it can be told in grey too. */
export interface SeriesStyle {
  readonly stroke: string;
  /** Lengths of dashes and gaps in pixels; empty for a solid line. */
  readonly dashes: string;
}

const hues = ["series-1", "series-2", "series-3", "series-4", "series-5", "series-6"] as const;
const dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"] as const;

/** The style of the curve at `index`; 36 of them differ. */
export function seriesStyle(index: number): SeriesStyle {
  const round = Math.floor(index / hues.length);
  return {
    stroke: colour(hues[index % hues.length]),
    dashes: dashes[(index + round) % dashes.length],
  };
}

/**
 * The CSS that gives `selector` the colours, and the dark ones on a screen of a system that is dark:
 * paper is light.
 */
export function colourStyle(selector: string): string {
  const rule = (colours: typeof light) =>
    `${selector}{${
      Object.entries(colours).map(([name, hex]) => `--wick-${name}:${hex}`).join(";")
    }}`;
  return `${rule(light)}@media screen and (prefers-color-scheme:dark){${rule(dark)}}`;
}

/** The typeface of pictures and pages: the reader's own. */
export const typeface = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** A width in pixels that `text` does not exceed in a common sans-serif typeface. */
export function textWidth(text: string, size: number): number {
  return Math.ceil([...text].length * size * 0.64);
}
