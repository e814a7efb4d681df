import { dataName, loadTest, loadTraining } from "../src/data/mod.ts";
import { environments } from "./peers.ts";

/** Lays the images out as raw bytes that every peer can read; gives the folder and what they are. */
export async function writeData(): Promise<{ folder: string; source: string }> {
  const { train, source } = await loadTraining({ data: "auto", trainSize: 60_000 });
  const test = await loadTest({ data: source });
  const folder = `${environments}/data`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/train-images.u8`, train.images);
  await Deno.writeFile(`${folder}/train-labels.u8`, train.labels);
  await Deno.writeFile(`${folder}/test-images.u8`, test.images);
  await Deno.writeFile(`${folder}/test-labels.u8`, test.labels);
  return { folder, source: dataName(source) };
}
