//! One row's terms of one tile.

use super::whole::{MOST_TAPS, tile_out_channels, tile_taps};
use crate::kernels::geometry::Geometry;
use crate::kernels::partials::PARTIALS;
use crate::kernels::vector::{Float, Kernel, Vector};

/// How a row of x is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// With stride 1 the terms lie side by side, some way from those of dy.
    Shifted,
    /// Column by column, where columns are whole vectors.
    ByColumn,
    /// In packed rows, which hold every tap.
    Packed,
}

impl Walk {
    pub(super) fn of(g: &Geometry) -> Self {
        // Vectors that lie partly in a row are slow: short rows have many of them.
        let short = g.columns.output * g.images <= 12 * PARTIALS;
        match (g.columns.stride == 1, g.images.is_multiple_of(PARTIALS)) {
            (true, whole_vectors) if whole_vectors || !short => Self::Shifted,
            (false, true) => Self::ByColumn,
            _ => Self::Packed,
        }
    }
}

/// An input channel of the group and a row of the kernel.
pub(super) struct Tap {
    pub(super) input: usize,
    pub(super) ky: usize,
    /// Which element of a row of x term 0 meets.
    pub(super) offset: isize,
}

/// A row of x that a tap meets.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, T> {
    pub(super) row: &'a [T],
    /// Term 0 meets that element; with stride 1 each next term the element after it.
    pub(super) offset: isize,
    /// The tap's place among the tile's taps.
    pub(super) sum: usize,
}

/// A row of dy, and the rows of x that it meets.
pub(super) struct Line<'a, T> {
    /// The taps whose rows lie in the image.
    pub(super) sources: [Source<'a, T>; MOST_TAPS],
    pub(super) count: usize,
    /// The taps of the tile.
    pub(super) all_taps: usize,
    pub(super) walk: Walk,
    /// Elements of a column, and how far apart the columns lie in x that neighbours in dy meet.
    pub(super) column: usize,
    pub(super) column_step: usize,
    /// The row's first term in the tile's first output channel.
    pub(super) dy: *const T,
    /// How far the row's first term in the next output channel is.
    pub(super) channel_length: usize,
    pub(super) row_length: usize,
    /// The terms to be added: from a multiple of the partials on.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Adds a line's terms for C output channels and K taps to `sums`, all terms of each vector's partials before the next
/// vector's.
pub(super) struct Lines<'a, T, const C: usize, const K: usize> {
    pub(super) line: &'a Line<'a, T>,
    /// `[channel, tap of the tile, partial]`.
    pub(super) sums: *mut T,
}

impl<T: Float, const C: usize, const K: usize> Kernel<T> for Lines<'_, T, C, K> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        if C > tile_out_channels::<V>() || K > tile_taps::<V>(C) {
            return; // never asked for; nothing to compile
        }
        // SAFETY: `Piece` gives rows of x and dy, and sums for all channels and taps.
        unsafe {
            match self.line.walk {
                Walk::ByColumn => self.by_column::<V>(),
                Walk::Packed => self.packed::<V>(),
                // Nearly every vector of a short row lies at an edge, so each is loaded as one.
                _ if self.line.row_length <= 2 * PARTIALS => self.shifted::<V, true>(),
                _ => self.shifted::<V, false>(),
            }
        }
    }
}

