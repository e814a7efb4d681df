//! 3x3 convolution with stride 1, and its input gradient, by minimal filtering F(2x2, 3x3): 16 products for 2x2
//! outputs instead of 36 (Winograd, 1980; Lavin and Gray, arXiv 1509.09308).
//!
//! With g the kernel `weight[o, i]` and d the 4x4 patch of `x[i]` behind 2x2 outputs (zeros outside the image),
//!
//! `y[o] = A^T [sum over i of (G g G^T) * (B^T d B)] A + bias[o]`
//!
//! where `*` multiplies element by element and the three transforms of a line are
//!
//! `G g = (g0, ((g0 + g2) + g1) / 2, ((g0 + g2) - g1) / 2, g2)`,
//! `B^T d = (d0 - d2, d1 + d2, d2 - d1, d1 - d3)`,
//! `A^T m = ((m0 + m1) + m2, (m1 - m2) - m3)`,
//!
//! taken along columns first (each of the lines is a column), then along rows. The sum is one chain of fused
//! multiply-adds over i in ascending order, from +0 on; the bias (or +0) is added last. The input gradient is the same
//! with the roles of i and o exchanged and the kernel turned by 180 degrees.
//!
//! A tile's outputs are the window of a max-pooling by 2: `forward_pooled` stores their largest instead of all four.
//!
//! Memory is `[channel, row, column, image]`. The lanes of a vector are images of one tile; where there are fewer
//! images than lanes, they are the images of all tiles in a row.

use std::ops::Range;

use super::buffer::{Shared, filled, filled_pair};
use super::geometry::{Axis, Geometry};
use super::tile::{Finish, Finishing, Mask, Nothing, Relu, channel_block, most_channels};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

/// The side of a patch, and the places in it.
const SIDE: usize = 4;
const PLACES: usize = SIDE * SIDE;

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 8;

/// Whether convolutions of this shape are defined by this file, the others by `convolution.rs`. The number of
/// images has no say: a batch gives each image the bits that it has alone.
pub fn suits(geometry: &Geometry) -> bool {
    let fits = |axis: Axis| {
        axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1 && axis.padding <= 2 && axis.input.min(axis.output) >= SIDE
    };
    fits(geometry.rows) && fits(geometry.columns) && geometry.in_group().min(geometry.out_group()) >= FEWEST_CHANNELS
}

/// `x [i, h, w, n] -> y [o, h', w', n]`.
pub fn forward<T: Float>(geometry: &Geometry, x: &[T], weight: &[T], bias: Option<&[T]>, relu: bool) -> Result<Vec<T>> {
    run(Whole::forward(geometry, x, weight, bias, relu))
}

/// `x [i, h, w, n] -> (largest, tap) [o, h' / 2, w' / 2, n]`: what `pooling::max_forward` makes of the output by windows
/// of 2x2 with stride 2, which leave out the last of an odd number of rows or columns.
pub fn forward_pooled<T: Float>(
    geometry: &Geometry,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    relu: bool,
) -> Result<(Vec<T>, Vec<T>)> {
    let whole = Whole::forward(geometry, x, weight, bias, relu);
    let (rows, columns) = (whole.rows.of_whole_tiles(), whole.columns.of_whole_tiles());
    let length = geometry.out_channels * rows.tiles() * columns.tiles() * geometry.images;
    // SAFETY: the tiles cover all channels and windows.
    unsafe { filled_pair(length, |out, tap| T::dispatch(Whole { rows, columns, out, tap: Some(tap), ..whole })) }
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    run(Whole {
        images: geometry.images,
        groups: geometry.groups,
        rows: Window::backward(geometry.rows),
        columns: Window::backward(geometry.columns),
        from_channels: geometry.out_group(),
        to_channels: geometry.in_group(),
        turned: true,
        x: dy,
        weight,
        bias: None,
        finish: mask.map_or(Finish::Nothing, Finish::Mask),
        out: Shared::new(std::ptr::null_mut()),
        tap: None,
    })
}

