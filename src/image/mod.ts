/** Picture files, and how they become images of Fashion-MNIST. @module */

export { decodePictures } from "./decode.ts";
export { foreignEnding } from "./formats.ts";
export { maxFileBytes, type Picture } from "./picture.ts";
export { encodePng } from "./png.ts";
export { grounds, imageSize } from "./preparation.ts";
export { isPlain, prepare } from "./prepare.ts";
