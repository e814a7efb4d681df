import { valueOf } from "../domain.ts";
import { draw } from "../draw.ts";
import { independently, type Sampler, sampler } from "./sampler.ts";

/** Each value by itself and at random. */
export const random: Sampler = sampler({
  name: "random",
  title: "each value at random",
  settings: {},
  sampling: () =>
    independently(({ name, domain }, n, { seed }) => valueOf(domain, draw(seed, name, n))),
});
