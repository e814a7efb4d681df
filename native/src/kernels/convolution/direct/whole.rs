//! A convolution in one direction, of which tasks make rows.

use super::segment::{Flow, Segment};
use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::Geometry;
use crate::kernels::tile::channel_block;
use crate::kernels::vector::Float;

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) backward: bool,
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: Epilogue<'a, T>,
    pub(super) out: Shared<T>,
    pub(super) rows: Flow,
    pub(super) columns: Flow,
    /// The length of a source row.
    pub(super) row_length: usize,
    /// Source channels of one group.
    pub(super) from_channels: usize,
    /// Destination channels of one group.
    pub(super) to_channels: usize,
}

impl<T: Float> Whole<'_, T> {
    /// Weights as the tiles read them: `[group, block][from, tap, channel of the block]`.
    pub(super) fn pack(&self, blocks: usize) -> Vec<T> {
        let Geometry { groups, .. } = *self.geometry;
        let taps = self.geometry.taps();
        let (to_step, from_step) =
            if self.backward { (taps, self.to_channels * taps) } else { (self.from_channels * taps, taps) };
        let mut packed = Vec::with_capacity(self.weight.len());
        for group in self.weight.chunks_exact(self.weight.len().max(1) / groups) {
            for block in 0..blocks {
                let (first, last) = channel_block(self.to_channels, block, blocks);
                for from in 0..self.from_channels {
                    for tap in 0..taps {
                        for to in first..last {
                            packed.push(group[to * to_step + from * from_step + tap]);
                        }
                    }
                }
            }
        }
        packed
    }

    /// The source with zeros around its rows, so that no vector of a tap leaves its row, and the length of such a row.
    /// The taps of `segment` move along.
    pub(super) fn pad(&self, segment: &mut Segment, width: usize) -> (Vec<T>, usize) {
        let offsets = || segment.taps.iter().map(|&(_, offset)| offset);
        let before = -offsets().min().unwrap_or(0).min(0);
        let reach = segment.length.next_multiple_of(width) as isize + offsets().max().unwrap_or(0);
        let row_length = (before + reach.max(self.row_length as isize)) as usize;
        segment.taps.iter_mut().for_each(|(_, offset)| *offset += before);
        let mut padded = vec![T::ZERO; self.x.len() / self.row_length * row_length];
        for (to, from) in padded.chunks_exact_mut(row_length).zip(self.x.chunks_exact(self.row_length)) {
            to[before as usize..][..self.row_length].copy_from_slice(from);
        }
        (padded, row_length)
    }
}
