import { eachPlane, type Picture } from "./picture.ts";

/**
 * Turns and mirrors a picture as its EXIF orientation says (CIPA DC-008, section 4.6.4): 1 leaves
 * it, 3 turns it by 180 degrees, 6 by 90 clockwise, 8 by 90 counter-clockwise; 2, 4, 5 and 7 mirror
 * it too.
 */
export function upright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  return eachPlane(picture, (plane) => turned(plane, orientation));
}

function turned(picture: Picture, orientation: number): Picture {
  const { width, height, pixels } = picture;
  const swapped = orientation >= 5;
  const [wide, high] = swapped ? [height, width] : [width, height];
  // Which ends of the stored rows and columns the upright picture begins at.
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const result = new Uint8Array(pixels.length);
  const [acrossStep, downStep] = [fromRight ? -1 : 1, fromBottom ? -width : width];
  const first = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1) * width : 0);
  const [xStep, yStep] = swapped ? [downStep, acrossStep] : [acrossStep, downStep];
  for (let y = 0; y < high; y++) {
    let from = first + y * yStep;
    for (let x = 0; x < wide; x++, from += xStep) result[y * wide + x] = pixels[from];
  }
  return { width: wide, height: high, pixels: result };
}
