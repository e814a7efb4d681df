import { escaped } from "../html/mod.ts";

/** A piece of HTML; whatever text went into it has been escaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text, which is escaped, and pieces of HTML, which are not. */
export type Content = Html | string | number | false | undefined | readonly Content[];

/** Makes a piece of HTML; attributes stand between double quotes. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  const text = parts.map((part, i) => i === 0 ? part : textOf(values[i - 1]) + part);
  return new Html(text.join(""));
}

/** An attribute of an element; nothing where it has no value. */
export function attribute(name: string, value: string | false | undefined): Html {
  return new Html(value === false || value === undefined ? "" : `${name}="${escaped(value)}"`);
}

function textOf(value: Content): string {
  if (value instanceof Html) return value.text;
  if (value === undefined || value === false) return "";
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  return value.map(textOf).join("");
}
