import {
  attribute,
  colour,
  colourStyle,
  Markup,
  markup,
  type SeriesStyle,
  textWidth,
  typeface,
} from "../html/mod.ts";

/** An entry of a picture's legend: a piece of line, or a symbol of Plot. */
export interface LegendEntry extends SeriesStyle {
  readonly text: string;
  readonly symbol?: "circle" | "square" | "triangle" | "diamond";
}

/** A piece of a picture: its SVG for a width in pixels, and how high that is. */
export type Part = (width: number) => { readonly svg: Markup; readonly height: number };

/** What a picture shows. */
export interface Picture {
  readonly title: string;
  /** The line below the title. */
  readonly subtitle: string;
  readonly legend?: readonly LegendEntry[];
  /** What is below them, one part under the other. */
  readonly parts: readonly Part[];
  /** In pixels; more where a text needs it. */
  readonly width: number;
}

/** Between a picture's words and its sides, in pixels. */
export const padding = 16;
/** Between a part and the picture's sides: Plot writes the names of axes close to them. */
const inset = 12;
const legendLine = 20;

/** Draws a picture as an SVG document that stands alone and follows light and dark. */
export function draw({ title, subtitle, legend = [], parts, width: wanted }: Picture): string {
  const texts = [textWidth(title, 16), textWidth(subtitle, 13), ...legend.map(entryWidth)];
  const width = Math.max(wanted, ...texts.map((text) => text + 2 * padding));
  const rows = legendRows(legend, width);
  const top = 62 + rows.length * legendLine;
  let y = top;
  const drawn = parts.map((part) => {
    const { svg, height } = part(width - 2 * inset);
    const body = markup`<g transform="translate(${inset},${y})">${svg}</g>`;
    y += height;
    return body;
  });
  const height = y + padding / 2;
  const size = markup`width="${width}" height="${height}"`;
  const ink = markup`fill="${colour("ink")}" color="${colour("ink")}"`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="wick" role="img"\
 aria-label="${title}: ${subtitle}" viewBox="0 0 ${width} ${height}"\
 ${size} font-family="${typeface}" font-size="13" ${ink}>\
<style>${new Markup(colourStyle(".wick"))}</style>\
<rect ${size} fill="${colour("surface")}"/>\
<text x="${padding}" y="28" font-size="16" font-weight="600">${title}</text>\
<text x="${padding}" y="48" fill="${colour("muted")}">${subtitle}</text>\
${rows.map((row, i) => legendRow(row, 66 + i * legendLine))}${drawn}</svg>
`.text;
}

const entryWidth = ({ text }: LegendEntry) => 34 + textWidth(text, 13) + 16;

function legendRows(legend: readonly LegendEntry[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let used = Infinity;
  for (const entry of legend) {
    if (used + entryWidth(entry) > width - padding) {
      rows.push([]);
      used = padding;
    }
    rows.at(-1)?.push(entry);
    used += entryWidth(entry);
  }
  return rows;
}

function legendRow(entries: readonly LegendEntry[], y: number): Markup[] {
  let x = padding;
  return entries.map((entry) => {
    const left = x;
    x += entryWidth(entry);
    return markup`${sample(entry, left, y)}<text x="${left + 34}" y="${
      y + 4
    }">${entry.text}</text>`;
  });
}

function sample({ stroke, dashes, symbol }: LegendEntry, x: number, y: number): Markup {
  if (symbol === undefined) {
    const dash = attribute("stroke-dasharray", dashes !== "" && dashes);
    return markup`<path d="M${x},${y}h26" fill="none" stroke="${stroke}" stroke-width="2"${dash}/>`;
  }
  const shapes = {
    circle: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z",
    square: "M-4.5,-4.5h9v9h-9z",
    triangle: "M0,-6L5.5,4H-5.5z",
    diamond: "M0,-6.5L4.5,0L0,6.5L-4.5,0z",
  };
  return markup`<path d="${shapes[symbol]}" transform="translate(${
    x + 14
  },${y})" fill="${stroke}"/>`;
}
