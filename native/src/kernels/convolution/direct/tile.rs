//! One tile of a row.

use super::row::{Row, Tap};
use super::segment::Segment;
use super::whole::Whole;
use crate::kernels::tile::{add_term, store, tile_channels};
use crate::kernels::vector::{Float, Vector};

/// Where a tile's taps find the vectors of each channel.
pub(super) trait Reading<V: Vector>: Copy {
    /// Vector `w` of the tile as tap `tap` of source channel `channel` meets it.
    ///
    /// # Safety
    /// The group must have the channel, the row the tap and the tile the vector.
    unsafe fn load(self, channel: usize, tap: usize, w: usize) -> V;
}

/// No tap leaves its source row.
#[derive(Clone, Copy)]
pub(super) struct Inside<'a, T> {
    /// Lane 0 of the tile in the group's first channel.
    pub(super) from: *const T,
    pub(super) channel_length: usize,
    pub(super) taps: &'a [Tap],
}

impl<V: Vector> Reading<V> for Inside<'_, V::Element> {
    #[inline(always)]
    unsafe fn load(self, channel: usize, tap: usize, w: usize) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load(self.from.add(channel * self.channel_length).offset(self.taps.get_unchecked(tap).at).add(w * V::LANES)) }
    }
}

/// Where a tap's vector lies in the group's first channel, and how far the next channel's vector is from there.
#[derive(Clone, Copy)]
pub(super) struct Source<T> {
    pub(super) at: *const T,
    pub(super) step: usize,
}

/// Some tap leaves its source row: each of a tap's two vectors has a source of its own.
#[derive(Clone, Copy)]
pub(super) struct Edge<'a, T>(pub(super) &'a [Source<T>]);

impl<V: Vector> Reading<V> for Edge<'_, V::Element> {
    #[inline(always)]
    unsafe fn load(self, channel: usize, tap: usize, w: usize) -> V {
        // SAFETY: the caller's promise.
        unsafe {
            let Source { at, step } = *self.0.get_unchecked(tap * 2 + w);
            V::load(at.add(channel * step))
        }
    }
}

/// One or two vectors of lanes for some destination channels, `first` and those after it.
pub(super) struct Tile<'a, T> {
    pub(super) row: &'a Row<'a, T>,
    pub(super) segment: &'a Segment,
    pub(super) taps: &'a [Tap],
    pub(super) lane: usize,
    pub(super) first: usize,
}

impl<T: Float> Tile<'_, T> {
    /// # Safety
    /// The row must have W vectors from `lane` on, the last perhaps in part, and the group C channels from `first` on;
    /// `reading` must hold for them.
    #[inline(always)]
    pub(super) unsafe fn run<V: Vector<Element = T>, const C: usize, const W: usize>(self, reading: impl Reading<V>) {
        if C > tile_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let Whole { geometry, bias, epilogue, out, rows, columns, from_channels, to_channels, .. } = self.row.whole;
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [[V::zero(); W]; C];
            if let Some(bias) = bias {
                for c in 0..C {
                    sums[c] = [V::splat(bias[self.row.group * to_channels + self.first + c]); W];
                }
            }
            let mut weight = self.row.weight.as_ptr().add(self.first * from_channels * geometry.taps());
            for channel in 0..from_channels {
                for (t, tap) in self.taps.iter().enumerate() {
                    let vectors: [V; W] = std::array::from_fn(|w| reading.load(channel, t, w));
                    add_term(&mut sums, weight.add(tap.place * C), 1, vectors);
                }
                weight = weight.add(geometry.taps() * C);
            }
            let row_length = columns.to * geometry.images;
            let channel_length = rows.to * row_length;
            let first = self.row.group * to_channels + self.first;
            let at = first * channel_length + self.row.row * row_length + self.segment.start + self.lane;
            let left = self.segment.length - self.lane;
            store(sums, epilogue, out, at, channel_length, left);
        }
    }
}