fn run<T: Float>(whole: Whole<T>) -> Result<Vec<T>> {
    let Whole { images, groups, rows, columns, to_channels, .. } = whole;
    let length = groups * to_channels * rows.to * columns.to * images;
    // SAFETY: the tiles cover all channels, rows and columns.
    unsafe { filled(length, |out| T::dispatch(Whole { out, ..whole })) }
}

/// One axis: output t meets the inputs `t - padding ..= t - padding + 2`.
#[derive(Clone, Copy)]
struct Window {
    from: usize,
    to: usize,
    padding: usize,
}

impl Window {
    fn forward(axis: Axis) -> Self {
        Self { from: axis.input, to: axis.output, padding: axis.padding }
    }
    fn backward(axis: Axis) -> Self {
        Self { from: axis.output, to: axis.input, padding: 2 - axis.padding }
    }
    /// Without a last output that has no neighbour in its tile.
    fn of_whole_tiles(self) -> Self {
        Self { to: self.to / 2 * 2, ..self }
    }
    fn tiles(self) -> usize {
        self.to.div_ceil(2)
    }
    /// Where place `k` of a tile's patch lies, if it lies in the image.
    fn source(self, tile: usize, k: usize) -> Option<usize> {
        (2 * tile + k).checked_sub(self.padding).filter(|&at| at < self.from)
    }
}

/// `G g`.
#[inline(always)]
fn filter<V: Vector>([g0, g1, g2]: [V; 3]) -> [V; SIDE] {
    let (half, ends) = (V::constant(0.5), g0.add(g2));
    [g0, ends.add(g1).mul(half), ends.sub(g1).mul(half), g2]
}

/// `G g G^T`, place by place.
#[inline(always)]
fn filter_kernel<V: Vector>(g: [V; 9]) -> [V; PLACES] {
    let mut lines = [[V::zero(); 3]; SIDE];
    for c in 0..3 {
        let values = filter([g[c], g[3 + c], g[6 + c]]);
        for r in 0..SIDE {
            lines[r][c] = values[r];
        }
    }
    let mut u = [V::zero(); PLACES];
    for r in 0..SIDE {
        let values = filter(lines[r]);
        for c in 0..SIDE {
            u[r * SIDE + c] = values[c];
        }
    }
    u
}

#[derive(Clone, Copy)]
struct Whole<'a, T> {
    images: usize,
    groups: usize,
    rows: Window,
    columns: Window,
    /// Channels of one group.
    from_channels: usize,
    to_channels: usize,
    /// Whether the kernels are, for the input gradient.
    turned: bool,
    x: &'a [T],
    weight: &'a [T],
    bias: Option<&'a [T]>,
    finish: Finish<'a, T>,
    /// Where the result goes, once there is a place for it.
    out: Shared<T>,
    /// Where the taps go, if the result is the largest of each tile.
    tap: Option<Shared<T>>,
}

impl<'a, T: Float> Whole<'a, T> {
    fn forward(geometry: &Geometry, x: &'a [T], weight: &'a [T], bias: Option<&'a [T]>, relu: bool) -> Self {
        Self {
            images: geometry.images,
            groups: geometry.groups,
            rows: Window::forward(geometry.rows),
            columns: Window::forward(geometry.columns),
            from_channels: geometry.in_group(),
            to_channels: geometry.out_group(),
            turned: false,
            x,
            weight,
            bias,
            finish: if relu { Finish::Relu } else { Finish::Nothing },
            out: Shared::new(std::ptr::null_mut()),
            tap: None,
        }
    }

    fn kernel(&self, group: usize, to: usize, from: usize) -> &[T] {
        let (to_channels, from_channels) = (self.to_channels, self.from_channels);
        let at = if self.turned {
            (group * from_channels + from) * to_channels + to
        } else {
            (group * to_channels + to) * from_channels + from
        };
        &self.weight[at * 9..at * 9 + 9]
    }

