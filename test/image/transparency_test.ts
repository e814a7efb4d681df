import { assert, assertEquals } from "@std/assert";
import { type Picture, prepare } from "../../src/image/mod.ts";

/** A garment: a rectangle with a darker stripe, opaque on transparent, or on a gray. */
function garment(gray: number, ground: number | "clear", rounded = false): Picture {
  const [width, height] = [60, 80];
  const alpha = new Uint8Array(width * height).fill(255);
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const inside = x >= 20 && x < 40 && y >= 15 && y < 65;
    const isCorner = rounded && Math.min(x, width - 1 - x) + Math.min(y, height - 1 - y) < 6;
    if (isCorner || !inside && ground === "clear") alpha[i] = 0;
    if (isCorner) return 0;
    return inside ? gray - (y % 10 < 3 ? 20 : 0) : ground === "clear" ? 77 : ground;
  });
  return { width, height, pixels, ...ground === "clear" || rounded ? { alpha } : {} };
}

const bytes = (image: Uint8Array) => [...image];

Deno.test("prepare() shows a bright garment that was cut out as if it lay on black", () => {
  for (const gray of [255, 200, 150]) {
    assertEquals(bytes(prepare(garment(gray, "clear"))), bytes(prepare(garment(gray, 0))));
  }
});

Deno.test("prepare() shows a dark garment that was cut out as if it lay on white", () => {
  for (const gray of [20, 60, 120]) {
    assertEquals(bytes(prepare(garment(gray, "clear"))), bytes(prepare(garment(gray, 255))));
  }
});

Deno.test("prepare() puts a garment that was cut out before the ground that it is told", () => {
  for (const gray of [60, 200]) {
    const told = (ground: "dark" | "light") => bytes(prepare(garment(gray, "clear"), { ground }));
    assertEquals(told("dark"), bytes(prepare(garment(gray, 0), { ground: "dark" })));
    assertEquals(told("light"), bytes(prepare(garment(gray, 255), { ground: "light" })));
  }
});

Deno.test("prepare() takes transparent corners of a photograph for its ground", () => {
  for (const [gray, ground] of [[60, 240], [220, 30], [250, 200]] as const) {
    const wanted = bytes(prepare(garment(gray, ground)));
    assertEquals(bytes(prepare(garment(gray, ground, true))), wanted);
  }
});

Deno.test("prepare() takes what is transparent for ground in an image of 28 x 28 and as it is, too", () => {
  const alpha = Uint8Array.from({ length: 784 }, (_, i) => i % 28 > 7 && i % 28 < 20 ? 255 : 0);
  const picture = { width: 28, height: 28, pixels: new Uint8Array(784).fill(255), alpha };
  assertEquals(bytes(prepare(picture)), bytes(alpha));
  assertEquals(bytes(prepare(picture, { raw: true })), bytes(alpha));
});

Deno.test("prepare() gives an image of zeros where all is transparent", () => {
  const clear = { ...garment(200, "clear"), alpha: new Uint8Array(60 * 80) };
  assert(prepare(clear).every((gray) => gray === 0));
});
