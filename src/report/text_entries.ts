/** A record's entries as text; the entries of a record inside it are named `outer: inner`. */
export function textEntries(record: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(record).flatMap(([name, value]): [string, string][] => {
    if (typeof value !== "object" || value === null) return [[name, `${value ?? "not known"}`]];
    const inner = textEntries(value as Record<string, unknown>);
    return inner.map(([key, text]) => [`${name}: ${key}`, text]);
  });
}
