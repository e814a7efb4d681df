/** A text in lines of at most `columns` characters, broken between words; a longer word stays whole. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const [indent] = /^ */.exec(paragraph) ?? [""];
    const [first, ...words] = paragraph.slice(indent.length).split(" ");
    const lines = [indent + first];
    for (const word of words) {
      const longer = `${lines.at(-1)} ${word}`;
      if (longer.length <= columns) lines[lines.length - 1] = longer;
      else lines.push(indent + word);
    }
    return lines;
  });
}

/**
 * Names to the left of what is said of them. A name too long for the left column has a line to
 * itself, so that its text has room.
 */
export function definitions(
  pairs: readonly (readonly [name: string, text: string])[],
  columns: number,
): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  const indent = Math.min(widest + 2, Math.floor(columns * 0.4));
  const lines = pairs.flatMap(([name, text]) => {
    const [first, ...others] = wrap(text, columns - indent).map((line) =>
      " ".repeat(indent) + line
    );
    return name.length + 2 > indent
      ? [name, first, ...others]
      : [name + first.slice(name.length), ...others];
  });
  return lines.join("\n");
}
