//! Tiles of one row: sums of some destination channels and vectors of lanes.

use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::tile::{add_term, load, store, tile_channels};
use crate::kernels::vector::{Float, Kernel, Vector, prefetch};

/// A tap within a packed source channel.
#[derive(Clone, Copy)]
pub(super) struct Tap {
    /// Where lane 0 of the segment meets the tap.
    pub(super) at: usize,
    /// The tap's place in the kernel, ky * columns + kx.
    pub(super) place: usize,
}

/// How the lanes of a segment lie in the result.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Lanes of a column, of which the first are images.
    pub(super) pitch: usize,
    pub(super) images: usize,
    /// How far apart the segment's columns lie.
    pub(super) column_step: usize,
    pub(super) channel_step: usize,
    /// Whether all lanes lie side by side.
    pub(super) side_by_side: bool,
    pub(super) lanes: usize,
}

/// The source rows that are packed next, which come into the cache while these tiles are summed: with each vector of
/// lanes the columns that it stands for.
#[derive(Clone, Copy)]
pub(super) struct Ahead<T> {
    /// Where they begin in the first channel.
    pub(super) at: *const T,
    pub(super) channel_step: usize,
    pub(super) rows: usize,
    pub(super) row_step: usize,
    /// Source columns of a destination column, and of the last one.
    pub(super) columns: usize,
    pub(super) last: usize,
    pub(super) columns_of_last: usize,
    pub(super) column_step: usize,
    /// How far apart the source columns of neighbouring destination columns are.
    pub(super) destination_step: usize,
}

impl<T> Ahead<T> {
    /// Where the numbers for the destination's `lane` begin in the first channel, if a column has `pitch` lanes, and of
    /// how many columns they are.
    #[inline(always)]
    fn of(&self, lane: usize, pitch: usize) -> (*const T, usize) {
        let (column, image) = (lane / pitch, lane % pitch);
        let columns = if column == self.last { self.columns_of_last } else { self.columns };
        (self.at.wrapping_add(column * self.destination_step + image), columns)
    }

    /// A channel's numbers, which begin `at`. Returns where the next channel's do.
    #[inline(always)]
    fn fetch(&self, (at, columns): (*const T, usize)) -> (*const T, usize) {
        for row in 0..self.rows {
            for column in 0..columns {
                prefetch(at.wrapping_add(row * self.row_step + column * self.column_step));
            }
        }
        (at.wrapping_add(self.channel_step), columns)
    }
}

/// The most vectors of a tile of so many channels: the fewer channels, the more vectors, so that enough sums are under
/// way to hide a multiply-add's latency.
pub(super) const fn tile_vectors<V: Vector>(channels: usize) -> usize {
    let vectors = 2 * tile_channels::<V>() / if channels == 0 { 1 } else { channels };
    if vectors > 8 { 8 } else { vectors }
}

/// `tiles` tiles of C channels and W vectors, side by side from `lane` on.
pub(super) struct Tiles<'a, T, const C: usize, const W: usize> {
    pub(super) source: *const T,
    pub(super) channel_length: usize,
    pub(super) from_channels: usize,
    pub(super) taps: &'a [Tap],
    /// The taps of the kernel, some of which the segment may not meet.
    pub(super) all_taps: usize,
    /// The weights of these channels, `[from, tap, channel]`.
    pub(super) weight: *const T,
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: Epilogue<'a, T>,
    pub(super) out: Shared<T>,
    /// Where lane 0 of the first channel goes.
    pub(super) at: usize,
    pub(super) place: Place,
    pub(super) lane: usize,
    pub(super) tiles: usize,
    pub(super) ahead: Option<Ahead<T>>,
}

impl<T: Float, const C: usize, const W: usize> Kernel<T> for Tiles<'_, T, C, W> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        if C > tile_channels::<V>() || W > tile_vectors::<V>(C) {
            return; // never asked for; nothing to compile
        }
        for tile in 0..self.tiles {
            // SAFETY: `Units` gives a packed source, and lanes of the result that are this thread's alone.
            unsafe { self.tile::<V>(self.lane + tile * W * V::LANES) };
        }
    }
}

impl<T: Float, const C: usize, const W: usize> Tiles<'_, T, C, W> {
    /// # Safety
    /// The source must be valid for all taps from `lane` on, the result for these lanes, and they be this thread's alone.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>>(&self, lane: usize) {
        let mut sums = [[V::zero(); W]; C];
        if let Some(bias) = self.bias {
            for c in 0..C {
                sums[c] = [V::splat(bias[c]); W];
            }
        }
        let (mut source, mut weight) = (self.source.wrapping_add(lane), self.weight);
        if let (true, Some(beside)) = (self.place.side_by_side, self.epilogue.beside()) {
            for c in 0..C {
                for w in 0..W {
                    prefetch(beside.as_ptr().wrapping_add(self.at + lane + c * self.place.channel_step + w * V::LANES));
                }
            }
        }
        let mut next = [(std::ptr::null(), 0); W];
        if let Some(ahead) = &self.ahead {
            for w in 0..W {
                next[w] = ahead.of(lane + w * V::LANES, self.place.pitch);
            }
        }
        // SAFETY: the caller's promise.
        unsafe {
            for _ in 0..self.from_channels {
                if let Some(ahead) = &self.ahead {
                    for w in 0..W {
                        next[w] = ahead.fetch(next[w]);
                    }
                }
                for tap in self.taps {
                    add_term(&mut sums, weight.wrapping_add(tap.place * C), 1, load(source.wrapping_add(tap.at)));
                }
                source = source.wrapping_add(self.channel_length);
                weight = weight.wrapping_add(self.all_taps * C);
            }
            let Place { pitch, images, column_step, channel_step, side_by_side, lanes } = self.place;
            if side_by_side {
                return store(sums, self.epilogue, self.out, self.at + lane, channel_step, lanes - lane);
            }
            // In memory: what a loop's counter chooses from cannot be kept in registers, else from the first term on.
            let kept = std::hint::black_box(sums);
            for w in 0..W {
                let lane = lane + w * V::LANES;
                let (column, image) = (lane / pitch, lane % pitch);
                let mut one = [[V::zero(); 1]; C];
                for c in 0..C {
                    one[c][0] = kept[c][w];
                }
                store(one, self.epilogue, self.out, self.at + column * column_step + image, channel_step, images - image);
            }
        }
    }
}
