//! Picture files.

use crate::exports;
use crate::pictures::{jpeg_to_gray, png_encode, png_to_gray};

exports! { EXPORTS:
    /// Decodes a PNG whose header says `[height, width]` to gray and opacity of that shape; `alpha` may be empty where
    /// nothing is transparent.
    fn picture_from_png(file: &[u8], width: u32, gray: &mut [u8], alpha: &mut [u8]) -> Status {
        png_to_gray(file, width as usize, gray, alpha)
    }
    /// Decodes a JPEG whose header says `[height, width]`, or twice that, to gray of that shape; `transformed`: its
    /// components are not red, green and blue (or inks), but turned into a luma and differences of colours.
    fn picture_from_jpeg(file: &[u8], width: u32, transformed: u32, gray: &mut [u8]) -> Status {
        jpeg_to_gray(file, width as usize, transformed != 0, gray)
    }
    /// Encodes pixels `[height, width, channels]` (1: gray, 3: RGB) as a PNG into `out`; returns its length in bytes.
    fn picture_to_png(pixels: &[u8], width: u32, channels: u32, out: &mut [u8]) -> Count {
        Ok(png_encode(pixels, width, channels, out)? as f64)
    }
}
