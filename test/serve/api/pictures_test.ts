import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { standardSet } from "../../../src/data/mod.ts";
import { encodePng, planar } from "../../../src/image/mod.ts";
import type { SeenFormat } from "../../../src/run/mod.ts";
import { bodyForm } from "../../../src/serve/api/pictures.ts";
import { mostImages } from "../../../src/serve/api/schemas.ts";
import { RequestError } from "../../../src/serve/request_error.ts";

const gray: SeenFormat = standardSet;
const colours: SeenFormat = {
  channels: 3,
  height: 2,
  width: 2,
  classes: ["a", "b"],
  isScaled: true,
};
const encoder = new TextEncoder();
const image = (seed: number) => Uint8Array.from({ length: 784 }, (_, i) => (i * seed) & 255);
const bytesOf = (value: unknown) => encoder.encode(JSON.stringify(value));

/** The images of a body. */
const images = (type: string, body: Uint8Array<ArrayBuffer>, format = gray) =>
  bodyForm(type).images(body, format, type);

/** A form as browsers and curl send it. */
async function formOf(...files: Uint8Array<ArrayBuffer>[]) {
  const form = new FormData();
  form.append("note", "no file");
  files.forEach((file, i) => form.append("image", new File([file], `${i}.png`)));
  const request = new Response(form);
  return { type: request.headers.get("content-type")!, body: await request.bytes() };
}

Deno.test("pictures come as files, as forms and as lists of pixels, and are the same images", async () => {
  const [first, second] = [image(3), image(5)];
  const pngs = [first, second].map((each) => encodePng(each, 28));
  assertEquals(images("image/png", pngs[0]), [first]);
  assertEquals(images("application/octet-stream", pngs[0]), [first]);
  const { type, body } = await formOf(...pngs);
  assertEquals(images(type, body), [first, second]);
  const rows = Array.from({ length: 28 }, (_, y) => [...first.subarray(28 * y, 28 * y + 28)]);
  const list = bytesOf({ images: [[...first], rows, [rows], [...second]] });
  assertEquals(images("application/json; charset=utf-8", list), [first, first, first, second]);
});

Deno.test("colours are planes in a list, and interleaved in a PNG", () => {
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
  const planes = planar(pixels, 3);
  assertEquals(images("image/png", encodePng(pixels, 2, 3), colours), [planes]);
  const plane = (
    c: number,
  ) => [[planes[4 * c], planes[4 * c + 1]], [planes[4 * c + 2], planes[4 * c + 3]]];
  const list = bytesOf({ images: [[...planes], [0, 1, 2].map(plane)] });
  assertEquals(images("application/json", list, colours), [planes, planes]);
});

const flat = Array(784).fill(0);
const crlf = "\r\n";
const part = (head: string) => `--x${crlf}${head}${crlf}${crlf}data${crlf}--x--${crlf}`;
const file = 'Content-Disposition: form-data; name="a"; filename="a"';

