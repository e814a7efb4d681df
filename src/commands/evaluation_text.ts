import { classScores, macroMean } from "../statistics/mod.ts";
import { wrap } from "../cli/mod.ts";
import type { Evaluation } from "../train/mod.ts";

/** A table of each class's precision, recall and F1. */
export function scoreTable(
  { confusion }: Pick<Evaluation, "confusion">,
  classes: readonly string[],
): string {
  const scores = classScores(confusion, classes);
  const total = scores.reduce((sum, { support }) => sum + support, 0);
  const width = Math.max(...classes.map(({ length }) => length), "macro mean".length);
  const line = (name: string, ...cells: string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(11)).join("");
  const row = (name: string, score: ReturnType<typeof macroMean>, examples: number) => {
    const figures = [score.precision, score.recall, score.f1].map((figure) => figure.toFixed(4));
    return line(name, ...figures, String(examples));
  };
  return [
    line("class", "precision", "recall", "F1", "examples"),
    ...scores.map((score) => row(score.name, score, score.support)),
    row("macro mean", macroMean(scores), total),
  ].join("\n");
}

/** What a text is printed on. */
export interface Page {
  /** Whether it may have colours. */
  readonly colour: boolean;
  /** Columns it should fit. */
  readonly columns: number;
}

/** The counts as an aligned table, a row for each class, a column for each prediction. */
export function confusionTable(
  { confusion }: Pick<Evaluation, "confusion">,
  classes: readonly string[],
  { colour = false, columns = Infinity }: Partial<Page> = {},
): string {
  const most = Math.max(...confusion.flat());
  const widthBeside = (names: readonly string[]) =>
    Math.max(
      String(most).length + 1,
      Math.min(8, Math.floor((columns - longest(names)) / classes.length)),
    );
  const cut = headings(classes, widthBeside(classes) - 1);
  // Numbers tell classes apart where no part of their names does.
  const names = cut ? classes : classes.map((name, i) => `${i} ${name}`);
  const [label, width] = [longest(names), widthBeside(names)];
  const header = (cut ?? Object.keys(classes)).map((name) => name.padStart(width)).join("");
  const rows = confusion.map((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, j) => {
      const cell = String(count).padStart(width);
      return colour ? shaded(cell, total === 0 ? 0 : count / total, i === j) : cell;
    });
    return names[i].padEnd(label) + cells.join("");
  });
  const title = "confusion matrix: a row for each class, a column for each prediction";
  return [...wrap(title, columns), " ".repeat(label) + header, ...rows].join("\n");
}

const longest = (names: readonly string[]) => Math.max(...names.map(({ length }) => length));

/** The beginnings of the names, or of their last words; undefined where some would be alike. */
function headings(names: readonly string[], width: number): string[] | undefined {
  const lastWords = names.map((name) => name.trimEnd().replace(/^.*\s/, ""));
  return [names, lastWords].map((all) => all.map((name) => name.slice(0, width).trimEnd()))
    .find((all) => new Set(all).size === all.length);
}

// Steps of the terminal's 256 colours: blue for what is right, orange for what is wrong, so that
// they differ for colour-blind people too.
const right = [17, 18, 19, 20, 26, 32];
const wrong = [52, 94, 130, 166, 172, 208];

/** A cell on a background that is stronger the larger its share of the row. */
function shaded(cell: string, share: number, diagonal: boolean): string {
  if (share === 0) return `\x1b[2m${cell}\x1b[0m`;
  const steps = diagonal ? right : wrong;
  // A mistake stands out at shares at which a right class would be faint.
  const strength = diagonal ? share : Math.min(1, share * 4);
  const step = steps[Math.min(steps.length - 1, Math.floor(strength * steps.length))];
  return `\x1b[97;48;5;${step}m${cell}\x1b[0m`;
}
