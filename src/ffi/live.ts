import { native } from "./library.ts";

const count = new Uint32Array(1);

/** How many tensors are alive on this thread; a step that frees all its tensors leaves the number as it was. */
export const liveTensors = (): number => {
  native.tensor_live(count);
  return count[0];
};
