/** Predicting the class of pictures, and which of their pixels decide it. @module */

export { type Candidate, classify, ranked, type Scores, scoresOf } from "./classify.ts";
export { type Input, readInputs } from "./inputs.ts";
export { seenImage } from "./seen_image.ts";
export { saliency } from "./saliency.ts";
export { saliencyPng, saliencySvg } from "./saliency_picture.ts";
export { terminalPicture } from "./terminal_picture.ts";
