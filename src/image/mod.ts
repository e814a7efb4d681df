/** Picture files, and how they become images of Fashion-MNIST. @module */

export { decodePicture, decodePictures } from "./decode.ts";
export { type PictureFolder, picturesIn } from "./picture_folder.ts";
export type { Channels, Picture } from "./picture.ts";
export { maxFileBytes } from "./picture_limits.ts";
export { encodePng } from "./png.ts";
export { grounds, imageSize, type Preparation } from "./preparation.ts";
export { interleaved, planar } from "./interleaved.ts";
export { scaled } from "./scaled.ts";
export { isPlain, prepare } from "./prepare.ts";
export { heatColours } from "./heat_map.ts";
export { heatMapSource, preparationSources } from "./sources.ts";
