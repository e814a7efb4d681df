/** Signs in the order of `rows`; every other sign is a space. */
const signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ/-";

/** Each sign's five rows of three dots, a row as an octal digit: 4 is the left dot, 1 the right. */
const rows = (
  "75557 26227 71747 71717 55711 74717 74757 71111 75757 75717 25755 65656 34443 65556 74647 " +
  "74644 34553 55755 72227 11152 55655 44447 57755 65555 25552 65644 25563 65655 34216 72222 " +
  "55557 55552 55775 55255 55222 71247 11244 00700"
).split(" ");

/** Height of a line in dots. */
export const textHeight = 5;

/** Width in dots of a line: three a sign, and one between two. */
export const textWidth = (text: string) => text.length * 4 - 1;

/** The dots of a line as `[column, row]` from its upper left corner; small letters are drawn as capitals. */
export function textDots(text: string): [column: number, row: number][] {
  return [...text.toUpperCase()].flatMap((sign, place) =>
    [...rows[signs.indexOf(sign)] ?? ""].flatMap((digit, row) =>
      [0, 1, 2].filter((column) => Number(digit) & (4 >> column))
        .map((column): [number, number] => [place * 4 + column, row])
    )
  );
}
