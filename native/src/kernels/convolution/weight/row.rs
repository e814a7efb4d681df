//! One row's terms of one tile.

use super::whole::{TILE_COLUMNS, tile_out_channels};
use crate::kernels::partials::PARTIALS;
use crate::kernels::vector::{Float, Vector};

/// A row of x and the row of dy that it meets.
pub(super) struct Line<'a, T> {
    pub(super) x: &'a [T],
    /// Term j meets element `j + offset` of x, for each kernel column.
    pub(super) offsets: [isize; TILE_COLUMNS],
    /// From the row's first term in the tile's first output channel on.
    pub(super) dy: &'a [T],
    pub(super) row_length: usize,
    /// How far the row's first term in the next output channel is.
    pub(super) channel_length: usize,
}

impl<T: Float> Line<'_, T> {
    /// Adds the row's terms for C output channels and K kernel columns: all terms of each vector's partials before the
    /// next vector's.
    ///
    /// # Safety
    /// `dy` must have C channels and `sums` C K sums.
    #[inline(always)]
    pub(super) unsafe fn add_to<V: Vector<Element = T>, const C: usize, const K: usize>(&self, sums: &mut [[T; PARTIALS]]) {
        if C > tile_out_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let (x_length, row_length) = (self.x.len(), self.row_length);
        let zeros = [T::ZERO; PARTIALS];
        // SAFETY: the caller's promise; loads near the edges are checked one by one.
        unsafe {
            let (x, dy) = (self.x.as_ptr(), self.dy.as_ptr());
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
                    // Up to `end` each column's vectors lie all within x, or all outside, where they are zeros.
                    let mut end = (row_length + 1).saturating_sub(V::LANES) as isize;
                    let (mut from, mut steps) = ([zeros.as_ptr(); K], [0; K]);
                    for k in 0..K {
                        let (first, last) = (-self.offsets[k], x_length as isize - V::LANES as isize - self.offsets[k]);
                        if j as isize >= first && j as isize <= last {
                            (from[k], steps[k]) = (x.offset(j as isize + self.offsets[k]), PARTIALS);
                            end = end.min(last + 1);
                        } else if j as isize + V::LANES as isize <= first {
                            end = end.min(first - V::LANES as isize + 1);
                        } else if (j as isize) < last + V::LANES as isize {
                            end = 0;
                        }
                    }
                    let start = j;
                    let mut vectors = [V::zero(); K];
                    while (j as isize) < end {
                        for k in 0..K {
                            vectors[k] = V::load(from[k]);
                            from[k] = from[k].wrapping_add(steps[k]);
                        }
                        add_terms(&mut totals, dy.add(j), self.channel_length, V::LANES, vectors);
                        j += PARTIALS;
                    }
                    if j == start {
                        for k in 0..K {
                            vectors[k] = V::load_within(x, j as isize + self.offsets[k], x_length);
                        }
                        add_terms(&mut totals, dy.add(j), self.channel_length, row_length - j, vectors);
                        j += PARTIALS;
                    }
                }
                for c in 0..C {
                    for k in 0..K {
                        totals[c][k].store(sums.add(sum_at(c, k)));
                    }
                }
            }
        }
    }
}

/// Carries each sum on by a vector of terms, of which `left` are in the row: `totals[c][k] + dy[c] * vectors[k]`.
///
/// # Safety
/// `dy` must be valid for the terms that are left, of C channels that lie `channel_length` apart.
#[inline(always)]
unsafe fn add_terms<V: Vector, const C: usize, const K: usize>(
    totals: &mut [[V; K]; C],
    dy: *const V::Element,
    channel_length: usize,
    left: usize,
    vectors: [V; K],
) {
    for c in 0..C {
        // SAFETY: the caller's promise.
        let dy = unsafe { V::load_up_to(dy.add(c * channel_length), left) };
        for k in 0..K {
            totals[c][k] = dy.fma(vectors[k], totals[c][k]);
        }
    }
}
