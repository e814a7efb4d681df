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

use super::buffer::{Shared, filled};
use super::geometry::{Axis, Geometry};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

/// An axis in one direction: forward from input to output, or backward.
#[derive(Clone, Copy)]
struct Flow {
    axis: Axis,
    backward: bool,
    from: usize,
    to: usize,
}

impl Flow {
    fn new(axis: Axis, backward: bool) -> Self {
        let (from, to) = if backward { (axis.output, axis.input) } else { (axis.input, axis.output) };
        Self { axis, backward, from, to }
    }

    fn source(&self, destination: usize, k: usize) -> Option<usize> {
        if self.backward { self.axis.target(destination, k) } else { self.axis.source(destination, k) }
    }
}

/// What happens to a finished sum before it is stored.
#[derive(Clone, Copy)]
pub enum Finish<'a, T> {
    Nothing,
    Relu,
    /// Zero where this is not positive: the gradient of the ReLU that made the convolution's input.
    Mask(&'a [T]),
}

/// `x [i, h, w, n] -> y [o, h', w', n]`.
pub fn forward<T: Float>(geometry: &Geometry, x: &[T], weight: &[T], bias: Option<&[T]>, relu: bool) -> Result<Vec<T>> {
    let finish = if relu { Finish::Relu } else { Finish::Nothing };
    run(geometry, false, x, weight, bias, finish)
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    run(geometry, true, dy, weight, None, mask.map_or(Finish::Nothing, Finish::Mask))
}

/// A run of lanes: elements of a destination row whose taps lie side by side in the source row.
struct Segment {
    start: usize,
    length: usize,
    /// `(kx, offset)`: lane j of the segment meets element `offset + j` of the source row.
    taps: Vec<(usize, isize)>,
}

fn segments(flow: Flow, images: usize) -> Vec<Segment> {
    let Axis { kernel, stride, padding, dilation, .. } = flow.axis;
    if stride == 1 {
        let shift = |k: usize| {
            let forward = (k * dilation) as isize - padding as isize;
            if flow.backward { -forward } else { forward }
        };
        let taps = (0..kernel).map(|k| (k, shift(k) * images as isize)).collect();
        return vec![Segment { start: 0, length: flow.to * images, taps }];
    }
    let column = |to: usize| Segment {
        start: to * images,
        length: images,
        taps: (0..kernel).filter_map(|k| Some((k, (flow.source(to, k)? * images) as isize))).collect(),
    };
    (0..flow.to).map(column).collect()
}

fn run<T: Float>(
    geometry: &Geometry,
    backward: bool,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    finish: Finish<T>,
) -> Result<Vec<T>> {
    let (rows, columns) = (Flow::new(geometry.rows, backward), Flow::new(geometry.columns, backward));
    let (from_channels, to_channels) =
        if backward { (geometry.out_group(), geometry.in_group()) } else { (geometry.in_group(), geometry.out_group()) };
    let length = geometry.groups * to_channels * rows.to * columns.to * geometry.images;
    // SAFETY: the tasks cover all channels and rows, the segments all columns and images.
    unsafe {
        filled(length, |out| {
            T::dispatch(Whole { geometry, backward, x, weight, bias, finish, out, rows, columns, from_channels, to_channels });
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
    finish: Finish<'a, T>,
    out: Shared<T>,
    rows: Flow,
    columns: Flow,
    /// Channels of one group.
    from_channels: usize,
    to_channels: usize,
}

/// Destination channels of a tile: two vectors of each are kept in registers.
const fn most_channels<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 12 } else { 6 }
}

impl<T: Float> Whole<'_, T> {
    /// `weight[o, i, ky, kx]` for group-local channels, whichever of them is the destination.
    fn weight(&self, group: usize, to: usize, from: usize, tap: usize) -> T {
        let (o, i) = if self.backward { (from, to) } else { (to, from) };
        let g = self.geometry;
        self.weight[((group * g.out_group() + o) * g.in_group() + i) * g.taps() + tap]
    }

    /// Weights as the tiles read them: `[group, block][from, tap, channel of the block]`.
    fn pack(&self, blocks: usize) -> Vec<T> {
        let mut packed = Vec::with_capacity(self.weight.len());
        for group in 0..self.geometry.groups {
            for block in 0..blocks {
                let (first, last) = self.block(block, blocks);
                for from in 0..self.from_channels {
                    for tap in 0..self.geometry.taps() {
                        packed.extend((first..last).map(|to| self.weight(group, to, from, tap)));
                    }
                }
            }
        }
        packed
    }

    fn block(&self, block: usize, blocks: usize) -> (usize, usize) {
        (self.to_channels * block / blocks, self.to_channels * (block + 1) / blocks)
    }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let blocks = self.to_channels.div_ceil(most_channels::<V>());
        let packed = self.pack(blocks);
        let segments = segments(self.columns, self.geometry.images);
        let groups = self.geometry.groups;
        let row_work = self.columns.to * self.geometry.images * self.to_channels * self.from_channels * self.geometry.taps()
            / self.columns.axis.stride;
        let rows_a_task = (parallel::WORTH_A_THREAD / row_work.max(1)).clamp(1, self.rows.to.max(1));
        let pieces = self.rows.to.div_ceil(rows_a_task);
        parallel::for_each(pieces * groups, |task| {
            let (piece, group) = (task / groups, task % groups);
            for row in piece * rows_a_task..((piece + 1) * rows_a_task).min(self.rows.to) {
                for block in 0..blocks {
                    let (first, last) = self.block(block, blocks);
                    let before = (group * self.to_channels + first) * self.from_channels * self.geometry.taps();
                    T::dispatch(Row { whole: self, weight: &packed[before..], segments: &segments, row, group, first, last });
                }
            }
        });
    }
}

