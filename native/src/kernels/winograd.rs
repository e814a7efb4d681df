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
//! Memory is `[channel, row, column, image]`. The lanes of a vector are images of one tile; where there are fewer
//! images than lanes, they are the images of all tiles in a row.

use super::buffer::{Shared, filled};
use super::geometry::{Axis, Geometry};
use super::tile::{Finish, channel_block, most_channels, store};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

/// The side of a patch, and the places in it.
const SIDE: usize = 4;
const PLACES: usize = SIDE * SIDE;

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 16;

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
    run(Whole {
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
    })
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
    fn tiles(self) -> usize {
        self.to.div_ceil(2)
    }
    /// Where place `k` of a tile's patch lies, if it lies in the image.
    fn source(self, tile: usize, k: usize) -> Option<usize> {
        (2 * tile + k).checked_sub(self.padding).filter(|&at| at < self.from)
    }
}

/// `G g`.
fn filter<T: Float>([g0, g1, g2]: [T; 3]) -> [T; SIDE] {
    let half = T::of(0.5);
    [g0, (g0 + g2 + g1) * half, (g0 + g2 - g1) * half, g2]
}

/// `G g G^T`, place by place.
fn filter_kernel<T: Float>(g: [T; 9]) -> [T; PLACES] {
    let columns = [0, 1, 2].map(|c| filter([g[c], g[3 + c], g[6 + c]]));
    let mut u = [T::ZERO; PLACES];
    for r in 0..SIDE {
        u[r * SIDE..(r + 1) * SIDE].copy_from_slice(&filter(columns.map(|column| column[r])));
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
}

impl<T: Float> Whole<'_, T> {
    fn kernel(&self, group: usize, to: usize, from: usize) -> [T; 9] {
        let (to_channels, from_channels) = (self.to_channels, self.from_channels);
        let at = if self.turned {
            (group * from_channels + from) * to_channels + to
        } else {
            (group * to_channels + to) * from_channels + from
        };
        let mut kernel = [T::ZERO; 9];
        kernel.copy_from_slice(&self.weight[at * 9..at * 9 + 9]);
        if self.turned {
            kernel.reverse();
        }
        kernel
    }

    /// Transformed kernels as the tiles read them: `[group, block][place, from, channel of the block]`.
    fn transform_kernels(&self, blocks: usize) -> Vec<T> {
        let a_group = PLACES * self.from_channels * self.to_channels;
        let mut all = vec![T::ZERO; self.groups * a_group];
        for group in 0..self.groups {
            for block in 0..blocks {
                let (first, last) = channel_block(self.to_channels, block, blocks);
                let to = &mut all[group * a_group + PLACES * self.from_channels * first..];
                for channel in first..last {
                    for from in 0..self.from_channels {
                        let transformed = filter_kernel(self.kernel(group, channel, from));
                        for (place, value) in transformed.into_iter().enumerate() {
                            to[(place * self.from_channels + from) * (last - first) + channel - first] = value;
                        }
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
        let kernels = self.transform_kernels(blocks);
        let (tile_rows, tile_columns) = (self.rows.tiles(), self.columns.tiles());
        let tile_work = PLACES * self.from_channels * self.to_channels * self.images;
        let side_by_side = self.images < V::LANES;
        let tiles_a_task = (4 * parallel::WORTH_A_THREAD / tile_work.max(1)).clamp(1, tile_rows * tile_columns);
        let (rows_a_task, pieces) = if side_by_side || tiles_a_task >= tile_columns {
            ((tiles_a_task / tile_columns).max(1), 1)
        } else {
            (1, tile_columns.div_ceil(tiles_a_task))
        };
        let row_pieces = tile_rows.div_ceil(rows_a_task);
        parallel::for_each(row_pieces * pieces * self.groups, |task| {
            let (group, piece, rows) = (task % self.groups, task / self.groups % pieces, task / self.groups / pieces);
            T::dispatch(Piece {
                whole: self,
                kernels: &kernels[group * PLACES * self.from_channels * self.to_channels..],
                blocks,
                group,
                tile_rows: (rows * rows_a_task, ((rows + 1) * rows_a_task).min(tile_rows)),
                tile_columns: (tile_columns * piece / pieces, tile_columns * (piece + 1) / pieces),
            });
        });
    }
}

/// Some tiles of one group.
struct Piece<'a, T> {
    whole: Whole<'a, T>,
    kernels: &'a [T],
    blocks: usize,
    group: usize,
    tile_rows: (usize, usize),
    tile_columns: (usize, usize),
}

/// A patch in the source: its rows in the first channel, how far it is from there to the next channel, and its
/// columns in each row.
#[derive(Clone, Copy)]
struct Patch<T> {
    rows: [*const T; SIDE],
    steps: [usize; SIDE],
    columns: [usize; SIDE],
}

impl<T: Float> Patch<T> {
    /// `B^T d B` for `W` vectors of lanes from `lane` on, of which `left` exist, to `[channel, place, lane]`.
    ///
    /// # Safety
    /// The patch must be valid for all channels and lanes that exist.
    #[inline(always)]
    unsafe fn transform<V: Vector<Element = T>, const W: usize>(self, channels: usize, lane: usize, left: usize, to: *mut T) {
        let [mut row0, mut row1, mut row2, mut row3] = self.rows.map(|row| row.wrapping_add(lane));
        let mut to = to;
        // SAFETY: the caller's promise; past the last lane there are zeros.
        unsafe {
            for _ in 0..channels {
                for w in 0..W {
                    let mut d = [[V::zero(); SIDE]; SIDE];
                    if left >= W * V::LANES {
                        for (c, column) in self.columns.into_iter().enumerate() {
                            let column = column + w * V::LANES;
                            d[0][c] = V::load(row0.add(column));
                            d[1][c] = V::load(row1.add(column));
                            d[2][c] = V::load(row2.add(column));
                            d[3][c] = V::load(row3.add(column));
                        }
                    } else {
                        let left = left.saturating_sub(w * V::LANES);
                        for (c, column) in self.columns.into_iter().enumerate() {
                            let column = column + w * V::LANES;
                            d[0][c] = V::load_up_to(row0.wrapping_add(column), left);
                            d[1][c] = V::load_up_to(row1.wrapping_add(column), left);
                            d[2][c] = V::load_up_to(row2.wrapping_add(column), left);
                            d[3][c] = V::load_up_to(row3.wrapping_add(column), left);
                        }
                    }
                    input(d, to.add(w * V::LANES), W * V::LANES);
                }
                row0 = row0.wrapping_add(self.steps[0]);
                row1 = row1.wrapping_add(self.steps[1]);
                row2 = row2.wrapping_add(self.steps[2]);
                row3 = row3.wrapping_add(self.steps[3]);
                to = to.add(PLACES * W * V::LANES);
            }
        }
    }
}

/// `B^T d B`, its places `step` apart.
#[inline(always)]
unsafe fn input<V: Vector>(d: [[V; SIDE]; SIDE], to: *mut V::Element, step: usize) {
    let mut lines = [[V::zero(); SIDE]; SIDE];
    for c in 0..SIDE {
        lines[0][c] = d[0][c].sub(d[2][c]);
        lines[1][c] = d[1][c].add(d[2][c]);
        lines[2][c] = d[2][c].sub(d[1][c]);
        lines[3][c] = d[1][c].sub(d[3][c]);
    }
    for r in 0..SIDE {
        let [d0, d1, d2, d3] = lines[r];
        let v = [d0.sub(d2), d1.add(d2), d2.sub(d1), d1.sub(d3)];
        for c in 0..SIDE {
            // SAFETY: the caller's promise.
            unsafe { v[c].store(to.add((r * SIDE + c) * step)) };
        }
    }
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
struct InPlace<'a, T> {
    whole: Whole<'a, T>,
    group: usize,
    /// Of the result's first channel in the group.
    first: usize,
    /// Rows and columns of the tile that the result has.
    rows: usize,
    columns: usize,
}

impl<V: Vector> Destination<V> for InPlace<'_, V::Element> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        let Whole { images, rows, columns, to_channels, bias, finish, out, .. } = self.whole;
        let left = images.saturating_sub(lane);
        let first = self.first + channel * rows.to * columns.to * images + lane;
        // SAFETY: the caller's promise.
        unsafe {
            let bias = bias.map_or(V::zero(), |bias| V::splat(*bias.get_unchecked(self.group * to_channels + channel)));
            for r in 0..2 {
                for c in 0..2 {
                    if r < self.rows && c < self.columns {
                        store([[tile[r][c].add(bias)]], finish, out, first + (r * columns.to + c) * images, 0, left);
                    }
                }
            }
        }
    }
}

/// Into planes `[channel, row, even or odd column, lane]`.
#[derive(Clone, Copy)]
struct Apart<T> {
    planes: *mut T,
    length: usize,
}

impl<V: Vector> Destination<V> for Apart<V::Element> {
    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; 2]; 2]) {
        for r in 0..2 {
            for c in 0..2 {
                // SAFETY: the caller's promise.
                unsafe { tile[r][c].store(self.planes.add(((channel * 2 + r) * 2 + c) * self.length + lane)) };
            }
        }
    }
}

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { images, from_channels, .. } = self.whole;
        let width = 2 * V::LANES;
        let mut scratch = Vec::<T>::with_capacity(PLACES * (from_channels + most_channels::<V>()) * width);
        let patches = scratch.as_mut_ptr();
        // SAFETY: within the capacity.
        let products = unsafe { patches.add(PLACES * from_channels * width) };
        let scratch = Scratch { patches, products };
        // SAFETY: what is read of the scratch was written before.
        unsafe { if images < V::LANES { self.side_by_side::<V>(scratch) } else { self.tile_by_tile::<V>(scratch) } }
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
    /// The lanes are the images of one tile.
    #[inline(always)]
    unsafe fn tile_by_tile<V: Vector<Element = T>>(&self, scratch: Scratch<T>) {
        let Whole { images, rows, columns, from_channels, to_channels, .. } = self.whole;
        let source = self.source();
        let (row_length, channel_length) = (columns.from * images, rows.from * columns.from * images);
        let zeros = vec![T::ZERO; row_length.max(SIDE * images)];
        let mut padded = Vec::new();
        for tile_row in self.tile_rows.0..self.tile_rows.1 {
            for tile_column in self.tile_columns.0..self.tile_columns.1 {
                let mut patch =
                    Patch { rows: [zeros.as_ptr(); SIDE], steps: [0; SIDE], columns: [0, images, 2 * images, 3 * images] };
                let inside = (0..SIDE).all(|c| columns.source(tile_column, c).is_some());
                if !inside {
                    padded.clear();
                    padded.resize(from_channels * SIDE * SIDE * images, T::ZERO);
                }
                for r in 0..SIDE {
                    let Some(row) = rows.source(tile_row, r).map(|row| row * row_length) else { continue };
                    if let (true, Some(column)) = (inside, columns.source(tile_column, 0)) {
                        patch.rows[r] = source[row + column * images..].as_ptr();
                        patch.steps[r] = channel_length;
                        continue;
                    }
                    patch.rows[r] = padded[r * SIDE * images..].as_ptr();
                    patch.steps[r] = SIDE * SIDE * images;
                    for channel in 0..from_channels {
                        for c in 0..SIDE {
                            let Some(column) = columns.source(tile_column, c) else { continue };
                            let from = channel * channel_length + row + column * images;
                            let to = ((channel * SIDE + r) * SIDE + c) * images;
                            padded[to..to + images].copy_from_slice(&source[from..from + images]);
                        }
                    }
                }
                let first = (self.group * to_channels * rows.to + 2 * tile_row) * columns.to + 2 * tile_column;
                let to = InPlace {
                    whole: self.whole,
                    group: self.group,
                    first: first * images,
                    rows: 2.min(rows.to - 2 * tile_row),
                    columns: 2.min(columns.to - 2 * tile_column),
                };
                // SAFETY: the patch holds all images; a tile's outputs are this task's alone.
                unsafe { self.lanes::<V>(patch, images, false, scratch, to) };
            }
        }
    }

    /// The lanes are the images of all tiles in a row: its even and its odd columns are laid apart.
    #[inline(always)]
    unsafe fn side_by_side<V: Vector<Element = T>>(&self, scratch: Scratch<T>) {
        let Whole { images, rows, columns, from_channels, to_channels, bias, finish, out, .. } = self.whole;
        let lanes = columns.tiles() * images;
        // A vector may reach past the last lane, in the plane that begins one tile later.
        let plane = lanes + images + 2 * V::LANES;
        let mut planes = vec![T::ZERO; from_channels * SIDE * 2 * plane];
        let out_plane = lanes.next_multiple_of(2 * V::LANES);
        let mut outputs = vec![T::ZERO; to_channels * 4 * out_plane];
        let source = self.source();
        for tile_row in self.tile_rows.0..self.tile_rows.1 {
            for channel in 0..from_channels {
                for r in 0..SIDE {
                    let to = &mut planes[(channel * SIDE + r) * 2 * plane..][..2 * plane];
                    let Some(row) = rows.source(tile_row, r) else {
                        to.fill(T::ZERO);
                        continue;
                    };
                    let row = &source[(channel * rows.from + row) * columns.from * images..][..columns.from * images];
                    for column in 0..columns.from {
                        let place = column + columns.padding;
                        let at = place % 2 * plane + place / 2 * images;
                        if place / 2 <= columns.tiles() {
                            to[at..at + images].copy_from_slice(&row[column * images..(column + 1) * images]);
                        }
                    }
                }
            }
            let patch = Patch {
                rows: [0, 1, 2, 3].map(|r| planes[r * 2 * plane..].as_ptr()),
                steps: [SIDE * 2 * plane; SIDE],
                columns: [0, plane, images, plane + images],
            };
            // SAFETY: planes and outputs have room for whole vectors.
            unsafe {
                self.lanes::<V>(patch, lanes, true, scratch, Apart { planes: outputs.as_mut_ptr(), length: out_plane });
            }
            for channel in 0..to_channels {
                let global = self.group * to_channels + channel;
                for r in 0..2.min(rows.to - 2 * tile_row) {
                    let first = (global * rows.to + 2 * tile_row + r) * columns.to * images;
                    for column in 0..columns.to {
                        let from = (channel * 4 + r * 2 + column % 2) * out_plane + column / 2 * images;
                        for n in 0..images {
                            let at = first + column * images + n;
                            let sum = outputs[from + n] + bias.map_or(T::ZERO, |bias| bias[global]);
                            // SAFETY: the row is this task's alone.
                            unsafe { *out.at(at) = finish.apply(sum, at) };
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

    /// All channels of so many lanes; `padded` says that whole vectors of them can be read.
    #[inline(always)]
    unsafe fn lanes<V: Vector<Element = T>>(
        &self,
        patch: Patch<T>,
        lanes: usize,
        padded: bool,
        scratch: Scratch<T>,
        to: impl Destination<V>,
    ) {
        for lane in (0..lanes).step_by(2 * V::LANES) {
            let readable = if padded { usize::MAX } else { lanes - lane };
            // SAFETY: the caller's promise.
            unsafe {
                if lanes - lane > V::LANES {
                    self.vectors::<V, 2>(patch, lane, readable, scratch, to);
                } else {
                    self.vectors::<V, 1>(patch, lane, readable, scratch, to);
                }
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
        let from_channels = self.whole.from_channels;
        let width = W * V::LANES;
        let Scratch { patches, products } = scratch;
        // SAFETY: the caller's promise; the scratch has room for two vectors.
        unsafe {
            patch.transform::<V, W>(from_channels, lane, readable, patches);
            for block in 0..self.blocks {
                let (first, last) = channel_block(self.whole.to_channels, block, self.blocks);
                for place in 0..PLACES {
                    let weight =
                        self.kernels.as_ptr().add(PLACES * from_channels * first + place * from_channels * (last - first));
                    let from = patches.add(place * width);
                    let to = products.add(place * width);
                    match last - first {
                        1 => chains::<V, 1, W>(from_channels, weight, from, to),
                        2 => chains::<V, 2, W>(from_channels, weight, from, to),
                        3 => chains::<V, 3, W>(from_channels, weight, from, to),
                        4 => chains::<V, 4, W>(from_channels, weight, from, to),
                        5 => chains::<V, 5, W>(from_channels, weight, from, to),
                        6 => chains::<V, 6, W>(from_channels, weight, from, to),
                        7 => chains::<V, 7, W>(from_channels, weight, from, to),
                        8 => chains::<V, 8, W>(from_channels, weight, from, to),
                        9 => chains::<V, 9, W>(from_channels, weight, from, to),
                        10 => chains::<V, 10, W>(from_channels, weight, from, to),
                        11 => chains::<V, 11, W>(from_channels, weight, from, to),
                        _ => chains::<V, 12, W>(from_channels, weight, from, to),
                    }
                }
                for channel in first..last {
                    for w in 0..W {
                        let from = products.add((channel - first) * PLACES * width + w * V::LANES);
                        let mut m = [V::zero(); PLACES];
                        for place in 0..PLACES {
                            m[place] = V::load(from.add(place * width));
                        }
                        destination.store(channel, lane + w * V::LANES, output(m));
                    }
                }
            }
        }
    }
}

/// One place of `C` destination channels: their sums over the source channels.
#[inline(always)]
unsafe fn chains<V: Vector, const C: usize, const W: usize>(
    from_channels: usize,
    mut weight: *const V::Element,
    mut from: *const V::Element,
    to: *mut V::Element,
) {
    if C > most_channels::<V>() {
        return; // never asked for; nothing to compile
    }
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[V::zero(); W]; C];
        for _ in 0..from_channels {
            let vectors: [V; W] = std::array::from_fn(|w| V::load(from.add(w * V::LANES)));
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
                sums[c][w].store(to.add((c * PLACES * W + w) * V::LANES));
            }
        }
    }
}
