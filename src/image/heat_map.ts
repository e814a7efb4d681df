/** Black, over red and orange, to pale yellow: equal steps of lightness, told apart in gray too. */
const heat = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]] as const;

/** The largest slope at each pixel as a colour, `[height, width, 3]`; the largest is the brightest. */
export function heatColours(
  saliency: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
): Uint8Array<ArrayBuffer> {
  const slopes = new Float32Array(height * width);
  saliency.forEach((slope, i) => {
    const pixel = i % slopes.length;
    slopes[pixel] = Math.max(slopes[pixel], Math.abs(slope));
  });
  const most = slopes.reduce((most, slope) => Math.max(most, slope), 0);
  const colours = new Uint8Array(3 * slopes.length);
  slopes.forEach((slope, i) => {
    const place = most === 0 ? 0 : (heat.length - 1) * slope / most;
    const below = Math.min(heat.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [heat[below][channel], heat[below + 1][channel]];
      colours[3 * i + channel] = Math.round(from + (place - below) * (to - from));
    }
  });
  return colours;
}
