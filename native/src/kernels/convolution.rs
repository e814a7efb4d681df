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

use super::buffer::{Shared, filled, room};
use super::geometry::{Axis, Geometry};
use super::tile::{Finish, channel_block, most_channels, store};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::{memory, parallel};

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
    let row_length = columns.from * geometry.images;
    // The packed weights, the segments, and for each thread a row's taps and the vectors of them at its ends.
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
                finish,
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
    finish: Finish<'a, T>,
    out: Shared<T>,
    rows: Flow,
    columns: Flow,
    /// Of the source.
    row_length: usize,
    /// Channels of one group.
    from_channels: usize,
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
        for group in self.weight.chunks_exact((self.weight.len() / groups).max(1)) {
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

    /// The source with zeros around its rows, so that no vector of a tap leaves them; the taps move along. None where
    /// that would be nearly all zeros, or is beyond the memory budget.
    fn pad(&self, segment: &mut Segment, width: usize) -> Option<(Vec<T>, usize)> {
        let offsets = || segment.taps.iter().map(|&(_, offset)| offset);
        let before = -offsets().min().unwrap_or(0).min(0);
        let reach = segment.length.next_multiple_of(width) as isize + offsets().max().unwrap_or(0);
        let row_length = (before + reach.max(self.row_length as isize)) as usize;
        if row_length > 64 * (self.row_length + width) {
            return None;
        }
        let length = self.x.len() / self.row_length * row_length;
        let mut padded = room(length).ok()?;
        padded.resize(length, T::ZERO);
        segment.taps.iter_mut().for_each(|(_, offset)| *offset += before);
        for (to, from) in padded.chunks_exact_mut(row_length).zip(self.x.chunks_exact(self.row_length)) {
            to[before as usize..][..self.row_length].copy_from_slice(from);
        }
        Some((padded, row_length))
    }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let blocks = self.to_channels.div_ceil(most_channels::<V>());
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

/// One destination row of one group.
struct Row<'a, T> {
    whole: Whole<'a, T>,
    weight: &'a [T],
    segments: &'a [Segment],
    row: usize,
    group: usize,
    blocks: usize,
    zeros: [T; 16],
}

/// A tap within a source channel.
#[derive(Clone, Copy)]
struct Tap {
    /// Where lane 0 of the segment meets it: `row + position`, the start of its row and the place in it, which
    /// may lie outside.
    at: isize,
    row: usize,
    position: isize,
    /// The kernel's place, ky * columns + kx.
    place: usize,
}

impl<T: Float> Kernel<T> for Row<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { geometry, rows, row_length, .. } = self.whole;
        let mut taps = Vec::with_capacity(geometry.taps());
        for segment in self.segments {
            taps.clear();
            for ky in 0..geometry.rows.kernel {
                let Some(row) = rows.source(self.row, ky).map(|row| row * row_length) else { continue };
                taps.extend(segment.taps.iter().map(|&(kx, position)| {
                    let place = ky * geometry.columns.kernel + kx;
                    Tap { at: row as isize + position, row, position, place }
                }));
            }
            // SAFETY: the segment lies within the row.
            unsafe { self.segment::<V>(segment, &taps) }
        }
    }
}

/// Where a tile's taps find the vectors of each channel.
trait Reading<V: Vector>: Copy {
    /// # Safety
    /// `channel` is one of the group's, `tap` one of the row's, `w` one of the tile's vectors.
    unsafe fn load(self, channel: usize, tap: usize, w: usize) -> V;
}

/// No tap leaves its source row. Lane 0 of the tile, in the first channel:
#[derive(Clone, Copy)]
struct Inside<'a, T> {
    from: *const T,
    channel_length: usize,
    taps: &'a [Tap],
}

impl<V: Vector> Reading<V> for Inside<'_, V::Element> {
    #[inline(always)]
    unsafe fn load(self, channel: usize, tap: usize, w: usize) -> V {
        // SAFETY: the caller's promise.
        unsafe { V::load(self.from.add(channel * self.channel_length).offset(self.taps.get_unchecked(tap).at).add(w * V::LANES)) }
    }
}

/// The vector of a tap in the first channel, and how far it is from there to that of the next.
#[derive(Clone, Copy)]
struct Source<T> {
    at: *const T,
    step: usize,
}

/// Some tap leaves its source row: each vector has a place of its own.
#[derive(Clone, Copy)]
struct Edge<'a, T>(&'a [Source<T>]);

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