/// One destination row of one block of channels.
struct Row<'a, T> {
    whole: Whole<'a, T>,
    weight: &'a [T],
    segments: &'a [Segment],
    row: usize,
    group: usize,
    first: usize,
    last: usize,
}

/// A tap within a source channel: where lane 0 of the segment meets it, and its weights' place.
#[derive(Clone, Copy)]
struct Tap {
    row: usize,
    offset: isize,
    weight: usize,
}

impl<T: Float> Kernel<T> for Row<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let kernel_columns = self.whole.geometry.columns.kernel;
        let channels = self.last - self.first;
        let row_length = self.whole.columns.from * self.whole.geometry.images;
        let mut taps = Vec::with_capacity(self.whole.geometry.taps());
        for segment in self.segments {
            taps.clear();
            for ky in 0..self.whole.geometry.rows.kernel {
                if let Some(source) = self.whole.rows.source(self.row, ky) {
                    taps.extend(segment.taps.iter().map(|&(kx, offset)| Tap {
                        row: source * row_length,
                        offset,
                        weight: (ky * kernel_columns + kx) * channels,
                    }));
                }
            }
            // SAFETY: the tiles lie within the segment, which lies within the row.
            unsafe {
                match channels {
                    1 => self.segment::<V, 1>(segment, &taps),
                    2 => self.segment::<V, 2>(segment, &taps),
                    3 => self.segment::<V, 3>(segment, &taps),
                    4 => self.segment::<V, 4>(segment, &taps),
                    5 => self.segment::<V, 5>(segment, &taps),
                    6 => self.segment::<V, 6>(segment, &taps),
                    7 => self.segment::<V, 7>(segment, &taps),
                    8 => self.segment::<V, 8>(segment, &taps),
                    9 => self.segment::<V, 9>(segment, &taps),
                    10 => self.segment::<V, 10>(segment, &taps),
                    11 => self.segment::<V, 11>(segment, &taps),
                    _ => self.segment::<V, 12>(segment, &taps),
                }
            }
        }
    }
}

impl<T: Float> Row<'_, T> {
    #[inline(always)]
    unsafe fn segment<V: Vector<Element = T>, const C: usize>(&self, segment: &Segment, taps: &[Tap]) {
        if C > most_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let row_length = (self.whole.columns.from * self.whole.geometry.images) as isize;
        let lowest = taps.iter().map(|tap| tap.offset).min().unwrap_or(0);
        let highest = taps.iter().map(|tap| tap.offset).max().unwrap_or(0);
        let mut lane = 0;
        // SAFETY: the caller's promise; `inside` says that no tap leaves the source row.
        unsafe {
            while lane < segment.length {
                let inside = |width: usize| {
                    lane + width <= segment.length
                        && lane as isize + lowest >= 0
                        && (lane + width) as isize + highest <= row_length
                };
                if inside(2 * V::LANES) {
                    self.tile::<V, C, 2, true>(segment, taps, lane);
                    lane += 2 * V::LANES;
                } else if inside(V::LANES) {
                    self.tile::<V, C, 1, true>(segment, taps, lane);
                    lane += V::LANES;
                } else {
                    self.tile::<V, C, 1, false>(segment, taps, lane);
                    lane += V::LANES;
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const C: usize, const W: usize, const INSIDE: bool>(
        &self,
        segment: &Segment,
        taps: &[Tap],
        lane: usize,
    ) {
        let Whole { geometry, x, bias, finish, out, rows, columns, from_channels, to_channels, .. } = self.whole;
        let row_length = columns.from * geometry.images;
        let channel_length = rows.from * row_length;
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [[V::zero(); W]; C];
            if let Some(bias) = bias {
                for c in 0..C {
                    sums[c] = [V::splat(bias[self.group * to_channels + self.first + c]); W];
                }
            }
            let mut from = x.as_ptr().add(self.group * from_channels * channel_length);
            let mut weight = self.weight.as_ptr();
            for _ in 0..from_channels {
                for tap in taps {
                    let mut vectors = [V::zero(); W];
                    let position = tap.offset + lane as isize;
                    for w in 0..W {
                        vectors[w] = if INSIDE {
                            V::load(from.add(tap.row).offset(position).add(w * V::LANES))
                        } else {
                            V::load_within(from.add(tap.row), position, row_length)
                        };
                    }
                    let weights = weight.add(tap.weight);
                    for c in 0..C {
                        let factor = V::splat(*weights.add(c));
                        for w in 0..W {
                            sums[c][w] = factor.fma(vectors[w], sums[c][w]);
                        }
                    }
                }
                from = from.add(channel_length);
                weight = weight.add(geometry.taps() * C);
            }
            let to_row = columns.to * geometry.images;
            for c in 0..C {
                let channel = self.group * to_channels + self.first + c;
                let at = (channel * rows.to + self.row) * to_row + segment.start + lane;
                for w in 0..W {
                    let at = at + w * V::LANES;
                    let count = segment.length - lane - w * V::LANES;
                    let sum = match finish {
                        Finish::Nothing => sums[c][w],
                        Finish::Relu => V::select(sums[c][w].less_equal(V::zero()), V::zero(), sums[c][w]),
                        Finish::Mask(mask) => {
                            let mask = V::load_up_to(mask.as_ptr().add(at), count);
                            V::select(mask.less_equal(V::zero()), V::zero(), sums[c][w])
                        }
                    };
                    sum.store_up_to(out.at(at), count);
                }
            }
        }
    }
}
