/** Controls, halves of characters, separators of lines, and what turns the direction of writing. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Lines that hold texts from elsewhere, each as {@linkcode printable} has it. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/**
 * A text from elsewhere, such as a file's name, as a terminal can show it in one line: what would
 * move the cursor, change colours or turn the text around stands there as an escape, `\n`, `\x1b`
 * or `\u202e`.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return short[character] ??
      (code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`);
  });
}

/** `1 epoch`, `2 epochs`: a number and what it counts. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;
