import { joined, little } from "./protobuf.ts";

/**
 * A record of a TFRecord file: length (u64), its checksum, the data, their checksum, little-endian
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord). A reader takes a record that a crash
 * cut short for the file's end.
 */
export function record(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = little(8, (view) => view.setUint32(0, data.length, true)); // below 4 GiB
  return joined([length, checksum(length), data, checksum(data)]);
}

/** The masked CRC-32C of the data: rotated and moved, so that a checksum of checksums is none. */
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
