/** Predicting the class of pictures, and which of their pixels decide it. @module */

export { type Candidate, classify } from "./classify.ts";
export { type Input, readInputs } from "./inputs.ts";
export { saliency } from "./saliency.ts";
export { saliencyPng, saliencySvg } from "./saliency_picture.ts";
export { terminalPicture } from "./terminal_picture.ts";
