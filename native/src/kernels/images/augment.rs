//! What is done to training images by chance.

use super::{Affine, Colour};
use crate::kernels::buffer::Shared;
use crate::parallel;
use crate::random::{Stream, Words, unit};

/// Which images are mirrored left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flip {
    Never,
    /// Half of them, drawn anew each epoch.
    Half,
    /// Half of them in epoch 0, and from then on in turn those that were not in the epoch before (Jordan,
    /// arXiv 2404.00498, section 3.6).
    Alternating,
}

#[derive(Clone, Copy, Debug)]
pub struct Augmentation {
    pub flip: Flip,
    /// Shift by up to this many pixels in each direction, filling with 0.
    pub shift: usize,
    /// How likely a rectangle of each image is erased (Zhong et al., arXiv 1708.04896); its sides are drawn
    /// uniformly between 1/8 and 1/2 of the image's.
    pub erase: f64,
    /// Side of a square that is erased around a pixel of each image, as far as it lies in the image (DeVries and
    /// Taylor, arXiv 1708.04552).
    pub cutout: usize,
    pub affine: Affine,
    pub colour: Colour,
}

/// The draws of one image, always the same number in the same order.
pub struct Draws(Words);

impl Draws {
    fn word(&mut self) -> u32 {
        self.0.next().unwrap_or_default()
    }
    /// A whole number from 0 to `range - 1`.
    pub fn below(&mut self, range: usize) -> usize {
        ((u64::from(self.word()) * range as u64) >> 32) as usize
    }
    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * f64::from(unit(self.word()))
    }
}

/// Changes images `[channels, rows, columns]`; image j's chance is index `indices[j]` of the stream.
pub fn augment(augmentation: &Augmentation, images: &mut [f32], size: [usize; 3], stream: Stream, indices: &[u32]) {
    let length = size.iter().product::<usize>().max(1);
    let count = (images.len() / length).min(indices.len());
    let pixels = Shared::new(images.as_mut_ptr());
    parallel::for_ranges(count, parallel::WORTH_A_THREAD / (4 * length), |start, end| {
        for image in start..end {
            // SAFETY: `count` images of this length lie there, and each is changed by one thread alone.
            let image_pixels = unsafe { std::slice::from_raw_parts_mut(pixels.at(image * length), length) };
            augment_one(augmentation, image_pixels, size, Stream { index: indices[image], ..stream });
        }
    });
}

/// Changes one image `[channels, rows, columns]`, by chance of its own stream: mirror, shift, affine map, colours,
/// and then what is erased.
fn augment_one(augmentation: &Augmentation, image: &mut [f32], size: [usize; 3], stream: Stream) {
    let [_, rows, columns] = size;
    let mut draws = Draws(stream.words(0));
    let half = draws.below(2) == 1;
    let flip = match augmentation.flip {
        Flip::Never => false,
        Flip::Half => half,
        Flip::Alternating => {
            let first = Draws(Stream { epoch: 0, ..stream }.words(0)).below(2) == 1;
            first != (stream.epoch % 2 == 1)
        }
    };
    let shift = augmentation.shift;
    let (down, right) = (draws.below(2 * shift + 1), draws.below(2 * shift + 1));
    let erase = draws.between(0.0, 1.0) < augmentation.erase;
    let (height, width) =
        (rows / 8 + draws.below(rows / 2 - rows / 8 + 1), columns / 8 + draws.below(columns / 2 - columns / 8 + 1));
    let (top, left) = (draws.below(rows - height + 1), draws.below(columns - width + 1));
    let (middle_row, middle_column) = (draws.below(rows), draws.below(columns));
    let map = augmentation.affine.draw(&mut draws, rows, columns);
    let jitter = augmentation.colour.draw(&mut draws);
    if flip || shift > 0 {
        move_pixels(image, size, flip, [down, right], shift);
    }
    if let Some(map) = map {
        map.apply(image, size);
    }
    if let Some(jitter) = jitter {
        jitter.apply(image, size);
    }
    if erase {
        clear(image, size, top..top + height, left..left + width);
    }
    if augmentation.cutout > 0 {
        let square = |middle: usize, length: usize| {
            let start = middle as isize - (augmentation.cutout / 2) as isize;
            start.max(0) as usize..(start + augmentation.cutout as isize).min(length as isize) as usize
        };
        clear(image, size, square(middle_row, rows), square(middle_column, columns));
    }
}

