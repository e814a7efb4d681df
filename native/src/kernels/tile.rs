//! A tile: sums of several rows (or channels) and vectors of lanes, kept in registers until they are finished.

use super::buffer::Shared;
use super::epilogue::{Added, Epilogue, Identity, Mask, Relu, VectorEpilogue};
use super::vector::Vector;

/// `with_constant!(N = count of [1 2 3], body)`: the body compiled for each of the numbers as its constant N, and the
/// one for `count` run. A count above the last number does not occur.
macro_rules! with_constant {
    ($N:ident = $count:expr, [$($number:literal)*; $last:literal], $body:expr) => {
        match $count {
            $($number => { const $N: usize = $number; $body })*
            _ => { const $N: usize = $last; $body }
        }
    };
}
pub(super) use with_constant;

/// The most channels of a convolution's tile: two vectors of each are kept in registers.
pub const fn tile_channels<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 12 } else { 6 }
}

/// The first channel of a block and the one after its last: blocks of nearly equal size.
pub fn channel_block(channels: usize, block: usize, blocks: usize) -> (usize, usize) {
    (channels * block / blocks, channels * (block + 1) / blocks)
}

/// W vectors side by side.
///
/// # Safety
/// `from` must be valid for W vectors.
#[inline(always)]
pub unsafe fn load<V: Vector, const W: usize>(from: *const V::Element) -> [V; W] {
    let mut vectors = [V::zero(); W];
    for w in 0..W {
        // SAFETY: the caller's promise.
        vectors[w] = unsafe { V::load(from.add(w * V::LANES)) };
    }
    vectors
}

/// Carries each sum on by one term: `sums[r][w] + factors[r * step] * vectors[w]`, rounded once.
///
/// # Safety
/// `factors` must be valid for R elements that lie `step` apart.
#[inline(always)]
pub unsafe fn add_term<V: Vector, const R: usize, const W: usize>(
    sums: &mut [[V; W]; R],
    factors: *const V::Element,
    step: usize,
    vectors: [V; W],
) {
    for r in 0..R {
        // SAFETY: the caller's promise.
        let factor = V::splat(unsafe { *factors.add(r * step) });
        for w in 0..W {
            sums[r][w] = factor.fma(vectors[w], sums[r][w]);
        }
    }
}

/// Stores a tile's sums through the epilogue, its first row from place `at` of the result on and each next row `step`
/// further on. The result has `left` lanes of each row.
///
/// # Safety
/// The result must have these lanes of all rows, and they must be this thread's alone.
#[inline(always)]
pub unsafe fn store<V: Vector, const R: usize, const W: usize>(
    sums: [[V; W]; R],
    epilogue: Epilogue<V::Element>,
    out: Shared<V::Element>,
    at: usize,
    step: usize,
    left: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match epilogue {
            Epilogue::Identity => store_through(sums, Identity, out, at, step, left),
            Epilogue::Relu => store_through(sums, Relu, out, at, step, left),
            Epilogue::Mask(mask) => store_through(sums, Mask(mask), out, at, step, left),
            Epilogue::Added { other, relu } => store_through(sums, Added::new(other, relu), out, at, step, left),
        }
    }
}

/// As [`store`]. Whether the result has all lanes of the tile is asked once, too.
///
/// # Safety
/// As [`store`].
#[inline(always)]
unsafe fn store_through<V: Vector, const R: usize, const W: usize>(
    sums: [[V; W]; R],
    epilogue: impl VectorEpilogue<V>,
    out: Shared<V::Element>,
    at: usize,
    step: usize,
    left: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if left >= W * V::LANES {
            for r in 0..R {
                for w in 0..W {
                    let at = at + r * step + w * V::LANES;
                    epilogue.apply(sums[r][w], at, V::LANES).store(out.at(at));
                }
            }
        } else {
            for r in 0..R {
                for w in 0..W {
                    let at = at + r * step + w * V::LANES;
                    let left = left.saturating_sub(w * V::LANES);
                    epilogue.apply(sums[r][w], at, left).store_up_to(out.at(at), left);
                }
            }
        }
    }
}
