import { type Cell, codeCells, type Notebook, type Output, whole } from "./notebook.ts";

/** What is expected of the outputs of an execution, besides that there are any. */
export type Expectation =
  /** The same as those in the committed notebook, durations aside. */
  | "same"
  /** As many and of the same kinds: the parameters were others. */
  | "same kinds"
  /** Whatever they are: they will be the committed ones. */
  | "any";

/** Says what is wrong with the outputs of an executed notebook; empty where nothing is. */
export function problems(
  committed: Notebook,
  executed: Notebook,
  expectation: Expectation,
): string[] {
  const before = codeCells(committed);
  return codeCells(executed).flatMap((cell, i) => {
    const wrong = problem(before[i], cell, expectation);
    if (wrong === undefined) return [];
    const [firstLine] = whole(cell.source).trimStart().split("\n");
    return [`code cell ${i + 1} (${firstLine}): ${wrong}`];
  });
}

function problem(before: Cell, now: Cell, expectation: Expectation): string | undefined {
  const [was, is] = [before, now].map(({ outputs = [] }) => outputs.map(comparable).toSorted());
  const kinds = (outputs: readonly string[]) => outputs.map((text) => text.split("\n")[0]);
  const [wereKinds, areKinds] = [was, is].map(kinds);
  if (is.length === 0 && !now.metadata.tags?.includes("silent")) {
    return 'it shows nothing, and is not tagged "silent"';
  }
  if (now.outputs?.some(({ output_type }) => output_type === "error")) return "it failed";
  if (expectation === "any") return undefined;
  if (wereKinds.join() !== areKinds.join()) {
    return `the committed notebook has ${list(wereKinds)}, and this execution ${list(areKinds)}`;
  }
  if (expectation === "same kinds") return undefined;
  const place = was.findIndex((text, j) => text !== is[j]);
  if (place < 0) return undefined;
  return `its ${areKinds[place]} is another than the committed one${
    firstDifference(was[place], is[place])
  }`;
}

/** The kind of an output and then its content, without durations. */
function comparable({ output_type, name, text = "", data = {} }: Output): string {
  const kind = output_type === "stream" ? name : Object.keys(data).toSorted().join(" with ");
  const content = [text, ...Object.keys(data).toSorted().map((type) => data[type])].map(whole);
  return `${kind}\n${content.join("\n").replace(durations, "?$1")}`;
}

/** `3.1 s` and `16129 images/s`: all that an execution may change. */
const durations = /\b\d+(?:\.\d+)?( s| images\/s)\b/g;

function firstDifference(was: string, is: string): string {
  const [before, now] = [was, is].map((text) => text.split("\n"));
  const place = before.findIndex((line, i) => line !== now[i]);
  if (place < 0 || Math.max(before[place].length, now[place]?.length ?? 0) > 200) return "";
  return `:\n  - ${before[place]}\n  + ${now[place] ?? ""}`;
}

const list = (kinds: readonly string[]) => kinds.length === 0 ? "no output" : kinds.join(", ");
