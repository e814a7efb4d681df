//! Picture files to gray or colours and back. The caller has read width and height from the header and made room
//! for that many pixels, so that no file decides how much memory it gets.

use std::io::Cursor;

use jpeg_decoder::{ColorTransform, Decoder as JpegDecoder};

use crate::error::{Error, Result};
use crate::fail;

/// What the PNG decoder may take beside the pixels: a row before and after filtering, and chunks.
const PNG_BYTES: usize = 16 << 20;

/// Columns and rows of each pass of Adam7 (PNG, section 8.2): `(step, first)` of x, then of y.
const ADAM7: [[usize; 4]; 7] = [[8, 0, 8, 0], [8, 4, 8, 0], [4, 0, 8, 4], [4, 2, 4, 0], [2, 0, 4, 2], [2, 1, 2, 0], [1, 0, 2, 1]];

/// The luma of ITU-R BT.601 in whole numbers, as Pillow's `convert("L")` has it; v, v, v gives v.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((19595 * u32::from(red) + 38470 * u32::from(green) + 7471 * u32::from(blue) + 0x8000) >> 16) as u8
}

/// Makes the first `count` samples of 16 bits of a row into bytes at its begin: of colours their bits above
/// `shift`, of opacity the upper 8. Returns the largest colour of pixels that are seen.
fn halve(row: &mut [u8], count: usize, channels: usize, shift: u32) -> u16 {
    let mut most = 0;
    let has_alpha = channels.is_multiple_of(2);
    for first in (0..count).step_by(channels) {
        let seen = !has_alpha || row[2 * (first + channels - 1)] > 0;
        for place in first..first + channels {
            let sample = u16::from_be_bytes([row[2 * place], row[2 * place + 1]]);
            let is_alpha = has_alpha && place == first + channels - 1;
            if seen && !is_alpha {
                most = most.max(sample);
            }
            row[place] = if is_alpha { (sample >> 8) as u8 } else { (sample >> shift).min(255) as u8 };
        }
    }
    most
}

/// The light that paper gives back under an ink and black.
fn printed(ink: u8, black: u8) -> u8 {
    ((u32::from(255 - ink) * u32::from(255 - black) + 127) / 255) as u8
}

fn png_error(error: png::DecodingError) -> Error {
    match error {
        png::DecodingError::IoError(_) => Error("it ends too early".to_owned()),
        other => Error(other.to_string()),
    }
}

/// Pixels `[channels, height, width]` that are filled one by one: gray, or red, green and blue.
struct Planes<'a> {
    pixels: &'a mut [u8],
    count: usize,
}

impl<'a> Planes<'a> {
    /// # Errors
    /// Where `channels` is neither 1 nor 3 or the pixels are not as many in each.
    fn new(pixels: &'a mut [u8], channels: usize) -> Result<Self> {
        if !matches!(channels, 1 | 3) || !pixels.len().is_multiple_of(channels) {
            fail!("{} bytes are no pixels of {channels} channels: there may be 1 or 3", pixels.len());
        }
        let count = pixels.len() / channels;
        Ok(Self { pixels, count })
    }

    fn gray(&mut self, place: usize, value: u8) {
        for plane in self.pixels.chunks_exact_mut(self.count) {
            plane[place] = value;
        }
    }

    fn colour(&mut self, place: usize, [red, green, blue]: [u8; 3]) {
        if self.pixels.len() == self.count {
            self.pixels[place] = luma(red, green, blue);
        } else {
            for (plane, value) in [red, green, blue].into_iter().enumerate() {
                self.pixels[plane * self.count + place] = value;
            }
        }
    }
}

/// Decodes a PNG of any kind to pixels `[channels, height, width]`, 1 for gray or 3 for colours, and opacity
/// `[height, width]`; without transparency, `alpha` may be empty.
///
/// Of a sample of 16 bits the upper 8 are taken. Where a file's samples have no more than 8 to 14 bits, lower bits are.
///
/// # Errors
/// Where a checksum, a length or the size is not right, or the file ends before its last chunk does.
pub fn decode_png(file: &[u8], width: usize, channels: usize, pixels: &mut [u8], alpha: &mut [u8]) -> Result<()> {
    let mut planes = Planes::new(pixels, channels)?;
    let most = decode_png_shifted(file, width, 8, &mut planes, alpha)?;
    let bits = 16 - most.leading_zeros();
    if (1..=MOST_PARTLY_USED_BITS).contains(&bits) {
        decode_png_shifted(file, width, bits.saturating_sub(8), &mut planes, alpha)?;
    }
    Ok(())
}