    /// Transformed kernels as the tiles read them: `[group, block][place, from, channel of the block]`.
    #[inline(always)]
    fn transform_kernels<V: Vector<Element = T>>(&self, blocks: usize) -> Vec<T> {
        /// Room for the channels of a block in whole vectors.
        const ROOM: usize = 16;
        let a_group = PLACES * self.from_channels * self.to_channels;
        let mut all = vec![T::ZERO; self.groups * a_group];
        let (mut taps, mut places) = ([[T::ZERO; ROOM]; 9], [[T::ZERO; ROOM]; PLACES]);
        for group in 0..self.groups {
            for block in 0..blocks {
                let (first, last) = channel_block(self.to_channels, block, blocks);
                let channels = last - first;
                let to = &mut all[group * a_group + PLACES * self.from_channels * first..];
                for from in 0..self.from_channels {
                    for channel in 0..channels {
                        for (tap, &value) in self.kernel(group, first + channel, from).iter().enumerate() {
                            taps[if self.turned { 8 - tap } else { tap }][channel] = value;
                        }
                    }
                    for lane in (0..channels).step_by(V::LANES) {
                        let mut g = [V::zero(); 9];
                        for tap in 0..9 {
                            // SAFETY: there is room for whole vectors.
                            g[tap] = unsafe { V::load(taps[tap].as_ptr().add(lane)) };
                        }
                        let u = filter_kernel(g);
                        for place in 0..PLACES {
                            // SAFETY: as above.
                            unsafe { u[place].store(places[place].as_mut_ptr().add(lane)) };
                        }
                    }
                    for place in 0..PLACES {
                        let at = (place * self.from_channels + from) * channels;
                        to[at..at + channels].copy_from_slice(&places[place][..channels]);
                    }
                }
            }
        }
        all
    }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let blocks = self.to_channels.div_ceil(most_channels::<V>());
        let kernels = self.transform_kernels::<V>(blocks);
        // Tasks divide the tiles, or the rows of tiles where their images lie side by side.
        let (rows, columns) = (self.rows.tiles(), self.columns.tiles());
        let tiles = if self.images < V::LANES { rows } else { rows * columns };
        let work = PLACES * self.from_channels * self.to_channels * self.images * rows * columns;
        let pieces = (work / (4 * parallel::WORTH_A_THREAD)).clamp(1, 8 * parallel::threads()).min(tiles);
        parallel::for_each(pieces * self.groups, |task| {
            let (piece, group) = (task / self.groups, task % self.groups);
            T::dispatch(Piece {
                whole: self,
                kernels: &kernels[group * PLACES * self.from_channels * self.to_channels..],
                blocks,
                group,
                tiles: tiles * piece / pieces..tiles * (piece + 1) / pieces,
            });
        });
    }
}

/// Some tiles (or rows of tiles) of one group.
struct Piece<'a, T> {
    whole: Whole<'a, T>,
    kernels: &'a [T],
    blocks: usize,
    group: usize,
    tiles: Range<usize>,
}

/// A patch in the source: its rows in the first channel, how far it is from there to the next channel, and its
/// columns in each row. A row or column outside the image is another one that is not `inside`.
#[derive(Clone, Copy)]
struct Patch<T> {
    rows: [*const T; SIDE],
    columns: [usize; SIDE],
    step: usize,
    inside: [[bool; SIDE]; 2],
}

/// `B^T d B` of all channels for so many vectors of lanes from `lane` on, of which `left` exist, to
/// `[channel, place, lane]`.
struct Transform<T> {
    patch: Patch<T>,
    channels: usize,
    lane: usize,
    left: usize,
    vectors: usize,
    to: *mut T,
}

impl<T: Float> Kernel<T> for Transform<T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: whoever made it promises that the patch is valid for all channels and lanes that exist.
        unsafe { if self.vectors == 1 { self.vectors::<V, 1>() } else { self.vectors::<V, 2>() } }
    }
}

