/** Writes the images that the curves are made on: `deno run -P=train test/golden/dump_images.ts FOLDER`. */
import { curveImages } from "./curve_images.ts";

const folder = Deno.args[0];
if (folder === undefined) throw new TypeError("Name the folder to write to");
for (const source of ["synthetic", "fashion-mnist"] as const) {
  const { images, labels } = await curveImages(source);
  await Deno.mkdir(`${folder}/${source}`, { recursive: true });
  await Deno.writeFile(`${folder}/${source}/images.u8`, images);
  await Deno.writeFile(`${folder}/${source}/labels.u8`, labels);
  console.log(`${folder}/${source}: ${labels.length} images`);
}
