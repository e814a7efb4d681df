//! 3x3 convolution with stride 1, and its input gradient, by minimal filtering F(4x4, 3x3): 36 products for 4x4 outputs
//! instead of 144 (Winograd, 1980; Lavin and Gray, arXiv 1509.09308).
//!
//! With g the kernel `weight[o, i]` and d the 6x6 patch of `x[i]` behind a 4x4 tile of outputs (zeros outside the image),
//!
//! `y[o] = A^T [sum over i of (G g G^T) * (B^T d B)] A + bias[o]`
//!
//! where `*` multiplies element by element. The transforms ([`transforms`]) evaluate at the points 0, +-3/4, +-3/2 and
//! infinity, with which the error is about twice that of the direct sums; with the usual points +-1 and +-2 it is eight
//! times as large. They are taken along columns first (each of the lines is a column), then along rows. The sum is one
//! chain of fused multiply-adds over i in ascending order, from +0 on; the bias (or +0) is added last. The input gradient
//! is the same with the roles of i and o exchanged and the kernel turned by 180 degrees.
//!
//! A tile's outputs are whole windows of a max-pooling by 2: [`forward_pooled`] stores their maxima alone.
//!
//! Memory is `[channel, row, column, image]`. The lanes of a vector are images of one tile; where there are fewer
//! images than lanes, they are the images of all tiles.

mod destination;
mod few_images;
mod many_images;
mod piece;
mod products;
mod transforms;
mod whole;

use self::piece::Piece;
use self::transforms::TILE;
use self::whole::Whole;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, filled_pair};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::Geometry;
use crate::kernels::tile::tile_channels;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 8;

/// Whether this form defines the convolutions of this shape; [`super::direct`] defines all others. The number of
/// images has no say: a batch gives each image the bits that it has alone.
pub fn suits(geometry: &Geometry) -> bool {
    let sides = [geometry.rows, geometry.columns].map(|axis| axis.input.min(axis.output));
    let channels = geometry.in_group().min(geometry.out_group());
    geometry.is_plain_3x3() && sides.iter().all(|&side| side >= TILE) && channels >= FEWEST_CHANNELS
}

/// `x [i, h, w, n] -> y [o, h', w', n]`.
pub fn forward<T: Float>(
    geometry: &Geometry,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    epilogue: Epilogue<T>,
) -> Result<Vec<T>> {
    all(Whole::new(geometry, false, x, weight, bias, epilogue))
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`, zero where a `mask` is not positive.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    let epilogue = Epilogue::mask_if(mask);
    all(Whole::new(geometry, true, dy, weight, None, epilogue))
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
    let epilogue = Epilogue::relu_if(relu);
    pooled(Whole::new(geometry, false, x, weight, bias, epilogue))
}

fn all<T: Float>(whole: Whole<T>) -> Result<Vec<T>> {
    whole.ensure_scratch()?;
    // SAFETY: the tiles cover all channels, rows and columns.
    unsafe { filled(whole.length(), |out| T::dispatch(Whole { out, ..whole })) }
}

fn pooled<T: Float>(whole: Whole<T>) -> Result<(Vec<T>, Vec<T>)> {
    whole.ensure_scratch()?;
    let whole = Whole { window: 2, ..whole };
    // SAFETY: the tiles cover all channels and windows.
    unsafe { filled_pair([whole.length(); 2], |out, argmax| T::dispatch(Whole { out, argmax, ..whole })) }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let [down, across] = self.tiles();
        let each = self.kernels();
        let mut kernels = Vec::<T>::with_capacity(self.groups * each);
        self.transform_kernels::<V>(Shared::new(kernels.as_mut_ptr()));
        // SAFETY: the blocks cover all channels of all groups.
        unsafe { kernels.set_len(self.groups * each) };
        // Tasks divide the tiles; with few images, which fill few vectors, the blocks of channels.
        let few = self.images < V::LANES;
        let blocks = self.to_channels.div_ceil(tile_channels::<V>());
        let units = down * across * self.images.div_ceil(2 * V::LANES);
        let most = if few { parallel::threads().min(blocks) } else { (8 * parallel::threads()).min(units) };
        let work = each * self.images * down * across;
        let pieces = (work / (4 * parallel::WORTH_A_THREAD)).clamp(1, most.max(1));
        parallel::for_each(pieces * self.groups, |task| {
            let (piece, group) = (task / self.groups, task % self.groups);
            let part = |length: usize| length * piece / pieces..length * (piece + 1) / pieces;
            let (units, blocks) = if few { (0..units, part(blocks)) } else { (part(units), 0..blocks) };
            T::dispatch(Piece { whole: self, kernels: &kernels[group * each..], group, units, blocks });
        });
    }
}