impl<T: Float> Transform<T> {
    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(self) {
        let [rows, columns] = self.patch.inside;
        let left = self.left;
        // SAFETY: the caller's promise; past the last lane there are zeros.
        unsafe {
            if rows == [true; SIDE] && columns == [true; SIDE] && left >= W * V::LANES {
                self.channels::<V, W>(|from, _, _, _| V::load(from));
            } else {
                // No `map` for vectors: it would be a call, compiled for any processor.
                let outside = V::zero().less(V::zero());
                let mut inside = [[outside; SIDE]; SIDE];
                for r in 0..SIDE {
                    for c in 0..SIDE {
                        if rows[r] && columns[c] {
                            inside[r][c] = V::zero().equal(V::zero());
                        }
                    }
                }
                self.channels::<V, W>(|from, r, c, lane| {
                    V::select(inside[r][c], V::load_up_to(from, left.saturating_sub(lane)), V::zero())
                });
            }
        }
    }

    /// `load` gives the vector at a place of the patch: where it lies, its row, column and lane.
    #[inline(always)]
    unsafe fn channels<V: Vector<Element = T>, const W: usize>(self, load: impl Fn(*const T, usize, usize, usize) -> V) {
        let Patch { rows, columns, step, .. } = self.patch;
        let mut offset = self.lane;
        let mut to = self.to;
        for _ in 0..self.channels {
            for w in 0..W {
                let lane = w * V::LANES;
                let mut lines = [[V::zero(); SIDE]; SIDE];
                for c in 0..SIDE {
                    let mut d = [V::zero(); SIDE];
                    for r in 0..SIDE {
                        d[r] = load(rows[r].wrapping_add(offset + columns[c] + lane), r, c, lane);
                    }
                    let values = input(d);
                    for r in 0..SIDE {
                        lines[r][c] = values[r];
                    }
                }
                for r in 0..SIDE {
                    let values = input(lines[r]);
                    for c in 0..SIDE {
                        // SAFETY: the caller's promise.
                        unsafe { values[c].store(to.add((r * SIDE + c) * W * V::LANES + lane)) };
                    }
                }
            }
            offset += step;
            to = to.wrapping_add(PLACES * W * V::LANES);
        }
    }
}

/// `B^T d`.
#[inline(always)]
fn input<V: Vector>([d0, d1, d2, d3]: [V; SIDE]) -> [V; SIDE] {
    [d0.sub(d2), d1.add(d2), d2.sub(d1), d1.sub(d3)]
}

/// `A^T m A`: the 2x2 outputs of a tile.
#[inline(always)]
fn output<V: Vector>(m: [V; PLACES]) -> [[V; 2]; 2] {
    let mut sums = [[V::zero(); SIDE]; 2];
    for c in 0..SIDE {
        sums[0][c] = m[c].add(m[4 + c]).add(m[8 + c]);
        sums[1][c] = m[4 + c].sub(m[8 + c]).sub(m[12 + c]);
    }
    let mut tile = [[V::zero(); 2]; 2];
    for r in 0..2 {
        tile[r][0] = sums[r][0].add(sums[r][1]).add(sums[r][2]);
        tile[r][1] = sums[r][1].sub(sums[r][2]).sub(sums[r][3]);
    }
    tile
}

/// Where the outputs of tiles go.
trait Destination<V: Vector>: Copy {
    /// # Safety
    /// The vector that begins at `lane` of this channel must belong to the task.
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]);
}

/// Into the result, a tile's images side by side.
#[derive(Clone, Copy)]
struct InPlace<'a, T, F> {
    out: Shared<T>,
    /// Of the group.
    bias: Option<&'a [T]>,
    finishing: F,
    images: usize,
    /// Of the result's first channel in the group, and how far it is from there to the next channel and row.
    first: usize,
    channel_step: usize,
    row_step: usize,
    /// Rows and columns of the tile that the result has.
    rows: usize,
    columns: usize,
}

impl<V: Vector, F: Finishing<V>> Destination<V> for InPlace<'_, V::Element, F> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        let left = self.images.saturating_sub(lane);
        let first = self.first + channel * self.channel_step + lane;
        // SAFETY: the caller's promise.
        unsafe {
            let bias = self.bias.map_or(V::zero(), |bias| V::splat(*bias.get_unchecked(channel)));
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
struct Pooled<'a, T, F> {
    out: Shared<T>,
    tap: Shared<T>,
    /// Of the group.
    bias: Option<&'a [T]>,
    finishing: F,
    lanes: usize,
    /// Of the first channel in the group, and how far it is from there to the next.
    first: usize,
    channel_step: usize,
}

