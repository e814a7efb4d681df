import { DOMParser } from "linkedom";

/** What the tests ask of a parsed element. */
export interface SvgElement {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** Parses a picture. */
export function parsed(svg: string): SvgElement {
  return new DOMParser().parseFromString(svg, "image/svg+xml") as unknown as SvgElement;
}

/** The texts of a picture in document order. */
export function texts(svg: string): string[] {
  return [...parsed(svg).querySelectorAll("text")].map(({ textContent }) => textContent);
}

/** How many elements of a picture a selector finds. */
export function count(svg: string, selector: string): number {
  return [...parsed(svg).querySelectorAll(selector)].length;
}
