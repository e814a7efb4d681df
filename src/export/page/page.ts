import { Buffer } from "node:buffer";
import { Markup, markup, pageStyle } from "../../html/mod.ts";
import type { ImageFormat } from "../../data/mod.ts";
import type { Module } from "../../nn/mod.ts";
import { encodeSafetensors, storedTensors, weightsDigest } from "../../storage/mod.ts";
import { version } from "../../version.ts";
import { layerData } from "./layer_data.ts";
import classifierStyle from "./classifier.css" with { type: "text" };
import { classifierParts, type PageModel } from "./parts.ts";
import { pageScript } from "./script.ts";

/** How a model becomes a page. */
export interface PageOptions {
  /** What the model is called. */
  readonly name: string;
  /** The images that it sees, their classes, and whether pictures become such images by scaling alone. */
  readonly format: ImageFormat & { readonly isScaled?: boolean };
}

/** The rules of style for the parts of a page that classifies. */
export { classifierStyle };

/**
 * A page that classifies drawings and pictures in a browser, without a server: one file with the
 * model, whose scores have the bits of `predict`. Throws a UserError for a layer that is not one of
 * wick's own.
 */
export function classifierPage(module: Module, { name, format }: PageOptions): string {
  const weights = storedTensors([...module.parameters, ...module.buffers]);
  const model: PageModel = {
    format,
    layer: layerData(module.layer, weights),
    weights: { base64: Buffer.from(encodeSafetensors(weights)).toString("base64") },
    digest: weightsDigest(weights),
  };
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${name} · wick</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<style>${new Markup(`${pageStyle}\n${classifierStyle}`)}</style>
</head>
<body>
<main>
<h1>${name}</h1>
${classifierParts([{ title: "Result", model }])}
<p class="muted">Written by wick ${version}.</p>
</main>
<script>${new Markup(pageScript())}</script>
</body>
</html>
`.text;
}