/// Mirrors and shifts by `from - shift` pixels; 0 moves in.
fn move_pixels(image: &mut [f32], [channels, rows, columns]: [usize; 3], flip: bool, [down, right]: [usize; 2], shift: usize) {
    let source = image.to_vec();
    for channel in 0..channels {
        for row in 0..rows {
            for column in 0..columns {
                let from_row = (row + down).checked_sub(shift).filter(|&row| row < rows);
                let from_column = (column + right).checked_sub(shift).filter(|&column| column < columns);
                image[(channel * rows + row) * columns + column] = match (from_row, from_column) {
                    (Some(row), Some(column)) => {
                        let column = if flip { columns - 1 - column } else { column };
                        source[(channel * rows + row) * columns + column]
                    }
                    _ => 0.0,
                };
            }
        }
    }
}

/// Makes a rectangle background.
fn clear(image: &mut [f32], [channels, rows, columns]: [usize; 3], down: std::ops::Range<usize>, across: std::ops::Range<usize>) {
    for channel in 0..channels {
        for row in down.clone() {
            image[(channel * rows + row) * columns..][across.clone()].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Augmentation =
        Augmentation { flip: Flip::Never, shift: 0, erase: 0.0, cutout: 0, affine: Affine::NONE, colour: Colour::NONE };
    const SIZE: [usize; 3] = [2, 6, 8];

    fn stream(epoch: u32, index: u32) -> Stream {
        Stream { seed: 7, purpose: 1, epoch, index }
    }

    fn numbered() -> Vec<f32> {
        (1..=96).map(|number| number as f32 / 96.0).collect()
    }

    fn augmented(augmentation: Augmentation, epoch: u32, index: u32) -> Vec<f32> {
        let mut image = numbered();
        augment(&augmentation, &mut image, SIZE, stream(epoch, index), &[index]);
        image
    }

    #[test]
    fn nothing_is_done_where_nothing_is_asked_for() {
        assert_eq!(augmented(PLAIN, 3, 5), numbered());
    }

    /// Epoch e mirrors an image where epoch 0 did and e is even, or epoch 0 did not and e is odd.
    #[test]
    fn an_alternating_flip_mirrors_each_image_in_every_other_epoch() {
        let flipped = |flip, epoch, index| augmented(Augmentation { flip, ..PLAIN }, epoch, index) != numbered();
        let mut first = 0;
        for index in 0..200 {
            let begins = flipped(Flip::Half, 0, index);
            first += u32::from(begins);
            for epoch in 0..5 {
                assert_eq!(flipped(Flip::Alternating, epoch, index), begins == (epoch % 2 == 0));
            }
        }
        assert!((70..130).contains(&first), "{first} of 200 in epoch 0");
    }

    /// Each pixel is the centre equally often, and the square is cut off at the image's edges.
    #[test]
    fn cutout_erases_a_square_around_any_pixel() {
        let mut erased = std::collections::BTreeMap::new();
        for index in 0..4800 {
            let image = augmented(Augmentation { cutout: 4, ..PLAIN }, 0, index);
            let at = |channel: usize, row: usize, column: usize| image[(channel * 6 + row) * 8 + column] == 0.0;
            let rows: Vec<usize> = (0..6).filter(|&row| (0..8).any(|column| at(0, row, column))).collect();
            let columns: Vec<usize> = (0..8).filter(|&column| (0..6).any(|row| at(0, row, column))).collect();
            for channel in 0..2 {
                for row in 0..6 {
                    for column in 0..8 {
                        assert_eq!(at(channel, row, column), rows.contains(&row) && columns.contains(&column));
                    }
                }
            }
            let ends = [rows[0], rows[rows.len() - 1] + 1, columns[0], columns[columns.len() - 1] + 1];
            *erased.entry(ends).or_insert(0) += 1;
        }
        let mut expected = std::collections::BTreeSet::new();
        for row in 0..6isize {
            for column in 0..8isize {
                let clip = |place: isize, length: isize| place.clamp(0, length) as usize;
                expected.insert([clip(row - 2, 6), clip(row + 2, 6), clip(column - 2, 8), clip(column + 2, 8)]);
            }
        }
        assert_eq!(erased.keys().copied().collect::<std::collections::BTreeSet<_>>(), expected);
        assert!(erased.values().all(|count| (60..150).contains(count)), "{erased:?}");
    }
}
