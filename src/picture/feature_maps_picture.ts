import type { FeatureMaps } from "../nn/mod.ts";
import { commonMagnitude, grayPixels, signedPixels } from "./colour_map.ts";
import { gridPicture, type GridRow, inRows } from "./image_grid.ts";
import type { Pixels } from "./png.ts";

/** The most maps of a layer that are shown. */
const most = 20;

/** An image and the maps that each layer makes of it; each layer has a scale of its own. */
export function featureMapsPicture(
  image: Pixels,
  layers: readonly FeatureMaps[],
  subtitle: string,
): string {
  const signed = layers.some(hasNegative);
  const scale = "black is 0, white the layer's greatest value" +
    (signed ? "; layers with negative values: blue negative, gray 0, yellow positive" : "");
  return gridPicture({
    title: "What each layer makes of an image",
    subtitle: `${subtitle} · ${scale}`,
    rows: [{ name: "image", images: [image] }, ...layers.flatMap(rowsOf)],
    size: 56,
  });
}

function rowsOf(layer: FeatureMaps): GridRow[] {
  const { name, kind, height, width, maps } = layer;
  const shown = maps.slice(0, most);
  const bound = commonMagnitude(shown.flatMap((map) => [...map]));
  const draw = hasNegative(layer) ? signedPixels : grayPixels;
  const images = shown.map((map, i) => ({
    ...draw(map, width, height, bound),
    tip: `${kind} ${name}, channel ${i}`,
  }));
  const of = shown.length < maps.length ? `, ${shown.length} of ${maps.length}` : "";
  const label = `${kind} ${name}, ${height} × ${width}${of}`;
  return inRows(images, 10).map((row, i) => i === 0 ? { name: label, ...row } : row);
}

const hasNegative = ({ maps }: FeatureMaps) => maps.some((map) => map.some((value) => value < 0));
