import { colourStyle, Markup, markup, typeface } from "../../html/mod.ts";
import type { ImageFormat } from "../../data/mod.ts";
import type { Module } from "../../nn/mod.ts";
import { storedTensors, weightsDigest } from "../../storage/mod.ts";
import { version } from "../../version.ts";
import { layerData } from "./layer_data.ts";
import style from "./page.css" with { type: "text" };
import { pageScript } from "./script.ts";

/** How a model becomes a page. */
export interface PageOptions {
  /** What the model is called. */
  readonly name: string;
  /** The images that it sees, their classes, and whether pictures become such images by scaling alone. */
  readonly format: ImageFormat & { readonly isScaled?: boolean };
}

/**
 * A page that classifies drawings and pictures in a browser, without a server: one file with the
 * model, whose scores have the bits of `predict`. Throws a UserError for a layer that is not one of
 * wick's own.
 */
export function classifierPage(model: Module, { name, format }: PageOptions): string {
  const { channels, height, width, classes, isScaled = false } = format;
  const digest = weightsDigest(storedTensors([...model.parameters, ...model.buffers]));
  const data = { format: { channels, height, width, classes, isScaled }, layer: layerData(model) };
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${name} · wick</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<style>${new Markup(`${colourStyle(":root")}\nbody{font-family:${typeface}}\n${style}`)}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p>Draw with the pointer or the arrow keys, or drop, paste or choose a picture. All of it stays in this browser.</p>
<div class="parts">
<section aria-labelledby="drawing">
<h2 id="drawing">Picture</h2>
<canvas id="board" width="280" height="280" tabindex="0" role="img" aria-label="A board to draw on: the arrow keys draw, with Shift they move the pen alone"></canvas>
<p class="controls"><button id="clear" type="button">Clear</button> <label>Picture file <input id="file" type="file" accept="image/*"></label></p>
</section>
<section aria-labelledby="result">
<h2 id="result">Result</h2>
<p id="said" role="status">Draw or drop a picture.</p>
<table><caption class="muted">Probabilities</caption><tbody id="classes"></tbody></table>
<div class="figures">
<figure><canvas id="seen" width="${width}" height="${height}" role="img" aria-label="The image that the model sees"></canvas><figcaption>What the model sees, ${width} x ${height}</figcaption></figure>
<figure><canvas id="heat" width="${width}" height="${height}" role="img" aria-label="Which pixels move the score most"></canvas><figcaption>Which pixels move the score most</figcaption></figure>
</div>
</section>
</div>
<p class="muted">Written by wick ${version}. SHA-256 of the weights: ${digest}</p>
</main>
<script type="application/json" id="model">${new Markup(json)}</script>
<script>${new Markup(pageScript())}</script>
</body>
</html>
`.text;
}
