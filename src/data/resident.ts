import { type Device, keep, Tensor } from "../tensor/mod.ts";
import type { ImageSet } from "./image_set.ts";

/** A set's bytes as tensors: images `[count, channels, height, width]` u8 and labels `[count]` u8. */
export interface Resident {
  readonly images: Tensor;
  readonly labels: Tensor;
}

const residents = new WeakMap<ImageSet, Map<Device, Resident>>();

/**
 * The set's tensors on a device; copied there the first time, and then kept until {@linkcode
 * unload}.
 */
export function resident(set: ImageSet, device: Device): Resident {
  const places = residents.get(set) ?? new Map<Device, Resident>();
  residents.set(set, places);
  let found = places.get(device);
  if (found === undefined) {
    const shape = [set.count, set.channels, set.height, set.width];
    found = {
      images: keep(Tensor.from(set.images, shape, { device })),
      labels: keep(Tensor.from(set.labels, [set.count], { device })),
    };
    places.set(device, found);
  }
  return found;
}

/** Frees the native memory that a set's batches were cut from; its next batch copies it again. */
export function unload(set: ImageSet): void {
  for (const { images, labels } of residents.get(set)?.values() ?? []) {
    images.dispose();
    labels.dispose();
  }
  residents.delete(set);
}