const refusals: [type: string, body: string, status: number, reason: RegExp][] = [
  ["text/plain", "", 415, /"text\/plain" is not read: send one of image\/png, image\/jpeg/],
  ["application/x-www-form-urlencoded", "", 415, /is not read/],
  ["image/png", "", 400, /The picture is empty/],
  ["image/png", "GIF89a", 400, /The picture is no PNG or JPEG/],
  ["image/png", "\x89PNG", 400, /The picture is no PNG or JPEG/],
  ["application/json", "{", 400, /The body is no JSON/],
  ["application/json", "\xff", 400, /JSON/],
  ["application/json", "null", 400, /The JSON does not fit: a body is \{"images": \[\.\.\.\]\}/],
  ["application/json", "[]", 400, /does not fit/],
  ["application/json", "{}", 400, /does not fit/],
  ["application/json", '{"images": {"length": 3}}', 400, /does not fit/],
  ["application/json", '{"images": [1]}', 400, /does not fit/],
  ["application/json", '{"images": []}', 400, /images must be at least 1, not 0 images/],
  [
    "application/json",
    `{"images": [${Array(784).fill(0)}]}`,
    400,
    /The JSON does not fit: .*; images are lists in the list, for one image as well/,
  ],
  ["application/json", '{"images": [[]], "model": "a"}', 400, /does not fit/],
  [
    "application/json",
    '{"images": [[]]}',
    400,
    /images\[0\] has 0 entries, where 784 are expected/,
  ],
  [
    "application/json",
    '{"images": [[[]]]}',
    400,
    /images\[0\] has 1 entries, where 28 are expected/,
  ],
  ["application/json", '{"images": [[[[[]]]]]}', 400, /images\[0\]\[0\] has 1 entries, where 28/],
  [
    "application/json",
    JSON.stringify({ images: [flat, [...flat.slice(1), 256]] }),
    400,
    /images\[1\]\[783\] must be a whole number from 0 to 255, not 256/,
  ],
  [
    "application/json",
    JSON.stringify({ images: [[0.5, ...flat.slice(1)]] }),
    400,
    /images\[0\]\[0\] must be a whole number from 0 to 255, not 0\.5/,
  ],
  ["application/json", JSON.stringify({ images: [[null, ...flat.slice(1)]] }), 400, /not null/],
  [
    "application/json",
    JSON.stringify({ images: [Array(28).fill([...Array(27).fill(0), [0]])] }),
    400,
    /images\[0\]\[0\]\[27\] must be a whole number from 0 to 255, not a list/,
  ],
  [
    "application/json",
    JSON.stringify({ images: [[Array(28).fill(0), ...Array(27).fill(7)]] }),
    400,
    /images\[0\]\[1\] must be a list, not 7/,
  ],
  [
    "application/json",
    JSON.stringify({ images: Array(mostImages + 1).fill([0]) }),
    413,
    /images must be at most 256, not 257 images/,
  ],
  ["multipart/form-data", "", 400, /its content type names no boundary/],
  ["multipart/form-data; boundary=x", "", 400, /its boundary does not occur/],
  ["multipart/form-data; boundary=x", "--x--", 400, /The form has no files/],
  ["multipart/form-data; boundary=x", `--x${crlf}${file}`, 400, /a part does not end/],
  ["multipart/form-data; boundary=x", `--x${crlf}${file}${crlf}${crlf}`, 400, /last boundary/],
  ["multipart/form-data; boundary=x", `--xy${" ".repeat(20_000)}`, 400, /is not a line/],
  ["multipart/form-data; boundary=x", part("X: y"), 400, /The form has no files/],
  ["multipart/form-data; boundary=x", part(file), 400, /Picture 0 is no PNG or JPEG/],
  [
    'multipart/form-data; boundary="x"',
    `--x${crlf}X: y${crlf}${crlf}${crlf}`.repeat(mostImages + 1) + "--x--",
    413,
    /A form has at most 256 parts/,
  ],
];

Deno.test("a body that does not fit is refused in a sentence that says where", () => {
  for (const [type, body, status, reason] of refusals) {
    const bytes = Uint8Array.from(body, (letter) => letter.charCodeAt(0));
    const error = assertThrows(() => images(type, bytes), RequestError, undefined, body);
    assertMatch(error.message, reason);
    assertEquals(error.status, status, body.slice(0, 80));
    assertEquals(/\n/.test(error.message), false);
  }
  const long = new Uint8Array((4 << 20) + 1);
  const error = assertThrows(() => images("application/json", long), RequestError, "up to 4 MiB");
  assertEquals(error.status, 413);
});

Deno.test("the pictures of a request may have so many pixels together", async () => {
  const large = encodePng(new Uint8Array(3000 * 3000), 3000);
  assertEquals(images("image/png", large).length, 1);
  const { type, body } = await formOf(large, large);
  const error = assertThrows(() => images(type, body), RequestError, "12 million pixels");
  assertEquals(error.status, 413);
});
