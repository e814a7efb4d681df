import { maxImages, readIdx, unpackIdx } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { decodeJpeg, isJpeg } from "./jpeg.ts";
import { checkSize, maxFileBytes, type Picture } from "./picture.ts";
import { decodePng, isPng } from "./png.ts";
