/** TensorBoard's event files. @module */
export { EventFile, type TestFigures } from "./event_file.ts";
