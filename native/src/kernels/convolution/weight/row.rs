//! One row's terms of one tile.

use super::whole::{TILE_COLUMNS, tile_out_channels};
use crate::kernels::partials::PARTIALS;
use crate::kernels::vector::{Float, Vector};

/// A row of x and the row of dy that it meets.
pub(super) struct Line<'a, T> {
    pub(super) x: &'a [T],
    /// Term j meets element `j + offset` of x, for each kernel column.
    pub(super) offsets: [isize; TILE_COLUMNS],
    /// The row's first term in the tile's first output channel.
    pub(super) dy: *const T,
    pub(super) row_length: usize,
    /// How far the row's first term in the next output channel is.
    pub(super) channel_length: usize,
}

impl<T: Float> Line<'_, T> {
    /// Adds the row's terms for C output channels and K kernel columns: all terms of each vector's partials before the
    /// next vector's.
    ///
    /// # Safety
    /// `dy` must be valid for the rows of C channels, and `sums` have C K sums.
    #[inline(always)]
    pub(super) unsafe fn add_to<V: Vector<Element = T>, const C: usize, const K: usize>(&self, sums: &mut [[T; PARTIALS]]) {
        if C > tile_out_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        // SAFETY: the caller's promise.
        unsafe {
            if self.row_length <= 2 * PARTIALS {
                self.add_terms_to::<V, C, K, true>(sums);
            } else {
                self.add_terms_to::<V, C, K, false>(sums);
            }
        }
    }

    /// As [`Self::add_to`]. In a SHORT row nearly every vector lies at an edge, so each is loaded as one.
    ///
    /// # Safety
    /// As [`Self::add_to`].
    #[inline(always)]
    unsafe fn add_terms_to<V: Vector<Element = T>, const C: usize, const K: usize, const SHORT: bool>(
        &self,
        sums: &mut [[T; PARTIALS]],
    ) {
        let Self { ref offsets, dy, row_length, channel_length, .. } = *self;
        let (x, x_length) = (self.x.as_ptr(), self.x.len());
        // SAFETY: the caller's promise; loads near the edges are checked one by one.
        unsafe {
            let sums: *mut T = sums.as_mut_ptr().cast();
            for part in (0..PARTIALS).step_by(V::LANES) {
                let sum_at = |c: usize, k: usize| (c * K + k) * PARTIALS + part;
                let mut totals = [[V::zero(); K]; C];
                for c in 0..C {
                    for k in 0..K {
                        totals[c][k] = V::load(sums.add(sum_at(c, k)));
                    }
                }
                let mut j = part;
                while j < row_length {
                    if !SHORT {
                        let next = self.add_inside(&mut totals, j);
                        if next > j {
                            j = next;
                            continue;
                        }
                        // Opaque: else the compiler shares registers with the loop inside, which is then short of them.
                        totals = std::hint::black_box(totals);
                    }
                    let mut vectors = [V::zero(); K];
                    for k in 0..K {
                        vectors[k] = V::load_within(x, j as isize + offsets[k], x_length);
                    }
                    add_terms(&mut totals, dy, channel_length, j, row_length - j, vectors);
                    j += PARTIALS;
                }
                for c in 0..C {
                    for k in 0..K {
                        totals[c][k].store(sums.add(sum_at(c, k)));
                    }
                }
            }
        }
    }
    /// Carries the sums on from `j` as long as each column's vectors lie all within x, or all outside, where they are
    /// zeros. Returns the place of the first term left.
    ///
    /// # Safety
    /// As [`Self::add_to`].
    #[inline(always)]
    unsafe fn add_inside<V: Vector<Element = T>, const C: usize, const K: usize>(
        &self,
        totals: &mut [[V; K]; C],
        mut j: usize,
    ) -> usize {
        let Self { x, ref offsets, dy, row_length, channel_length } = *self;
        let zeros = [T::ZERO; PARTIALS];
        let lanes = V::LANES as isize;
        let mut end = row_length as isize + 1 - lanes;
        let (mut from, mut steps) = ([zeros.as_ptr(); K], [0; K]);
        for k in 0..K {
            let (at, first, last) = (j as isize, -offsets[k], x.len() as isize - lanes - offsets[k]);
            if at >= first && at <= last {
                (from[k], steps[k]) = (x.as_ptr().wrapping_offset(at + offsets[k]), PARTIALS);
                end = end.min(last + 1);
            } else if at + lanes <= first {
                end = end.min(first - lanes + 1);
            } else if at < last + lanes {
                end = 0;
            }
        }
        // SAFETY: the caller's promise; up to `end` the vectors lie within x and the row.
        unsafe {
            while (j as isize) < end {
                let mut vectors = [V::zero(); K];
                for k in 0..K {
                    vectors[k] = V::load(from[k]);
                    from[k] = from[k].wrapping_add(steps[k]);
                }
                add_terms(totals, dy, channel_length, j, V::LANES, vectors);
                j += PARTIALS;
            }
        }
        j
    }
}

/// Carries each sum on by a vector of terms from `j` on, of which `left` are in the row: `dy[c][j] * vectors[k]`.
///
/// # Safety
/// `dy` must be valid for C channels that lie `channel_length` apart, and for the terms that are left of each.
#[inline(always)]
unsafe fn add_terms<V: Vector, const C: usize, const K: usize>(
    totals: &mut [[V; K]; C],
    dy: *const V::Element,
    channel_length: usize,
    j: usize,
    left: usize,
    vectors: [V; K],
) {
    for c in 0..C {
        // SAFETY: the caller's promise.
        let dy = unsafe { V::load_up_to(dy.add(c * channel_length + j), left) };
        for k in 0..K {
            totals[c][k] = dy.fma(vectors[k], totals[c][k]);
        }
    }
}
