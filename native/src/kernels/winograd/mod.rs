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

mod destination;
mod patch;
mod piece;
mod products;
mod transforms;

use self::piece::Piece;
use self::transforms::{PLACES, SIDE, filter_kernel};
use super::buffer::{Shared, filled, filled_pair};
use super::geometry::{Axis, Geometry};
use super::tile::{Finish, channel_block, most_channels};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::{memory, parallel};

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 8;

/// Whether convolutions of this shape are defined here, the others by `convolution.rs`. The number of
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
    whole.ensure_scratch()?;
    // SAFETY: the tiles cover all channels and windows.
    unsafe { filled_pair([length; 2], |out, tap| T::dispatch(Whole { rows, columns, out, tap: Some(tap), ..whole })) }
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
    whole.ensure_scratch()?;
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

    /// Asks for the memory of the transformed kernels, and of the planes on which few images are laid apart.
    fn ensure_scratch(&self) -> Result<()> {
        let kernels = self.groups * PLACES * self.from_channels * self.to_channels;
        let plane = (self.rows.to + 4) * (self.columns.to + 4) * (self.images + 16);
        memory::ensure(kernels + 2 * (self.from_channels + self.to_channels) * plane, size_of::<T>())
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
