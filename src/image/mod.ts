/** Picture files, and how they become images of Fashion-MNIST. @module */

export { areaAverage, type Box } from "./area_average.ts";
export { decodePictures } from "./decode.ts";
export { foreignEnding } from "./formats.ts";
export { maxFileBytes, maxPixels, type Picture } from "./picture.ts";
export { encodePng } from "./png.ts";
export { type Ground, grounds, imageSize, type Preparation } from "./preparation.ts";
export { isPlain, prepare } from "./prepare.ts";
