import { protobuf } from "../storage/mod.ts";

const { joined, little } = protobuf;

/**
 * A record of a TFRecord file: length (u64), its checksum, the data, their checksum, little-endian
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord). A reader takes a record that a crash
 * cut short for the file's end.
 */
export function record(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = little(8, (view) => view.setUint32(0, data.length, true)); // below 4 GiB
  return joined([length, checksum(length), data, checksum(data)]);
}

/** The data of each record in a file, and where the record ends; up to the first that is not whole. */
export function* records(file: Uint8Array): Generator<{ data: Uint8Array; end: number }> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 16 <= file.length;) {
    const size = view.getBigUint64(at, true);
    if (size > BigInt(file.length - at - 16)) return;
    const end = at + 16 + Number(size);
    const data = file.subarray(at + 12, end - 4);
    if (record(data).some((byte, i) => byte !== file[at + i])) return;
    yield { data, end };
    at = end;
  }
}

/** The masked CRC-32C of the data: rotated and moved, so that the data may hold checksums. */
function checksum(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  const masked = ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  return little(4, (view) => view.setUint32(0, masked, true));
}

/** Castagnoli's polynomial, bits reversed (RFC 3720, appendix B.4). */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
  return crc;
});

/** CRC-32C of bytes, as a u32. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}
