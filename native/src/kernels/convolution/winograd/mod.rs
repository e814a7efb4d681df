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
//! A tile's outputs are the window of a max-pooling by 2: `forward_pooled` stores their maximum instead of all four.
//!
//! Memory is `[channel, row, column, image]`. The lanes of a vector are images of one tile; where there are fewer
//! images than lanes, they are the images of all tiles in a row.

mod destination;
mod patch;
mod piece;
mod products;
mod side_by_side;
mod tile_by_tile;
mod transforms;
mod whole;

use self::piece::{Piece, Scratch};
use self::transforms::{PLACES, SIDE};
use self::whole::Whole;
use crate::error::Result;
use crate::kernels::buffer::{filled, filled_pair};
use crate::kernels::epilogue::{Added, Epilogue, Identity, Mask, Relu, VectorEpilogue};
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::tile::tile_channels;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 8;

/// Whether this form defines the convolutions of this shape; [`super::direct`] defines all others. The number of
/// images has no say: a batch gives each image the bits that it has alone.
pub fn suits(geometry: &Geometry) -> bool {
    let fits = |axis: Axis| {
        axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1 && axis.padding <= 2 && axis.input.min(axis.output) >= SIDE
    };
    fits(geometry.rows) && fits(geometry.columns) && geometry.in_group().min(geometry.out_group()) >= FEWEST_CHANNELS
}

/// `x [i, h, w, n] -> y [o, h', w', n]`, which ends in `epilogue`.
pub fn forward<T: Float>(
    geometry: &Geometry,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    epilogue: Epilogue<T>,
) -> Result<Vec<T>> {
    run(Whole::new(geometry, false, x, weight, bias, epilogue))
}

/// `x [i, h, w, n] -> (maximum, argmax) [o, h' / 2, w' / 2, n]`: what `pooling::max_forward` makes of the output by
/// windows of 2x2 with stride 2, which leave out the last of an odd number of rows or columns.
pub fn forward_pooled<T: Float>(
    geometry: &Geometry,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    relu: bool,
) -> Result<(Vec<T>, Vec<T>)> {
    let whole = Whole::new(geometry, false, x, weight, bias, Epilogue::relu_if(relu));
    let (rows, columns) = (whole.rows.of_whole_tiles(), whole.columns.of_whole_tiles());
    let length = geometry.out_channels * rows.tiles() * columns.tiles() * geometry.images;
    whole.ensure_scratch()?;
    // SAFETY: the tiles cover all channels and windows.
    unsafe { filled_pair([length; 2], |out, argmax| T::dispatch(Whole { rows, columns, out, argmax: Some(argmax), ..whole })) }
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`, zero where a `mask` is not positive.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    run(Whole::new(geometry, true, dy, weight, None, Epilogue::mask_if(mask)))
}

fn run<T: Float>(whole: Whole<T>) -> Result<Vec<T>> {
    let Whole { images, groups, rows, columns, to_channels, .. } = whole;
    let length = groups * to_channels * rows.to * columns.to * images;
    whole.ensure_scratch()?;
    // SAFETY: the tiles cover all channels, rows and columns.
    unsafe { filled(length, |out| T::dispatch(Whole { out, ..whole })) }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let blocks = self.to_channels.div_ceil(tile_channels::<V>());
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

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { from_channels, epilogue, .. } = self.whole;
        let width = 2 * V::LANES;
        let mut scratch = Vec::<T>::with_capacity(PLACES * (from_channels + tile_channels::<V>()) * width);
        let patches = scratch.as_mut_ptr();
        // SAFETY: the products lie behind the patches, within the capacity.
        let scratch = Scratch { patches, products: unsafe { patches.add(PLACES * from_channels * width) } };
        // SAFETY: what is read of the scratch was written before.
        unsafe {
            match epilogue {
                Epilogue::Identity => self.with_epilogue::<V>(scratch, Identity),
                Epilogue::Relu => self.with_epilogue::<V>(scratch, Relu),
                Epilogue::Mask(mask) => self.with_epilogue::<V>(scratch, Mask(mask)),
                Epilogue::Added { other, relu } => self.with_epilogue::<V>(scratch, Added::new(other, relu)),
            }
        }
    }
}

impl<T: Float> Piece<'_, T> {
    /// # Safety
    /// The outputs of these tiles must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    unsafe fn with_epilogue<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.whole.images < V::LANES {
                self.side_by_side::<V>(scratch, epilogue);
            } else {
                self.tile_by_tile::<V>(scratch, epilogue);
            }
        }
    }
}