impl<T: Float> Row<'_, T> {
    #[inline(always)]
    unsafe fn segment<V: Vector<Element = T>>(&self, segment: &Segment, taps: &[Tap]) {
        let Whole { x, rows, row_length, from_channels, .. } = self.whole;
        let channel_length = rows.from * row_length;
        let lowest = taps.iter().map(|tap| tap.position).min().unwrap_or(0);
        let highest = taps.iter().map(|tap| tap.position).max().unwrap_or(0);
        let (mut sources, mut copies) = (Vec::new(), Vec::new());
        // SAFETY: the caller's promise; tiles that are not inside read what `edge` prepares.
        unsafe {
            let from = x.as_ptr().add(self.group * from_channels * channel_length);
            let mut lane = 0;
            while lane < segment.length {
                let vectors = if lane + V::LANES < segment.length { 2 } else { 1 };
                let end = lane + vectors * V::LANES;
                let inside = lane as isize + lowest >= 0 && end as isize + highest <= row_length as isize;
                if inside {
                    self.blocks::<V>(
                        segment,
                        taps,
                        lane,
                        vectors,
                        Inside { from: from.wrapping_add(lane), channel_length, taps },
                    );
                } else {
                    self.edge::<V>(from, taps, lane, &mut sources, &mut copies);
                    self.blocks::<V>(segment, taps, lane, vectors, Edge(&sources));
                }
                lane = end;
            }
        }
    }

    /// The tiles of all blocks of channels, one after another: what they read is then in the nearest cache.
    #[inline(always)]
    unsafe fn blocks<V: Vector<Element = T>>(
        &self,
        segment: &Segment,
        taps: &[Tap],
        lane: usize,
        vectors: usize,
        reading: impl Reading<V>,
    ) {
        for block in 0..self.blocks {
            let (first, last) = channel_block(self.whole.to_channels, block, self.blocks);
            let tile = Tile { row: self, segment, taps, lane, first };
            // SAFETY: the caller's promise.
            unsafe {
                match (last - first, vectors) {
                    (1, 1) => tile.run::<V, 1, 1>(reading),
                    (1, _) => tile.run::<V, 1, 2>(reading),
                    (2, 1) => tile.run::<V, 2, 1>(reading),
                    (2, _) => tile.run::<V, 2, 2>(reading),
                    (3, 1) => tile.run::<V, 3, 1>(reading),
                    (3, _) => tile.run::<V, 3, 2>(reading),
                    (4, 1) => tile.run::<V, 4, 1>(reading),
                    (4, _) => tile.run::<V, 4, 2>(reading),
                    (5, 1) => tile.run::<V, 5, 1>(reading),
                    (5, _) => tile.run::<V, 5, 2>(reading),
                    (6, 1) => tile.run::<V, 6, 1>(reading),
                    (6, _) => tile.run::<V, 6, 2>(reading),
                    (7, 1) => tile.run::<V, 7, 1>(reading),
                    (7, _) => tile.run::<V, 7, 2>(reading),
                    (8, 1) => tile.run::<V, 8, 1>(reading),
                    (8, _) => tile.run::<V, 8, 2>(reading),
                    (9, 1) => tile.run::<V, 9, 1>(reading),
                    (9, _) => tile.run::<V, 9, 2>(reading),
                    (10, 1) => tile.run::<V, 10, 1>(reading),
                    (10, _) => tile.run::<V, 10, 2>(reading),
                    (11, 1) => tile.run::<V, 11, 1>(reading),
                    (11, _) => tile.run::<V, 11, 2>(reading),
                    (_, 1) => tile.run::<V, 12, 1>(reading),
                    _ => tile.run::<V, 12, 2>(reading),
                }
            }
        }
    }

    /// Finds the two vectors of each tap from `lane` on: in the source row, among zeros where all of it lies
    /// outside, and in a copy where it straddles the row's end.
    unsafe fn edge<V: Vector<Element = T>>(
        &self,
        from: *const T,
        taps: &[Tap],
        lane: usize,
        sources: &mut Vec<Source<T>>,
        copies: &mut Vec<T>,
    ) {
        let Whole { rows, row_length, from_channels, .. } = self.whole;
        let channel_length = rows.from * row_length;
        let row_length = row_length as isize;
        let lanes = V::LANES as isize;
        let mut copy = 0;
        sources.clear();
        for tap in taps {
            for w in 0..2 {
                let position = tap.position + lane as isize + w * lanes;
                sources.push(if position >= 0 && position + lanes <= row_length {
                    // SAFETY: all of it lies in the row.
                    Source { at: unsafe { from.add(tap.row).offset(position) }, step: channel_length }
                } else if position + lanes <= 0 || position >= row_length {
                    Source { at: self.zeros.as_ptr(), step: 0 }
                } else {
                    copies.resize(V::LANES * 2 * taps.len() * from_channels, T::ZERO);
                    // SAFETY: the copies have room for every tap; `load_within` stays in the row.
                    let at = unsafe { copies.as_mut_ptr().add(copy) };
                    for channel in 0..from_channels {
                        unsafe {
                            let vector =
                                V::load_within(from.add(channel * channel_length + tap.row), position, row_length as usize);
                            vector.store(at.add(channel * V::LANES));
                        }
                    }
                    copy += V::LANES * from_channels;
                    Source { at, step: V::LANES }
                });
            }
        }
    }
}

/// One or two vectors of lanes for some destination channels, `first` and those after it.
struct Tile<'a, T> {
    row: &'a Row<'a, T>,
    segment: &'a Segment,
    taps: &'a [Tap],
    lane: usize,
    first: usize,
}

impl<T: Float> Tile<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>, const C: usize, const W: usize>(self, reading: impl Reading<V>) {
        if C > most_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let Whole { geometry, bias, finish, out, rows, columns, from_channels, to_channels, .. } = self.row.whole;
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
                    let weights = weight.add(tap.place * C);
                    for c in 0..C {
                        let factor = V::splat(*weights.add(c));
                        for w in 0..W {
                            sums[c][w] = factor.fma(vectors[w], sums[c][w]);
                        }
                    }
                }
                weight = weight.add(geometry.taps() * C);
            }
            let row_length = columns.to * geometry.images;
            let channel_length = rows.to * row_length;
            let first = self.row.group * to_channels + self.first;
            let at = first * channel_length + self.row.row * row_length + self.segment.start + self.lane;
            let left = self.segment.length - self.lane;
            store(sums, finish, out, at, channel_length, left);
        }
    }
}
