//! 2-D convolution and its input gradient, images innermost.
//!
//! `y[o, h, w, n] = bias[o] + sum over (i, ky, kx) of weight[o, i, ky, kx] x[i, h s + ky d - p, w s + kx d - p, n]`
//!
//! One chain of fused multiply-adds for each output, over (i, ky, kx) in ascending order, from the bias (or
//! +0) on. Rows outside the image are left out; columns outside it count as zeros where the stride is 1 and
//! are left out otherwise. The input gradient is the same sum with the roles of i and o, and of source and
//! destination, exchanged:
//!
//! `dx[i, h, w, n] = sum over (o, ky, kx) of weight[o, i, ky, kx] dy[o, (h + p - ky d) / s, (w + p - kx d) / s, n]`
//!
//! Memory is `[channel, row, column, image]`. With stride 1 a whole row of columns and images is one run of
//! lanes, so that any batch size fills the vectors, a single image too.

mod row;
mod segment;
mod tile;

use self::row::Row;
use self::segment::{Flow, Segment, segments};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::Geometry;
use crate::kernels::tile::{channel_block, tile_channels};
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// `x [i, h, w, n] -> y [o, h', w', n]`.
pub fn forward<T: Float>(geometry: &Geometry, x: &[T], weight: &[T], bias: Option<&[T]>, relu: bool) -> Result<Vec<T>> {
    run(geometry, false, x, weight, bias, Epilogue::relu_if(relu))
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`, zero where a `mask` is not positive.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    run(geometry, true, dy, weight, None, Epilogue::mask_if(mask))
}

fn run<T: Float>(
    geometry: &Geometry,
    backward: bool,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    epilogue: Epilogue<T>,
) -> Result<Vec<T>> {
    let (rows, columns) = (Flow::new(geometry.rows, backward), Flow::new(geometry.columns, backward));
    let (from_channels, to_channels) =
        if backward { (geometry.out_group(), geometry.in_group()) } else { (geometry.in_group(), geometry.out_group()) };
    let length = geometry.groups * to_channels * rows.to * columns.to * geometry.images;
    let row_length = columns.from * geometry.images;
    // SAFETY: the tasks cover all channels and rows, the segments all columns and images.
    unsafe {
        filled(length, |out| {
            T::dispatch(Whole {
                geometry,
                backward,
                x,
                weight,
                bias,
                epilogue,
                out,
                rows,
                columns,
                row_length,
                from_channels,
                to_channels,
            });
        })
    }
}

#[derive(Clone, Copy)]
struct Whole<'a, T> {
    geometry: &'a Geometry,
    backward: bool,
    x: &'a [T],
    weight: &'a [T],
    bias: Option<&'a [T]>,
    epilogue: Epilogue<'a, T>,
    out: Shared<T>,
    rows: Flow,
    columns: Flow,
    /// The length of a source row.
    row_length: usize,
    /// Source channels of one group.
    from_channels: usize,
    /// Destination channels of one group.
    to_channels: usize,
}

impl<T: Float> Whole<'_, T> {
    /// Weights as the tiles read them: `[group, block][from, tap, channel of the block]`.
    fn pack(&self, blocks: usize) -> Vec<T> {
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
    fn pad(&self, segment: &mut Segment, width: usize) -> (Vec<T>, usize) {
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

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let blocks = self.to_channels.div_ceil(tile_channels::<V>());
        let packed = self.pack(blocks);
        let mut segments = segments(self.columns, self.geometry.images);
        // Few images make short rows, of which most vectors would meet an end.
        let padded;
        let mut whole = self;
        if let [segment] = segments.as_mut_slice()
            && self.geometry.images < V::LANES
            && self.row_length > 0
        {
            (padded, whole.row_length) = self.pad(segment, 2 * V::LANES);
            whole.x = &padded;
        }
        let groups = self.geometry.groups;
        let row_work = self.columns.to * self.geometry.images * self.to_channels * self.from_channels * self.geometry.taps()
            / self.columns.axis.stride;
        let rows_a_task = (parallel::WORTH_A_THREAD / row_work.max(1)).clamp(1, self.rows.to.max(1));
        let pieces = self.rows.to.div_ceil(rows_a_task);
        parallel::for_each(pieces * groups, |task| {
            let (piece, group) = (task / groups, task % groups);
            let before = group * self.to_channels * self.from_channels * self.geometry.taps();
            for row in piece * rows_a_task..((piece + 1) * rows_a_task).min(self.rows.to) {
                T::dispatch(Row {
                    whole,
                    weight: &packed[before..],
                    segments: &segments,
                    row,
                    group,
                    blocks,
                    zeros: [T::ZERO; 16],
                });
            }
        });
    }
}
