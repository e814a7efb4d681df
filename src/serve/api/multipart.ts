import { Buffer } from "node:buffer";
import { RequestError } from "../request_error.ts";

/** The longest head of a part, in bytes. */
const headLimit = 16 << 10;

/** A file in a form. */
export interface FormFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const malformed = (what: string) => new RequestError(400, `The form is malformed: ${what}`);

/**
 * The files of a `multipart/form-data` body (RFC 7578) in their order, views of its bytes; fields
 * without a file name are left out. A RequestError where it is malformed or has more than `most` parts.
 */
export function formFiles(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
  most: number,
): FormFile[] {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ??
    [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed("its content type names no boundary");
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // The first delimiter needs no line before it.
  const first = delimiter.subarray(2);
  let place = bytes.indexOf(first);
  if (place !== 0 && (place = bytes.indexOf(delimiter)) >= 0) place += 2;
  if (place < 0) throw malformed("its boundary does not occur");
  place += first.length;
  const files: FormFile[] = [];
  for (let parts = 0;; parts++) {
    if (bytes[place] === 0x2d && bytes[place + 1] === 0x2d) return files; // --
    if (parts === most) throw new RequestError(413, `A form has at most ${most} parts`);
    const line = bytes.indexOf("\r\n", place);
    // What stands between is transport padding, as RFC 2046 calls it.
    if (line < 0 || line > place + headLimit) throw malformed("a boundary is not a line");
    const head = bytes.subarray(line, line + headLimit);
    const headEnd = head.indexOf("\r\n\r\n");
    if (headEnd < 0) throw malformed("the head of a part does not end");
    const start = line + headEnd + 4;
    const end = bytes.indexOf(delimiter, start - 2);
    if (end < 0) throw malformed("its last boundary is missing");
    const name = fileNameOf(head.toString("utf8", 0, headEnd));
    if (name !== undefined) {
      files.push({ name, bytes: body.subarray(start, Math.max(start, end)) });
    }
    place = end + delimiter.length;
  }
}

/** The file name in the head of a part; undefined for a field that is no file. */
function fileNameOf(head: string): string | undefined {
  const disposition = /^content-disposition:.*$/im.exec(head)?.[0] ?? "";
  const [, quoted, plain] = /;\s*filename\*?=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition) ?? [];
  return quoted ?? plain;
}