impl<T: Float, const C: usize, const K: usize> Lines<'_, T, C, K> {
    #[inline(always)]
    fn sum_at(&self, c: usize, k: usize, part: usize) -> *mut T {
        self.sums.wrapping_add((c * self.line.all_taps + self.line.sources[k].sum) * PARTIALS + part)
    }

    /// # Safety
    /// `sums` must be valid.
    #[inline(always)]
    unsafe fn totals<V: Vector<Element = T>>(&self, part: usize) -> [[V; K]; C] {
        let mut totals = [[V::zero(); K]; C];
        for c in 0..C {
            for k in 0..K {
                // SAFETY: the caller's promise.
                totals[c][k] = unsafe { V::load(self.sum_at(c, k, part)) };
            }
        }
        totals
    }

    /// # Safety
    /// As [`Self::totals`].
    #[inline(always)]
    unsafe fn keep<V: Vector<Element = T>>(&self, totals: [[V; K]; C], part: usize) {
        for c in 0..C {
            for k in 0..K {
                // SAFETY: the caller's promise.
                unsafe { totals[c][k].store(self.sum_at(c, k, part)) };
            }
        }
    }

    /// # Safety
    /// The line's rows and `sums` must be valid, and its columns be whole vectors.
    #[inline(always)]
    unsafe fn by_column<V: Vector<Element = T>>(&self) {
        let Line { ref sources, column, column_step, dy, channel_length, start, end, .. } = *self.line;
        let zeros = [T::ZERO; PARTIALS];
        // SAFETY: the caller's promise.
        unsafe {
            for part in (0..PARTIALS).step_by(V::LANES) {
                let mut totals = self.totals::<V>(part);
                for first in (start..end).step_by(column) {
                    let (mut from, mut steps) = ([zeros.as_ptr(); K], [0; K]);
                    for k in 0..K {
                        let at = sources[k].offset + (first / column * column_step) as isize;
                        if at >= 0 && at < sources[k].row.len() as isize {
                            (from[k], steps[k]) = (sources[k].row.as_ptr().offset(at + part as isize), PARTIALS);
                        }
                    }
                    for j in (first + part..first + column).step_by(PARTIALS) {
                        let mut vectors = [V::zero(); K];
                        for k in 0..K {
                            vectors[k] = V::load(from[k]);
                            from[k] = from[k].wrapping_add(steps[k]);
                        }
                        add_terms(&mut totals, dy, channel_length, j, V::LANES, vectors);
                    }
                }
                self.keep(totals, part);
            }
        }
    }

    /// # Safety
    /// The line's rows must be valid from their offsets on, and so must `sums`.
    #[inline(always)]
    unsafe fn packed<V: Vector<Element = T>>(&self) {
        let Line { ref sources, dy, channel_length, row_length, start, end, .. } = *self.line;
        // SAFETY: the caller's promise; no more terms are read than there are.
        unsafe {
            for part in (0..PARTIALS).step_by(V::LANES) {
                let mut totals = self.totals::<V>(part);
                let mut from = [dy; K];
                for k in 0..K {
                    from[k] = sources[k].row.as_ptr().offset(sources[k].offset);
                }
                let mut j = start + part;
                while j < end.min((row_length + 1).saturating_sub(V::LANES)) {
                    let mut vectors = [V::zero(); K];
                    for k in 0..K {
                        vectors[k] = V::load(from[k].add(j));
                    }
                    add_terms(&mut totals, dy, channel_length, j, V::LANES, vectors);
                    j += PARTIALS;
                }
                while j < end.next_multiple_of(PARTIALS) {
                    let left = row_length.saturating_sub(j);
                    let mut vectors = [V::zero(); K];
                    for k in 0..K {
                        vectors[k] = V::load_up_to(from[k].wrapping_add(j), left);
                    }
                    add_terms(&mut totals, dy, channel_length, j, left, vectors);
                    j += PARTIALS;
                }
                self.keep(totals, part);
            }
        }
    }

    /// # Safety
    /// The line's rows and `sums` must be valid.
    #[inline(always)]
    unsafe fn shifted<V: Vector<Element = T>, const SHORT: bool>(&self) {
        let Line { ref sources, dy, channel_length, row_length, start, end, .. } = *self.line;
        // SAFETY: the caller's promise; loads near the edges are checked one by one.
        unsafe {
            for part in (0..PARTIALS).step_by(V::LANES) {
                let mut totals = self.totals::<V>(part);
                let mut j = start + part;
                while j < end {
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
                        let Source { row, offset, .. } = sources[k];
                        vectors[k] = V::load_within(row.as_ptr(), j as isize + offset, row.len());
                    }
                    add_terms(&mut totals, dy, channel_length, j, row_length - j, vectors);
                    j += PARTIALS;
                }
                self.keep(totals, part);
            }
        }
    }

    /// Carries the sums on from `j` as long as each tap's vectors lie all within their row, or all outside, where they
    /// are zeros. Returns the place of the first term left.
    ///
    /// # Safety
    /// As [`Self::shifted`].
    #[inline(always)]
    unsafe fn add_inside<V: Vector<Element = T>>(&self, totals: &mut [[V; K]; C], mut j: usize) -> usize {
        let Line { ref sources, dy, channel_length, row_length, end, .. } = *self.line;
        let zeros = [T::ZERO; PARTIALS];
        let lanes = V::LANES as isize;
        let mut end = (end as isize).min(row_length as isize + 1 - lanes);
        let (mut from, mut steps) = ([zeros.as_ptr(); K], [0; K]);
        for k in 0..K {
            let Source { row, offset, .. } = sources[k];
            let (at, first, last) = (j as isize, -offset, row.len() as isize - lanes - offset);
            if at >= first && at <= last {
                (from[k], steps[k]) = (row.as_ptr().wrapping_offset(at + offset), PARTIALS);
                end = end.min(last + 1);
            } else if at + lanes <= first {
                end = end.min(first - lanes + 1);
            } else if at < last + lanes {
                end = 0;
            }
        }
        // SAFETY: the caller's promise; up to `end` the vectors lie within their rows.
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
        let dy = unsafe { V::load_up_to(dy.wrapping_add(c * channel_length + j), left) };
        for k in 0..K {
            totals[c][k] = dy.fma(vectors[k], totals[c][k]);
        }
    }
}
