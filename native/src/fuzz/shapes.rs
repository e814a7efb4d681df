//! The shapes of drawn tensors.

/// Shapes that fit one another here and there, so that many calls get as far as a kernel.
pub const SHAPES: &[&[u32]] = &[
    &[2, 3, 5, 5],
    &[4, 3, 3, 3],
    &[2, 4, 5, 5],
    &[2, 4, 2, 2],
    &[4],
    &[3],
    &[2],
    &[1],
    &[],
    &[2, 10],
    &[10],
    &[4, 10],
    &[10, 4],
    &[3, 2, 4],
    &[1, 1, 40, 40],
    &[0, 3],
    &[300, 200],
    &[1, 1, 1, 1, 1, 1, 1, 1],
];

/// Shapes of which almost any fit together, so that calls of many tensors get as far as a kernel too.
pub const FAMILIES: &[&[&[u32]]] =
    &[&[&[1, 1, 1, 1], &[1]], &[&[2, 2], &[2]], &[&[2, 2], &[2], &[3], &[]], MANY_CHANNELS, NORMALISED, IMAGES, POOLED];

/// A convolution by Winograd's kernel.
pub const MANY_CHANNELS: &[&[u32]] = &[&[1, 8, 6, 6], &[8, 8, 3, 3], &[8]];

/// A normalisation of one number: x, weight, bias, and the statistics of its one set.
pub const NORMALISED: &[&[u32]] = &[&[1, 1], &[1, 1], &[1, 1], STATISTICS];

/// As [`NORMALISED`], of one image that a pooling may follow.
pub const IMAGES: &[&[u32]] = &[&[1, 1, 1, 1], &[1, 1, 1, 1], &[1, 1, 1, 1], STATISTICS];

/// A normalisation of one channel through a pooling by halves: x, the maxima, weight, and the statistics.
pub const POOLED: &[&[u32]] = &[&[8, 1, 2, 2], &[8, 1, 1, 1], &[1], STATISTICS];

/// Mean and variance, which are f64 beside any x.
pub const STATISTICS: &[u32] = &[2, 1];
