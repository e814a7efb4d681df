//! Picture files.

use crate::exports;
use crate::pictures::{decode_jpeg, decode_png, png_encode};

exports! { EXPORTS:
    /// Decodes a PNG whose header says `[height, width]` to pixels `[channels, height, width]`, 1 for gray or 3 for
    /// colours, and opacity `[height, width]`; `alpha` may be empty where nothing is transparent.
    fn picture_from_png(file: &[u8], width: u32, channels: u32, pixels: &mut [u8], alpha: &mut [u8]) -> Status {
        decode_png(file, width as usize, channels as usize, pixels, alpha)
    }
    /// Decodes a JPEG whose header says `[height, width]`, or twice that, to pixels `[channels, height, width]`;
    /// `transformed`: its components are not red, green and blue (or inks), but turned into a luma and differences of
    /// colours.
    fn picture_from_jpeg(file: &[u8], width: u32, transformed: u32, channels: u32, pixels: &mut [u8]) -> Status {
        decode_jpeg(file, width as usize, transformed != 0, channels as usize, pixels)
    }
    /// Encodes pixels `[height, width, channels]` (1: gray, 3: RGB) as a PNG into `out`; returns its length in bytes.
    fn picture_to_png(pixels: &[u8], width: u32, channels: u32, out: &mut [u8]) -> Count {
        Ok(png_encode(pixels, width, channels, out)? as f64)
    }
}
