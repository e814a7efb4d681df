import type { IncomingMessage } from "node:http";
import { RequestError } from "./request_error.ts";

/** The longest body that is read, in bytes. */
export const bodyLimit = 32 << 20;

/** The most bytes of bodies that are held at the same time. */
const heldLimit = 64 << 20;

/** Seconds after which a client may try again. */
const retryAfter = 1;

/** The body of one request. */
export interface Body {
  /** Reads all of it, once; throws a RequestError where it is too long or not sent to its end. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads the bodies of requests into memory, of which all of them together may take so much. */
export class Bodies {
  #held = 0;

  constructor(readonly most: number = heldLimit) {}

  /** Reads the body of a request; what it takes is given back by `release`. */
  read(request: IncomingMessage, announced = 0): Promise<Uint8Array<ArrayBuffer>> {
    const tooLong = () =>
      new RequestError(413, `The body is longer than ${bodyLimit >> 20} MiB: send fewer images`);
    const cut = () => new RequestError(400, "The body ended before its end");
    if (announced > bodyLimit) return Promise.reject(tooLong());
    if (request.destroyed) return Promise.reject(cut());
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    return new Promise((resolve, reject) => {
      const refuse = (error: RequestError) => {
        this.#held -= size;
        size = 0;
        pieces.length = 0;
        request.off("data", take).off("end", end).off("close", lost);
        request.pause();
        reject(error);
      };
      const take = (piece: Uint8Array<ArrayBuffer>) => {
        size += piece.length;
        this.#held += piece.length;
        if (size > bodyLimit) return refuse(tooLong());
        if (this.#held > this.most) {
          return refuse(new RequestError(429, "Too much is being sent: try again", retryAfter));
        }
        pieces.push(piece);
      };
      const end = () => {
        request.off("close", lost);
        resolve(pieces.length === 1 ? pieces[0] : joined(pieces, size));
      };
      const lost = () => refuse(cut());
      request.on("data", take).once("end", end).once("close", lost);
    });
  }

  /** Hears that a body of so many bytes is needed no longer. */
  release(size: number): void {
    this.#held -= size;
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}
