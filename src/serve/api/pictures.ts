import { UserError } from "../../errors.ts";
import { decodePicture } from "../../image/mod.ts";
import { seenImage } from "../../predict/mod.ts";
import type { SeenFormat } from "../../run/mod.ts";
import { explain } from "../../settings/mod.ts";
import { RequestError } from "../request_error.ts";
import { formFiles } from "./multipart.ts";
import { pixelsOf } from "./pixels.ts";
import { imagesSchema, mostImages } from "./schemas.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The most pixels of a picture, and of all pictures of a request together: a telephone's photograph. */
const mostPixels = 12 << 20;

/** The longest JSON that is read, in bytes: what it says may take 30 times as much memory. */
const jsonLimit = 4 << 20;

/** A form in which images can be sent. */
interface BodyForm {
  /** Its media types. */
  readonly types: readonly string[];
  /** The images in a body, as the model sees them; a RequestError where one of them cannot be read. */
  images(body: Bytes, format: SeenFormat, contentType: string): Bytes[];
}

/** A PNG or JPEG by itself. */
const picture: BodyForm = {
  types: ["image/png", "image/jpeg", "application/octet-stream"],
  images: (body, format) => [seenBy(format)(body, "The picture")],
};

/** Files of a form, a picture each. */
const form: BodyForm = {
  types: ["multipart/form-data"],
  images(body, format, contentType) {
    const files = formFiles(body, contentType, mostImages);
    if (files.length === 0) {
      throw new RequestError(400, "The form has no files: send each picture as a file");
    }
    const seen = seenBy(format);
    return files.map(({ bytes }, i) => seen(bytes, `Picture ${i}`));
  },
};

/** Lists of pixels. */
const pixels: BodyForm = {
  types: ["application/json"],
  images(body, format) {
    const given = json(body);
    const parsed = imagesSchema.safeParse(given);
    if (!parsed.success) {
      const keys = typeof given === "object" && given !== null ? { ...given } : {};
      const [{ path }] = parsed.error.issues;
      const expected = 'a body is {"images": [...]}, a list of pixels each';
      if (path.length !== 1 || !Array.isArray(Object(given).images)) {
        throw new RequestError(400, `The JSON does not fit: ${expected}`);
      }
      const { images } = Object(given);
      if (images.length > 0 && !images.some(Array.isArray)) {
        const hint = "images are lists in the list, for one image as well";
        throw new RequestError(400, `The JSON does not fit: ${expected}; ${hint}`);
      }
      const many = images.length;
      throw new RequestError(
        many > mostImages ? 413 : 400,
        `${explain(parsed.error, { ...keys, images: many })} images`,
      );
    }
    return parsed.data.images.map((list, i) => pixelsOf(list, format, `images[${i}]`));
  },
};

/** The forms in which images can be sent. */
export const bodyForms: readonly BodyForm[] = [picture, form, pixels];

const byType = new Map(
  bodyForms.flatMap((form) => form.types.map((type) => [type, form] as const)),
);

/** The form of a content type; a RequestError where it is of none. */
export function bodyForm(contentType: string | undefined): BodyForm {
  const type = contentType === undefined
    ? "application/octet-stream"
    : contentType.split(";", 1)[0].trim().toLowerCase();
  const found = byType.get(type);
  if (found !== undefined) return found;
  throw new RequestError(
    415,
    `A body of type ${JSON.stringify(type.slice(0, 80))} is not read: send one of ${
      [...byType.keys()].join(", ")
    }`,
  );
}

/** Makes of the PNG and JPEG files of one request the images that a model of that format sees. */
function seenBy(format: SeenFormat): (bytes: Bytes, name: string) => Bytes {
  let left = mostPixels;
  return (bytes, name) => {
    try {
      const picture = decodePicture(bytes, name, format.channels === 3 ? 3 : 1, mostPixels);
      if (picture !== undefined) {
        left -= picture.width * picture.height;
        if (left >= 0) return seenImage(picture, format);
        const most = `${mostPixels >> 20} million pixels`;
        throw new RequestError(413, `The pictures of a request may have ${most}: send fewer`);
      }
    } catch (error) {
      if (error instanceof UserError) throw new RequestError(400, error.message);
      throw error;
    }
    const what = bytes.length === 0 ? "is empty" : "is no PNG or JPEG";
    throw new RequestError(400, `${name} ${what}: send the bytes of a PNG or JPEG file`);
  };
}

function json(body: Bytes): unknown {
  if (body.length > jsonLimit) {
    throw new RequestError(413, `JSON is read up to ${jsonLimit >> 20} MiB: send PNG files`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new RequestError(400, 'The body is no JSON: send {"images": [...]}');
  }
}
