/** Predictions of run folders' models over HTTP. @module */
export { type Api, apiOff, type ApiOptions, isOfApi, predictApi } from "./api.ts";