impl<V: Vector, F: Finishing<V>> Destination<V> for Pooled<'_, V::Element, F> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        let left = self.lanes.saturating_sub(lane);
        let at = self.first + channel * self.channel_step + lane;
        // SAFETY: the caller's promise.
        unsafe {
            let bias = self.bias.map_or(V::zero(), |bias| V::splat(*bias.get_unchecked(channel)));
            let mut best = self.finishing.of(tile[0][0].add(bias), at, left);
            let mut place = V::zero();
            for tap in 1..4 {
                let sum = self.finishing.of(tile[tap / 2][tap % 2].add(bias), at, left);
                let (larger, number) = (best.less(sum), sum.equal(sum));
                place = V::select(larger, V::constant(tap as f64), V::select(number, place, V::constant(tap as f64)));
                best = V::select(larger, sum, V::select(number, best, sum));
            }
            best.store_up_to(self.out.at(at), left);
            place.store_up_to(self.tap.at(at), left);
        }
    }
}

/// Into planes `[channel, row, even or odd column, lane]`, with the bias and through the ReLU, if there is one.
#[derive(Clone, Copy)]
struct Apart<'a, T> {
    planes: *mut T,
    length: usize,
    /// Of the group.
    bias: Option<&'a [T]>,
    relu: bool,
}

impl<V: Vector> Destination<V> for Apart<'_, V::Element> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        // SAFETY: the caller's promise.
        unsafe {
            let bias = self.bias.map_or(V::zero(), |bias| V::splat(*bias.get_unchecked(channel)));
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

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { from_channels, finish, .. } = self.whole;
        let width = 2 * V::LANES;
        let mut scratch = Vec::<T>::with_capacity(PLACES * (from_channels + most_channels::<V>()) * width);
        let patches = scratch.as_mut_ptr();
        // SAFETY: within the capacity.
        let products = unsafe { patches.add(PLACES * from_channels * width) };
        let scratch = Scratch { patches, products };
        // SAFETY: what is read of the scratch was written before.
        unsafe {
            match finish {
                Finish::Nothing => self.finished_by::<V>(scratch, Nothing),
                Finish::Relu => self.finished_by::<V>(scratch, Relu),
                Finish::Mask(mask) => self.finished_by::<V>(scratch, Mask(mask)),
            }
        }
    }
}

/// Divides a row with so many zeros before it into its even and its odd columns.
#[inline(always)]
fn lay_apart<T: Float>(row: &[T], images: usize, padding: usize, (even, odd): (&mut [T], &mut [T])) {
    let (ahead, behind) = if padding.is_multiple_of(2) { (even, odd) } else { (odd, even) };
    let (ahead, behind) = (&mut ahead[padding / 2 * images..], &mut behind[padding.div_ceil(2) * images..]);
    if images == 1 {
        // A loop that becomes shuffles of vectors; what the tiles do not reach has no room.
        for ((pair, ahead), behind) in row.chunks_exact(2).zip(ahead.iter_mut()).zip(behind.iter_mut()) {
            (*ahead, *behind) = (pair[0], pair[1]);
        }
        if let ([.., last], Some(ahead), 1) = (row, ahead.get_mut(row.len() / 2), row.len() % 2) {
            *ahead = *last;
        }
        return;
    }
    for (column, from) in row.chunks_exact(images).enumerate() {
        let to = if column % 2 == 0 { &mut *ahead } else { &mut *behind };
        if let Some(to) = to.get_mut(column / 2 * images..(column / 2 + 1) * images) {
            to.copy_from_slice(from);
        }
    }
}

