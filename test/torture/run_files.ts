import { unseal } from "../../src/storage/sealed.ts";

/** All that a run gives except its name and times, as text. */
export function runResult(folder: string): string {
  const bytes = (name: string) => hex(Deno.readFileSync(`${folder}/${name}`));
  const text = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);
  const { name: _name, times: _times, ...summary } = JSON.parse(text("summary.json"));
  const rows = text("metrics.csv").split("\n");
  return JSON.stringify({
    last: bytes("checkpoints/last.safetensors"),
    best: bytes("checkpoints/best.safetensors"),
    digests: text("weights.jsonl"),
    confusion: text("confusion_matrix.json"),
    metrics: rows.map((row) => row.split(",").slice(0, -2)),
    summary,
  });
}

/** The checkpoints of a run; throws where one of them is not whole. */
export function readableCheckpoints(folder: string): { count: number; insideSave: boolean } {
  const names = [...Deno.readDirSync(`${folder}/checkpoints`)].map(({ name }) => name);
  const whole = names.filter((name) => name.endsWith(".safetensors"));
  for (const name of whole) unseal(Deno.readFileSync(`${folder}/checkpoints/${name}`));
  return { count: whole.length, insideSave: names.some((name) => name.endsWith(".tmp")) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
