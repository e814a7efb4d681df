import { attribute, type Content, Markup, markup } from "../../html/mod.ts";
import type { ImageFormat } from "../../data/mod.ts";
import type { LayerData } from "./layer_data.ts";

/** What a page needs of a model that it classifies with. */
export interface PageModel {
  /** The images that it sees, their classes, and whether pictures become such images by scaling alone. */
  readonly format: ImageFormat & { readonly isScaled?: boolean };
  readonly layer: LayerData;
  /** The weights' file: where it lies from the page, or its bytes as base64 to be put into the page. */
  readonly weights: { readonly address: string } | { readonly base64: string };
  /** The digest by which the file says that it is this one, where it does. */
  readonly seal?: string;
  /** The SHA-256 of the weights. */
  readonly digest: string;
}

/** A model of a page, or why there is none. */
export interface PagePart {
  readonly title: Content;
  readonly model: PageModel | { readonly problem: string };
}

/** The parts of a page that classifies: a board to draw on, and what each model makes of its picture. */
export function classifierParts(parts: readonly PagePart[]): Markup {
  const models = parts.map(({ title, model }, place) =>
    "problem" in model
      ? markup`
<section aria-labelledby="title-${place}">
<h2 id="title-${place}">${title}</h2>
<p class="problem">${model.problem}</p>
</section>`
      : modelPart(title, model, place)
  );
  const isOf = parts.some(({ model }) => !("problem" in model));
  return markup`<div class="parts">${isOf && picturePart}${models}</div>`;
}

const picturePart = markup`
<section class="picture" aria-labelledby="drawing">
<h2 id="drawing">Picture</h2>
<p>Draw with the pointer or the arrow keys, or drop, paste or choose a picture. It stays in this browser.</p>
<canvas id="board" width="280" height="280" tabindex="0" role="img" aria-label="A board to draw on: the arrow keys draw, with Shift they move the pen alone"></canvas>
<p class="controls"><button id="clear" type="button">Clear</button> <label>Picture file <input id="file" type="file" accept="image/*"></label></p>
<p id="problem" class="problem" role="status"></p>
</section>`;

function modelPart(title: Content, model: PageModel, place: number): Markup {
  const { format, layer, seal, weights, digest } = model;
  const { channels, height, width, classes, isScaled = false } = format;
  const data = { format: { channels, height, width, classes, isScaled }, layer, seal };
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  const address = "address" in weights && weights.address;
  const inside = "base64" in weights &&
    markup`<script type="text/plain" class="weights">${new Markup(weights.base64)}</script>`;
  const canvas = (name: string, label: string, caption: string) =>
    markup`<figure><canvas class="${name}" width="${width}" height="${height}" role="img" aria-label="${label}"></canvas><figcaption>${caption}</figcaption></figure>`;
  return markup`
<section class="model" aria-labelledby="title-${place}"${attribute("data-weights", address)}>
<h2 id="title-${place}">${title}</h2>
<p class="said" role="status">The weights are being read.</p>
<table><caption>Probabilities</caption><tbody class="classes"></tbody></table>
<div class="figures">
${canvas("seen", "The image that the model sees", `What the model sees, ${width} x ${height}`)}
${canvas("heat", "Which pixels move the score most", "Which pixels move the score most")}
</div>
<p class="muted">SHA-256 of the weights: <code>${digest}</code></p>
<script type="application/json" class="data">${new Markup(json)}</script>
${inside}
</section>`;
}