/// Joins the even and the odd ones of so many columns.
///
/// # Safety
/// `to` must have room for them and be this thread's alone.
#[inline(always)]
unsafe fn lay_together<T: Float>(even: &[T], odd: &[T], images: usize, columns: usize, to: *mut T) {
    // SAFETY: the caller's promise.
    unsafe {
        if images == 1 {
            for (pair, (even, odd)) in even.iter().zip(odd).take(columns / 2).enumerate() {
                *to.add(2 * pair) = *even;
                *to.add(2 * pair + 1) = *odd;
            }
            if columns % 2 == 1 {
                *to.add(columns - 1) = even[columns / 2];
            }
            return;
        }
        for column in 0..columns {
            let from = if column % 2 == 0 { even } else { odd };
            let from = &from[column / 2 * images..(column / 2 + 1) * images];
            std::ptr::copy_nonoverlapping(from.as_ptr(), to.add(column * images), images);
        }
    }
}

#[derive(Clone, Copy)]
struct Scratch<T> {
    /// `[from, place, lane]`.
    patches: *mut T,
    /// `[channel of a block, place, lane]`.
    products: *mut T,
}

impl<T: Float> Piece<'_, T> {
    #[inline(always)]
    unsafe fn finished_by<V: Vector<Element = T>>(&self, scratch: Scratch<T>, finishing: impl Finishing<V>) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.whole.images < V::LANES {
                self.side_by_side::<V>(scratch, finishing);
            } else {
                self.tile_by_tile::<V>(scratch, finishing);
            }
        }
    }

    /// The lanes are the images of one tile.
    #[inline(always)]
    unsafe fn tile_by_tile<V: Vector<Element = T>>(&self, scratch: Scratch<T>, finishing: impl Finishing<V>) {
        let Whole { images, rows, columns, to_channels, out, tap, .. } = self.whole;
        let source = self.source();
        let (row_length, channel_length) = (columns.from * images, rows.from * columns.from * images);
        for tile in self.tiles.clone() {
            let (tile_row, tile_column) = (tile / columns.tiles(), tile % columns.tiles());
            let row_places = [0, 1, 2, 3].map(|r| rows.source(tile_row, r));
            let column_places = [0, 1, 2, 3].map(|c| columns.source(tile_column, c));
            let patch = Patch {
                rows: row_places.map(|row| source[row.unwrap_or(0) * row_length..].as_ptr()),
                columns: column_places.map(|column| column.unwrap_or(0) * images),
                step: channel_length,
                inside: [row_places, column_places].map(|places| places.map(|place| place.is_some())),
            };
            let first = (self.group * to_channels * rows.to + 2 * tile_row) * columns.to + 2 * tile_column;
            let to = InPlace {
                out,
                bias: self.bias(),
                finishing,
                images,
                first: first * images,
                channel_step: rows.to * columns.to * images,
                row_step: columns.to * images,
                rows: 2.min(rows.to - 2 * tile_row),
                columns: 2.min(columns.to - 2 * tile_column),
            };
            // SAFETY: the patch holds all images; a tile's outputs are this task's alone.
            unsafe {
                match tap {
                    Some(tap) => {
                        let to = self.pooled(tap, tile_row, tile_column, images, finishing);
                        self.all_lanes::<V>(patch, images, images, scratch, to);
                    }
                    None => self.all_lanes::<V>(patch, images, images, scratch, to),
                }
            }
        }
    }

    /// The lanes are the images of all tiles in a row: its even and its odd columns are laid apart.
    #[inline(always)]
    unsafe fn side_by_side<V: Vector<Element = T>>(&self, scratch: Scratch<T>, finishing: impl Finishing<V>) {
        let Whole { images, rows, columns, from_channels, to_channels, finish, out, tap, .. } = self.whole;
        let lanes = columns.tiles() * images;
        // A vector may reach past the last lane, in the plane that begins one tile later.
        let plane = lanes + images + 2 * V::LANES;
        // From the first tile row's patches to the last's, zeros where they leave the image.
        let first_row = 2 * self.tiles.start;
        let row_count = 2 * self.tiles.len() + 2;
        let mut planes = vec![T::ZERO; from_channels * row_count * 2 * plane];
        let source = self.source();
        for (channel, planes) in planes.chunks_exact_mut(row_count * 2 * plane).enumerate() {
            for (row, planes) in planes.chunks_exact_mut(2 * plane).enumerate() {
                if let Some(row) = (first_row + row).checked_sub(rows.padding).filter(|&row| row < rows.from) {
                    let row = &source[(channel * rows.from + row) * columns.from * images..][..columns.from * images];
                    lay_apart(row, images, columns.padding, planes.split_at_mut(plane));
                }
            }
        }
        let out_plane = lanes.next_multiple_of(2 * V::LANES);
        let mut outputs = vec![T::ZERO; if tap.is_some() { 0 } else { to_channels * 4 * out_plane }];
        for tile_row in self.tiles.clone() {
            let patch = Patch {
                rows: [0, 1, 2, 3].map(|r| planes[(2 * tile_row - first_row + r) * 2 * plane..].as_ptr()),
                columns: [0, plane, images, plane + images],
                step: row_count * 2 * plane,
                inside: [[true; SIDE]; 2],
            };
            if let Some(tap) = tap {
                let to = self.pooled(tap, tile_row, 0, lanes, finishing);
                // SAFETY: the planes have room for whole vectors; a row's outputs are this task's alone.
                unsafe { self.all_lanes::<V>(patch, lanes, usize::MAX, scratch, to) };
                continue;
            }
            let relu = matches!(finish, Finish::Relu);
            let to = Apart { planes: outputs.as_mut_ptr(), length: out_plane, bias: self.bias(), relu };
            // SAFETY: planes and outputs have room for whole vectors.
            unsafe { self.all_lanes::<V>(patch, lanes, usize::MAX, scratch, to) };
            for (channel, outputs) in outputs.chunks_exact(4 * out_plane).enumerate() {
                for r in 0..2.min(rows.to - 2 * tile_row) {
                    let (even, odd) = outputs[r * 2 * out_plane..][..2 * out_plane].split_at(out_plane);
                    let global = self.group * to_channels + channel;
                    let first = (global * rows.to + 2 * tile_row + r) * columns.to * images;
                    // SAFETY: the row is this task's alone.
                    unsafe { lay_together(even, odd, images, columns.to, out.at(first)) };
                    if let Finish::Mask(_) = finish {
                        for at in first..first + columns.to * images {
                            // SAFETY: as above.
                            unsafe { *out.at(at) = finish.apply(*out.at(at), at) };
                        }
                    }
                }
            }
        }
    }

    fn source(&self) -> &[T] {
        let Whole { images, rows, columns, from_channels, x, .. } = self.whole;
        &x[self.group * from_channels * rows.from * columns.from * images..]
    }

    /// Of this group.
    fn bias(&self) -> Option<&[T]> {
        self.whole.bias.map(|bias| &bias[self.group * self.whole.to_channels..])
    }

    /// Where the largest of this tile goes, and of the tiles after it in the row if the lanes are theirs too.
    fn pooled<F>(&self, tap: Shared<T>, tile_row: usize, tile_column: usize, lanes: usize, finishing: F) -> Pooled<'_, T, F> {
        let Whole { images, rows, columns, to_channels, out, .. } = self.whole;
        let first = (self.group * to_channels * rows.tiles() + tile_row) * columns.tiles() + tile_column;
        let channel_step = rows.tiles() * columns.tiles() * images;
        Pooled { out, tap, bias: self.bias(), finishing, lanes, first: first * images, channel_step }
    }

    /// All channels of so many lanes, of which `readable` can be read.
    #[inline(always)]
    unsafe fn all_lanes<V: Vector<Element = T>>(
        &self,
        patch: Patch<T>,
        lanes: usize,
        readable: usize,
        scratch: Scratch<T>,
        to: impl Destination<V>,
    ) {
        for lane in (0..lanes).step_by(2 * V::LANES) {
            // SAFETY: the caller's promise.
            unsafe { self.two_vectors::<V>(patch, lane, lanes - lane, readable - lane, scratch, to) };
        }
    }

    /// All channels of the next lanes, up to two vectors of them; `left` lanes exist, `readable` can be read.
    #[inline(always)]
    unsafe fn two_vectors<V: Vector<Element = T>>(
        &self,
        patch: Patch<T>,
        lane: usize,
        left: usize,
        readable: usize,
        scratch: Scratch<T>,
        to: impl Destination<V>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            if left > V::LANES {
                self.vectors::<V, 2>(patch, lane, readable, scratch, to);
            } else {
                self.vectors::<V, 1>(patch, lane, readable, scratch, to);
            }
        }
    }

    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(
        &self,
        patch: Patch<T>,
        lane: usize,
        readable: usize,
        scratch: Scratch<T>,
        destination: impl Destination<V>,
    ) {
        let channels = self.whole.from_channels;
        let Scratch { patches, products } = scratch;
        // SAFETY: the caller's promise; the scratch has room for two vectors.
        unsafe {
            T::dispatch(Transform { patch, channels, lane, left: readable, vectors: W, to: patches });
            for block in 0..self.blocks {
                let (first, last) = channel_block(self.whole.to_channels, block, self.blocks);
                let kernels = self.kernels.as_ptr().add(PLACES * channels * first);
                let (from_channels, to_channels) = (channels, last - first);
                T::dispatch(Products { from_channels, to_channels, vectors: W, kernels, patches, products });
                for channel in 0..to_channels {
                    for w in 0..W {
                        let from = products.add((channel * PLACES * W + w) * V::LANES);
                        let mut m = [V::zero(); PLACES];
                        for place in 0..PLACES {
                            m[place] = V::load(from.add(place * W * V::LANES));
                        }
                        destination.store(first + channel, lane + w * V::LANES, output(m));
                    }
                }
            }
        }
    }
}

