/** A piece of HTML or SVG; whatever text went into it by a template has been escaped. */
export class Markup {
  /** Takes `text` as it is: for what a program wrote, such as a style sheet or a drawn picture. */
  constructor(readonly text: string) {}
}

/** What may stand in a template: text, which is escaped, and pieces of markup, which are not. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/**
 * Makes a piece of markup, also between the double quotes of an attribute. The usual name `html`
 * would let `deno fmt` change the white space inside.
 *
 * @example
 * ```ts
 * markup`<p title="${"a < b"}">${["1", markup`<br>`]}</p>`.text; // <p title="a &lt; b">1<br></p>
 * ```
 */
export function markup(parts: TemplateStringsArray, ...values: Content[]): Markup {
  const text = parts.map((part, i) => i === 0 ? part : textOf(values[i - 1]) + part);
  return new Markup(text.join(""));
}

/** An attribute of an element with the blank before it; nothing where it has no value. */
export function attribute(name: string, value: string | number | false | undefined): Markup {
  if (value === false || value === undefined) return new Markup("");
  return markup` ${new Markup(name)}="${value}"`;
}

function textOf(value: Content): string {
  if (value instanceof Markup) return value.text;
  if (value === undefined || value === false) return "";
  if (typeof value === "string" || typeof value === "number") return escaped(String(value));
  return value.map(textOf).join("");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => entities[sign]);