/// The bits that a camera's samples have at most where they do not fill 16.
const MOST_PARTLY_USED_BITS: u32 = 14;

/// Decodes a PNG; samples of 16 bits are shifted to the right by `shift`. Returns the largest of them, 0 for 8 bits.
fn decode_png_shifted(file: &[u8], width: usize, shift: u32, out: &mut Planes, alpha: &mut [u8]) -> Result<u16> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), png::Limits { bytes: PNG_BYTES });
    decoder.set_transformations(png::Transformations::EXPAND);
    decoder.ignore_checksums(false);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(png_error)?;
    let size = reader.info().size();
    let height = out.count / width.max(1);
    if size != (width as u32, height as u32) || width * height != out.count {
        fail!("it is {} x {} pixels large, not {width} x {height}", size.0, size.1);
    }
    let interlaced = reader.info().interlaced;
    let (colour, depth) = reader.output_color_type();
    let channels = colour.samples();
    if channels.is_multiple_of(2) && alpha.len() != out.count {
        fail!("there is no room for its transparency");
    }
    let bytes = if depth == png::BitDepth::Sixteen { 2 } else { 1 };
    let mut most = 0;
    let mut row = vec![0; width * channels * bytes];
    for &[dx, left, dy, top] in if interlaced { &ADAM7[..] } else { &[[1, 0, 1, 0]] } {
        if left >= width {
            continue;
        }
        let columns = (width - left).div_ceil(dx);
        for y in (top..height).step_by(dy) {
            if reader.read_row(&mut row).map_err(png_error)?.is_none() {
                fail!("it ends too early");
            }
            if bytes == 2 {
                most = most.max(halve(&mut row, columns * channels, channels, shift));
            }
            let places = (y * width + left..(y + 1) * width).step_by(dx);
            for (place, pixel) in places.zip(row.chunks_exact(channels)) {
                match *pixel {
                    [gray] => out.gray(place, gray),
                    [gray, opacity] => {
                        out.gray(place, gray);
                        alpha[place] = opacity;
                    }
                    [red, green, blue] => out.colour(place, [red, green, blue]),
                    [red, green, blue, opacity] => {
                        out.colour(place, [red, green, blue]);
                        alpha[place] = opacity;
                    }
                    _ => fail!("a pixel of it has {channels} samples"),
                }
            }
        }
    }
    reader.finish().map_err(png_error)?;
    Ok(most)
}

