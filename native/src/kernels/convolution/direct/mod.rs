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
mod whole;

use self::segment::{Flow, Segment, Tap, segments};
use self::whole::{Row, Whole};
use crate::error::Result;
use crate::kernels::buffer::filled;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::Geometry;
use crate::kernels::tile::tile_channels;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::{memory, parallel};

/// `x [i, h, w, n] -> y [o, h', w', n]`.
pub fn forward<T: Float>(geometry: &Geometry, x: &[T], weight: &[T], bias: Option<&[T]>, relu: bool) -> Result<Vec<T>> {
    run(geometry, false, x, weight, bias, Epilogue::relu_if(relu))
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`, zero where a `mask` is not positive.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    run(geometry, true, dy, weight, None, Epilogue::mask_if(mask))
}

/// [`forward`] and then `y + added`, perhaps through a ReLU.
pub fn forward_added<T: Float>(
    geometry: &Geometry,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    added: &[T],
    relu: bool,
) -> Result<Vec<T>> {
    run(geometry, false, x, weight, bias, Epilogue::Added { other: added, relu })
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
    // The packed weights, the segments, and for each thread a row's taps and the taps' vectors at the row's ends.
    let (taps, vectors) = (geometry.taps(), geometry.taps().saturating_mul(from_channels * 32 * size_of::<T>()));
    let places = (columns.to * columns.axis.kernel).saturating_add(columns.to).saturating_mul(size_of::<Segment>());
    let scratch = taps.saturating_mul(size_of::<Tap>()).saturating_add(vectors).saturating_mul(parallel::threads());
    let segments = if columns.axis.stride == 1 { 0 } else { places };
    memory::ensure(size_of_val(weight).saturating_add(segments).saturating_add(scratch), 1)?;
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

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let blocks = self.to_channels.div_ceil(tile_channels::<V>());
        let packed = self.pack(blocks);
        let mut segments = segments(self.columns, self.geometry.images);
        // Few images make short rows, of which most vectors would meet an end.
        let mut whole = self;
        let mut padded = None;
        if let [segment] = segments.as_mut_slice()
            && self.geometry.images < V::LANES
            && self.row_length > 0
        {
            padded = self.pad(segment, 2 * V::LANES);
        }
        if let Some((x, row_length)) = &padded {
            (whole.x, whole.row_length) = (x, *row_length);
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