/// The sums over the source channels, of each place and each channel of a block.
struct Products<T> {
    from_channels: usize,
    to_channels: usize,
    vectors: usize,
    kernels: *const T,
    patches: *const T,
    products: *mut T,
}

impl<T: Float> Kernel<T> for Products<T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: whoever made it promises that everything is there.
        unsafe { if self.vectors == 1 { self.vectors::<V, 1>() } else { self.vectors::<V, 2>() } }
    }
}

impl<T: Float> Products<T> {
    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(self) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.to_channels {
                1 => self.places::<V, 1, W>(),
                2 => self.places::<V, 2, W>(),
                3 => self.places::<V, 3, W>(),
                4 => self.places::<V, 4, W>(),
                5 => self.places::<V, 5, W>(),
                6 => self.places::<V, 6, W>(),
                7 => self.places::<V, 7, W>(),
                8 => self.places::<V, 8, W>(),
                9 => self.places::<V, 9, W>(),
                10 => self.places::<V, 10, W>(),
                11 => self.places::<V, 11, W>(),
                _ => self.places::<V, 12, W>(),
            }
        }
    }

    #[inline(always)]
    unsafe fn places<V: Vector<Element = T>, const C: usize, const W: usize>(self) {
        if C > most_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let mut weight = self.kernels;
        // SAFETY: the caller's promise.
        unsafe {
            for place in 0..PLACES {
                let mut from = self.patches.add(place * W * V::LANES);
                let mut sums = [[V::zero(); W]; C];
                for _ in 0..self.from_channels {
                    let mut vectors = [V::zero(); W];
                    for w in 0..W {
                        vectors[w] = V::load(from.add(w * V::LANES));
                    }
                    for c in 0..C {
                        let factor = V::splat(*weight.add(c));
                        for w in 0..W {
                            sums[c][w] = factor.fma(vectors[w], sums[c][w]);
                        }
                    }
                    weight = weight.add(C);
                    from = from.add(PLACES * W * V::LANES);
                }
                for c in 0..C {
                    for w in 0..W {
                        sums[c][w].store(self.products.add(((c * PLACES + place) * W + w) * V::LANES));
                    }
                }
            }
        }
    }
}