/// Red, green and blue of a luma and two differences of colours, in whole numbers as libjpeg has them (`jdcolor.c`).
fn rgb_of([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let [y, cb, cr] = [i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128];
    let red = y + ((91_881 * cr + 0x8000) >> 16);
    let green = y + ((-22_554 * cb - 46_802 * cr + 0x8000) >> 16);
    let blue = y + ((116_130 * cb + 0x8000) >> 16);
    [red, green, blue].map(|value| value.clamp(0, 255) as u8)
}

/// Decodes a JPEG, baseline or progressive, to its luma (1 channel) or its colours (3), `[channels, height, width]`: at
/// its own size, or at half of it where `width` says so. `transformed`: three components begin with a luma and are not
/// red, green and blue; of four, the first three are turned into inks.
///
/// # Errors
/// Where it is damaged, of another size or of a kind that is not known.
pub fn decode_jpeg(file: &[u8], width: usize, transformed: bool, channels: usize, pixels: &mut [u8]) -> Result<()> {
    let mut out = Planes::new(pixels, channels)?;
    let damaged = |error: jpeg_decoder::Error| Error(error.to_string());
    let mut decoder = JpegDecoder::new(file);
    decoder.read_info().map_err(damaged)?;
    let Some(info) = decoder.info() else { fail!("it has no frame") };
    let height = out.count / width.max(1);
    let mut size = (info.width, info.height);
    if size.0.div_ceil(2) as usize == width && size.0 > 1 {
        size = decoder.scale(size.0.div_ceil(2), size.1.div_ceil(2)).map_err(damaged)?;
    }
    if (usize::from(size.0), usize::from(size.1)) != (width, height) || width * height != out.count {
        fail!("it is {} x {} pixels large, not {width} x {height}", size.0, size.1);
    }
    let components = info.pixel_format.pixel_bytes();
    match components {
        3 => decoder.set_color_transform(ColorTransform::RGB), // as they are
        4 if transformed => decoder.set_color_transform(ColorTransform::YCCK),
        4 => decoder.set_color_transform(ColorTransform::CMYK),
        _ => {}
    }
    let samples = decoder.decode().map_err(damaged)?;
    if samples.len() != components * out.count {
        fail!("its scans do not hold all of it");
    }
    let is_luma = channels == 1 && transformed;
    for (place, sample) in samples.chunks_exact(components).enumerate() {
        match *sample {
            [gray] => out.gray(place, gray),
            [y, ..] if components == 3 && is_luma => out.gray(place, y),
            [first, second, third] if transformed => out.colour(place, rgb_of([first, second, third])),
            [red, green, blue] => out.colour(place, [red, green, blue]),
            [cyan, magenta, yellow, black] => out.colour(place, [cyan, magenta, yellow].map(|ink| printed(ink, black))),
            _ => fail!("a pixel of it has {components} samples"),
        }
    }
    Ok(())
}

/// Encodes 8-bit pixels `[height, width, channels]` (1: gray, 3: RGB) as a PNG; returns its length in bytes.
///
/// # Errors
/// Where the pixels do not make up whole rows or `out` is too small.
pub fn png_encode(pixels: &[u8], width: u32, channels: u32, out: &mut [u8]) -> Result<usize> {
    let row = (width as usize) * (channels as usize);
    if row == 0 || pixels.is_empty() || !pixels.len().is_multiple_of(row) {
        fail!("Cannot encode {} bytes as rows of {width} pixels of {channels} bytes", pixels.len());
    }
    let mut cursor = Cursor::new(out);
    let mut encoder = png::Encoder::new(&mut cursor, width, (pixels.len() / row) as u32);
    encoder.set_color(if channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    let refused = |error: png::EncodingError| Error(format!("Cannot encode a PNG: {error}"));
    let mut writer = encoder.write_header().map_err(refused)?;
    writer.write_image_data(pixels).map_err(refused)?;
    writer.finish().map_err(refused)?;
    Ok(cursor.position() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_gives_back_what_was_encoded_and_no_other_size() {
        let pixels: Vec<u8> = (0..6 * 5 * 3).map(|i| (i * 37 % 256) as u8).collect();
        let mut file = vec![0; 4096];
        let length = png_encode(&pixels, 6, 3, &mut file).unwrap();
        let mut gray = vec![0; 30];
        decode_png(&file[..length], 6, 1, &mut gray, &mut []).unwrap();
        let expected: Vec<u8> = pixels.chunks(3).map(|pixel| luma(pixel[0], pixel[1], pixel[2])).collect();
        assert_eq!(gray, expected);
        let mut colours = vec![0; 90];
        decode_png(&file[..length], 6, 3, &mut colours, &mut []).unwrap();
        let planes = (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied());
        assert_eq!(colours, planes.collect::<Vec<u8>>());
        assert!(decode_png(&file[..length], 6, 2, &mut [0; 60], &mut []).is_err());
        for (width, size) in [(5, 30), (6, 29), (6, 36), (30, 30), (0, 0)] {
            assert!(decode_png(&file[..length], width, 1, &mut vec![0; size], &mut []).is_err());
        }
        assert!(png_encode(&pixels, 7, 3, &mut file).is_err());
        assert!(png_encode(&pixels, 6, 3, &mut [0; 20]).is_err());
    }

    #[test]
    fn a_luma_and_differences_become_colours_as_in_libjpeg() {
        // The formula of jdcolor.c, worked out for nearly red, green and blue.
        assert_eq!(rgb_of([76, 85, 255]), [254, 0, 0]);
        assert_eq!(rgb_of([150, 44, 21]), [0, 255, 1]);
        assert_eq!(rgb_of([29, 255, 107]), [0, 0, 254]);
    }

    #[test]
    fn gray_stays_gray() {
        for value in 0..=255 {
            assert_eq!(luma(value, value, value), value);
            assert_eq!(rgb_of([value, 128, 128]), [value; 3]);
        }
    }
}
