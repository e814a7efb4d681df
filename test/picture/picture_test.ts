import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { markup } from "../../src/html/mod.ts";
import { colour, colourStyle, seriesStyle } from "../../src/html/look.ts";
import { draw } from "../../src/picture/picture.ts";
import { parsed, texts } from "./svg.ts";

const square = (width: number) => ({ svg: markup`<path d="M0,0h${width}"/>`, height: 100 });

Deno.test("draw() makes a document that stands alone and asks for nothing", () => {
  const svg = draw({ title: "A", subtitle: "B", parts: [square], width: 200 });
  assertStringIncludes(svg, 'xmlns="http://www.w3.org/2000/svg"');
  assert(!/https?:(?!\/\/www\.w3\.org\/2000\/svg)/.test(svg));
  assertStringIncludes(svg, "prefers-color-scheme:dark");
  assertEquals(texts(svg), ["A", "B"]);
});

Deno.test("draw() shows text as it is, whatever signs are in it", () => {
  const text = `<script>"&'</script>`;
  const svg = draw({ title: text, subtitle: text, parts: [], width: 200 });
  assert(!svg.includes("<script"));
  assertEquals(texts(svg), [text, text]);
});

Deno.test("draw() widens a picture until its longest line fits, and stacks its parts", () => {
  const part = (width: number) => ({ svg: markup`<desc>${width}</desc>`, height: 50 });
  const subtitle = "a long subtitle ".repeat(10);
  const svg = draw({ title: "A", subtitle, parts: [part, part], width: 100 });
  const [, , width, height] = /viewBox="(\S+) (\S+) (\S+) (\S+)"/.exec(svg)!.slice(1).map(Number);
  assert(width > subtitle.length * 13 * 0.6);
  assert(height >= 62 + 2 * 50);
  assertStringIncludes(svg, `<desc>${width - 24}</desc>`);
});

Deno.test("a legend breaks into rows that stay inside the picture", () => {
  const legend = Array.from({ length: 7 }, (_, i) => ({ ...seriesStyle(i), text: `run ${i}` }));
  const svg = draw({ title: "A", subtitle: "B", legend, parts: [], width: 300 });
  const entries = [...parsed(svg).querySelectorAll("text")].slice(2);
  assertEquals(entries.map(({ textContent }) => textContent), legend.map(({ text }) => text));
  const places = entries.map((entry) => ["x", "y"].map((name) => Number(entry.getAttribute(name))));
  assertEquals(new Set(places.map(String)).size, 7);
  assert(places.every(([x]) => x + 40 < 300));
  assert(new Set(places.map(([, y]) => y)).size > 1);
});

Deno.test("every colour has a light and a dark value, and text stands out from both surfaces", () => {
  const [light, dark] = colourStyle("x").split("@media").map((rule) =>
    Object.fromEntries(
      [...rule.matchAll(/--wick-([a-z0-9-]+):(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]),
    )
  );
  assertEquals(Object.keys(light), Object.keys(dark));
  assertEquals(colour("ink"), "var(--wick-ink)");
  for (const colours of [light, dark]) {
    for (
      const name of [
        "ink",
        "muted",
        "accent",
        ...[1, 2, 3, 4, 5, 6].map((i) => `series-${i}`),
      ]
    ) {
      const ratio = contrast(colours[name], colours.surface);
      assert(ratio >= 4.5, `${name}: ${ratio}`);
    }
    assert(contrast(colours["on-accent"], colours.accent) >= 4.5);
  }
});

Deno.test("36 curves differ in hue or dashes", () => {
  const styles = Array.from({ length: 36 }, (_, i) => JSON.stringify(seriesStyle(i)));
  assertEquals(new Set(styles).size, 36);
});

/** The contrast ratio of WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const linear = [1, 3, 5].map((i) => {
    const share = parseInt(hex.slice(i, i + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}
