//! A convolution in one direction, of which tasks make units.

use super::layout::Flow;
use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::Followed;
use crate::kernels::geometry::Geometry;
use crate::kernels::normalization::Pending;
use crate::kernels::tile::channel_block;
use crate::kernels::vector::Float;

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) backward: bool,
    pub(super) x: &'a [T],
    pub(super) pending: Option<Pending<'a, T>>,
    pub(super) weight: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: Epilogue<'a, T>,
    pub(super) followed: Option<&'a Followed<'a, T>>,
    /// Where the result goes, once there is a place for it.
    pub(super) out: Shared<T>,
    pub(super) rows: Flow,
    pub(super) columns: Flow,
    /// Source channels of one group.
    pub(super) from_channels: usize,
    /// Destination channels of one group.
    pub(super) to_channels: usize,
}

impl<T: Float> Whole<'_, T> {
    /// How many lanes lie side by side.
    pub(super) fn lanes(&self) -> usize {
        if self.columns.step() > 1 { self.geometry.images } else { usize::MAX }
    }

    /// Weights as the tiles read them: `[group, block][from, tap, channel of the block]`.
    pub(super) fn pack(&self, blocks: usize) -> Vec<T> {
        let Geometry { groups, .. } = *self.geometry;
        let taps = self.geometry.taps();
        let (to_step, from_step) =
            if self.backward { (taps, self.to_channels * taps) } else { (self.from_channels * taps, taps) };
        let mut packed = Vec::with_capacity(self.weight.len());
        for group in self.weight.chunks_exact((self.weight.len() / groups).max(1)) {
            for block in 0..blocks {
                let (first, last) = channel_block(self.to_channels, block, blocks);
                for from in 0..self.from_channels {
                    for tap in 0..taps {
                        packed.extend((first..last).map(|to| group[to * to_step + from * from_step + tap]));
                    }
                }
            }
        }
        packed
    }
}
