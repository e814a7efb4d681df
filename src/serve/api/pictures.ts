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
  images: (body, format) => [seen(body, format, "The picture")],
};

/** Files of a form, a picture each. */
const form: BodyForm = {
  types: ["multipart/form-data"],
  images(body, format, contentType) {
    const files = formFiles(body, contentType, mostImages);
    if (files.length === 0) {
      throw new RequestError(400, "The form has no files: send each picture as a file");
    }
    return files.map(({ bytes }, i) => seen(bytes, format, `Picture ${i}`));
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
      const many = Object(given).images.length;
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

/** The image that the model sees of a PNG or JPEG. */
function seen(bytes: Bytes, format: SeenFormat, name: string): Bytes {
  try {
    const picture = decodePicture(bytes, name, format.channels === 3 ? 3 : 1);
    if (picture !== undefined) return seenImage(picture, format);
  } catch (error) {
    if (error instanceof UserError) throw new RequestError(400, error.message);
    throw error;
  }
  const what = bytes.length === 0 ? "is empty" : "is no PNG or JPEG";
  throw new RequestError(400, `${name} ${what}: send the bytes of a PNG or JPEG file`);
}

function json(body: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new RequestError(400, 'The body is no JSON: send {"images": [...]}');
  }
}
