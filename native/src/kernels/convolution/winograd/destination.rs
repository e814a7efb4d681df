//! Where the outputs of tiles go: in place, pooled, or into planes.

use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::{Relu, VectorEpilogue};
use crate::kernels::pooling::larger;
use crate::kernels::vector::Vector;

/// Where the outputs of tiles go.
pub(super) trait Destination<V: Vector>: Copy {
    /// # Safety
    /// The lanes from `lane` on of this channel must be this thread's alone.
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]);
}

/// A channel's bias, or +0.
///
/// # Safety
/// A bias must have the channel.
#[inline(always)]
unsafe fn bias_of<V: Vector>(bias: Option<&[V::Element]>, channel: usize) -> V {
    // SAFETY: the caller's promise.
    bias.map_or(V::zero(), |bias| V::splat(unsafe { *bias.get_unchecked(channel) }))
}

/// Into the result, a tile's images side by side.
#[derive(Clone, Copy)]
pub(super) struct InPlace<'a, T, E> {
    pub(super) out: Shared<T>,
    /// The bias of the group's channels.
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: E,
    pub(super) images: usize,
    /// Where the tile lies in the group's first channel, and how far the next channel and the next row are.
    pub(super) first: usize,
    pub(super) channel_step: usize,
    pub(super) row_step: usize,
    /// Rows and columns of the tile that the result has.
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl<V: Vector, E: VectorEpilogue<V>> Destination<V> for InPlace<'_, V::Element, E> {
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
                        self.epilogue.apply(sum, at, V::LANES).store(self.out.at(at));
                    } else if r < self.rows && c < self.columns {
                        self.epilogue.apply(sum, at, left).store_up_to(self.out.at(at), left);
                    }
                }
            }
        }
    }
}

/// The maximum of each tile and its argmax, into what pooling makes of the result.
#[derive(Clone, Copy)]
pub(super) struct Pooled<'a, T, E> {
    pub(super) out: Shared<T>,
    pub(super) argmax: Shared<T>,
    /// The bias of the group's channels.
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: E,
    pub(super) lanes: usize,
    /// Where lane 0 lies in the group's first channel, and how far the next channel is.
    pub(super) first: usize,
    pub(super) channel_step: usize,
}

impl<V: Vector, E: VectorEpilogue<V>> Destination<V> for Pooled<'_, V::Element, E> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        let left = self.lanes.saturating_sub(lane);
        let at = self.first + channel * self.channel_step + lane;
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = bias_of(self.bias, channel);
            let mut maximum = self.epilogue.apply(tile[0][0].add(bias), at, left);
            let mut argmax = V::zero();
            for place in 1..4 {
                let sum = self.epilogue.apply(tile[place / 2][place % 2].add(bias), at, left);
                (maximum, argmax) = larger((maximum, argmax), sum, place);
            }
            maximum.store_up_to(self.out.at(at), left);
            argmax.store_up_to(self.argmax.at(at), left);
        }
    }
}

/// Into planes `[channel, row, even or odd column, lane]`, with the bias and through a ReLU where `relu` says so.
#[derive(Clone, Copy)]
pub(super) struct Planes<'a, T> {
    pub(super) planes: *mut T,
    /// Lanes of a plane.
    pub(super) length: usize,
    /// The bias of the group's channels.
    pub(super) bias: Option<&'a [T]>,
    pub(super) relu: bool,
}

impl<V: Vector> Destination<V> for Planes<'_, V::Element> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = bias_of(self.bias, channel);
            for r in 0..2 {
                for c in 0..2 {
                    let at = ((channel * 2 + r) * 2 + c) * self.length + lane;
                    let sum = tile[r][c].add(bias);
                    let sum = if self.relu { Relu.apply(sum, at, V::LANES) } else { sum };
                    sum.store(self.planes.add(at));
                }
            }
        }
    }
}
