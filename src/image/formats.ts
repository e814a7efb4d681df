/** A kind of file that people have and that is not read. */
interface Kind {
  readonly name: string;
  /** How such files begin, as Latin-1 or in hexadecimal. */
  readonly text?: RegExp;
  readonly hex?: RegExp;
  /** What to do about it, if not to save it anew. */
  readonly advice?: string;
}

const frame = "save one of its frames as PNG or JPEG";

const kinds: readonly Kind[] = [
  { name: "an AVIF picture", text: /^.{4}ftyp(avi[fs]|(mif1|msf1|miaf).*avi[fs])/s },
  { name: "a HEIC picture", text: /^.{4}ftyp(he[iv][cxms]|mif1|msf1)/s },
  { name: "a camera's raw picture", text: /^.{4}ftypcrx |^FUJIFILMCCD|^IIRO|^IIU/s },
  { name: "a film (MP4 or QuickTime)", text: /^.{4}(ftyp|moov|mdat)/s, advice: frame },
  { name: "a film (Matroska or WebM)", hex: /^1a45dfa3/, advice: frame },
  { name: "a GIF picture", text: /^GIF8/ },
  { name: "a WebP picture", text: /^RIFF.{4}WEBP/s },
  { name: "a BMP picture", hex: /^424d.{8}00000000/ },
  { name: "a TIFF or raw picture", hex: /^(49492a00|4d4d002a|49492b00|4d4d002b)/ },
  { name: "a Windows icon (ICO)", hex: /^00000100(?!00)/ },
  { name: "a Windows cursor (CUR)", hex: /^00000200(?!00)/ },
  // The kinds of colour map and pixels, and 13 bytes later the bits of a pixel.
  { name: "a TGA picture", hex: /^..(00(02|03|0a|0b)|01(01|09)).{26}(08|0f|10|18|20)/ },
  { name: "a JPEG XL picture", hex: /^(ff0a|0000000c4a584c20)/ },
  { name: "a JPEG 2000 picture", hex: /^(0000000c6a502020|ff4fff51)/ },
  { name: "a Photoshop picture", text: /^8BPS/ },
  { name: "a Netpbm picture", text: /^P[1-7]\s/ },
  { name: "an SVG drawing", text: /^(\xef\xbb\xbf)?\s*<(.*<)?svg[\s/>]/s },
  { name: "a PDF document", text: /^%PDF-/ },
  {
    name: "a web page",
    text: /^(\xef\xbb\xbf)?\s*<(!doctype html|html)/i,
    advice: "save the picture itself",
  },
  { name: "a ZIP archive", hex: /^504b0304/, advice: "unpack it first" },
];

/** What a file is that is not read, and what to do about it; undefined where nothing is known. */
export function foreignFormat(bytes: Uint8Array): { name: string; advice: string } | undefined {
  const begin = bytes.subarray(0, 256);
  const [text, hex] = [String.fromCharCode(...begin), begin.toHex()];
  const kind = kinds.find((kind) => kind.text?.test(text) || kind.hex?.test(hex));
  return kind && { name: kind.name, advice: kind.advice ?? "save it as PNG or JPEG" };
}

/** Endings of picture files that are not read: a folder tells that it holds some. */
export const foreignEnding =
  /\.(gif|webp|hei[cf]|avif|tiff?|bmp|dib|tga|ico|jxl|jp2|psd|p[bgpn]m|dng|cr[23]|nef|arw|raf|rw2|orf)$/i;
