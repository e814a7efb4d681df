//! Where the outputs of tiles go: in place, pooled, or into planes.

use crate::kernels::buffer::Shared;
use crate::kernels::pooling::larger;
use crate::kernels::tile::{Finishing, Relu};
use crate::kernels::vector::Vector;

/// Where the outputs of tiles go.
pub(super) trait Destination<V: Vector>: Copy {
    /// # Safety
    /// The vector that begins at `lane` of this channel must belong to the task.
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]);
}

/// A channel's bias, or +0.
///
/// # Safety
/// The bias, where there is one, must have the channel.
#[inline(always)]
unsafe fn bias_of<V: Vector>(bias: Option<&[V::Element]>, channel: usize) -> V {
    // SAFETY: the caller's promise.
    bias.map_or(V::zero(), |bias| V::splat(unsafe { *bias.get_unchecked(channel) }))
}

/// Into the result, a tile's images side by side.
#[derive(Clone, Copy)]
pub(super) struct InPlace<'a, T, F> {
    pub(super) out: Shared<T>,
    /// Of the group.
    pub(super) bias: Option<&'a [T]>,
    pub(super) finishing: F,
    pub(super) images: usize,
    /// Of the result's first channel in the group, and how far it is from there to the next channel and row.
    pub(super) first: usize,
    pub(super) channel_step: usize,
    pub(super) row_step: usize,
    /// Rows and columns of the tile that the result has.
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl<V: Vector, F: Finishing<V>> Destination<V> for InPlace<'_, V::Element, F> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        let left = self.images.saturating_sub(lane);
        let first = self.first + channel * self.channel_step + lane;
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = bias_of(self.bias, channel);
            let whole = self.rows == 2 && self.columns == 2 && left >= V::LANES;
            for r in 0..2 {
                for c in 0..2 {
                    let at = first + r * self.row_step + c * self.images;
                    let sum = tile[r][c].add(bias);
                    if whole {
                        self.finishing.of(sum, at, V::LANES).store(self.out.at(at));
                    } else if r < self.rows && c < self.columns {
                        self.finishing.of(sum, at, left).store_up_to(self.out.at(at), left);
                    }
                }
            }
        }
    }
}

/// The largest of each tile and its tap, into what pooling makes of the result.
#[derive(Clone, Copy)]
pub(super) struct Pooled<'a, T, F> {
    pub(super) out: Shared<T>,
    pub(super) tap: Shared<T>,
    /// Of the group.
    pub(super) bias: Option<&'a [T]>,
    pub(super) finishing: F,
    pub(super) lanes: usize,
    /// Of the first channel in the group, and how far it is from there to the next.
    pub(super) first: usize,
    pub(super) channel_step: usize,
}

impl<V: Vector, F: Finishing<V>> Destination<V> for Pooled<'_, V::Element, F> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        let left = self.lanes.saturating_sub(lane);
        let at = self.first + channel * self.channel_step + lane;
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = bias_of(self.bias, channel);
            let mut best = self.finishing.of(tile[0][0].add(bias), at, left);
            let mut place = V::zero();
            for tap in 1..4 {
                let sum = self.finishing.of(tile[tap / 2][tap % 2].add(bias), at, left);
                (best, place) = larger((best, place), sum, tap);
            }
            best.store_up_to(self.out.at(at), left);
            place.store_up_to(self.tap.at(at), left);
        }
    }
}

/// Into planes `[channel, row, even or odd column, lane]`, with the bias and through the ReLU, if there is one.
#[derive(Clone, Copy)]
pub(super) struct Apart<'a, T> {
    pub(super) planes: *mut T,
    pub(super) length: usize,
    /// Of the group.
    pub(super) bias: Option<&'a [T]>,
    pub(super) relu: bool,
}

impl<V: Vector> Destination<V> for Apart<'_, V::Element> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = bias_of(self.bias, channel);
            for r in 0..2 {
                for c in 0..2 {
                    let at = ((channel * 2 + r) * 2 + c) * self.length + lane;
                    let sum = tile[r][c].add(bias);
                    let sum = if self.relu { Relu.of(sum, at, V::LANES) } else { sum };
                    sum.store(self.planes.add(at));
                }
            }
        }
    }
}
