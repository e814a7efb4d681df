//! 3x3 convolution with stride 1, and its input gradient, by minimal filtering (Winograd, 1980; Lavin and Gray, arXiv
//! 1509.09308): F(4x4, 3x3) takes 36 products for 4x4 outputs instead of 144, F(2x2, 3x3) 16 for 2x2 instead of 36.
//!
//! With g the kernel `weight[o, i]` and d the patch of `x[i]` behind a tile of outputs (zeros outside the image),
//!
//! `y[o] = A^T [sum over i of (G g G^T) * (B^T d B)] A + bias[o]`
//!
//! where `*` multiplies element by element. The transforms of a line ([`super::tiles`]) are taken along columns first (each
//! of the lines is a column), then along rows. The sum is one chain of fused multiply-adds over i in ascending order, from
//! +0 on; the bias (or +0) is added last. The input gradient is the same with the roles of i and o exchanged and the kernel
//! turned by 180 degrees.
//!
//! Tiles of 2x2 round as the direct sums do. Tiles of 4x4 round about twice as coarsely at the points 0, +-3/4, +-3/2 and
//! infinity (eight times with the usual +-1 and +-2): they are for 16 channels and more, where they save most.
//!
//! A tile's outputs are whole windows of a max-pooling by 2: [`forward_pooled`] stores their maxima alone.
//!
//! Memory is `[channel, row, column, image]`. The lanes of a vector are images of one tile; where there are fewer
//! images than lanes, they are the images of all tiles.

mod destination;
mod few_images;
mod many_images;
mod piece;
mod planes;
mod products;
mod whole;

use self::piece::Piece;
use self::whole::Whole;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, filled_pair};
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::{Countdown, Follow, followed};
use crate::kernels::geometry::Geometry;
use crate::kernels::tile::tile_channels;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 8;
/// Tiles of fewer channels have 2x2 outputs.
const FEWEST_CHANNELS_OF_LARGE_TILES: usize = 16;

/// Whether this form defines the convolutions of this shape; [`super::direct`] defines all others. The number of
/// images has no say: a batch gives each image the bits that it has alone.
pub fn suits(geometry: &Geometry) -> bool {
    let sides = [geometry.rows, geometry.columns].map(|axis| axis.input.min(axis.output));
    geometry.is_plain_3x3() && sides.iter().all(|&side| side >= 4) && channels(geometry) >= FEWEST_CHANNELS
}

/// Whether the tiles have 4x4 outputs, and not 2x2.
fn large(geometry: &Geometry) -> bool {
    channels(geometry) >= FEWEST_CHANNELS_OF_LARGE_TILES
}

fn channels(geometry: &Geometry) -> usize {
    geometry.in_group().min(geometry.out_group())
}

/// `x [i, h, w, n] -> y [o, h', w', n]`, which ends in `epilogue`, and what follows y.
pub fn forward<T: Float>(
    geometry: &Geometry,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    epilogue: Epilogue<T>,
    follow: Option<&dyn Follow<T>>,
) -> Result<Vec<T>> {
    if large(geometry) {
        all(Whole::<T, 4, 6>::new(geometry, false, x, weight, bias, epilogue), follow)
    } else {
        all(Whole::<T, 2, 4>::new(geometry, false, x, weight, bias, epilogue), follow)
    }
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`, zero where a `mask` is not positive.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    let epilogue = Epilogue::mask_if(mask);
    if large(geometry) {
        all(Whole::<T, 4, 6>::new(geometry, true, dy, weight, None, epilogue), None)
    } else {
        all(Whole::<T, 2, 4>::new(geometry, true, dy, weight, None, epilogue), None)
    }
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
    if large(geometry) {
        pooled(Whole::<T, 4, 6>::new(geometry, false, x, weight, bias, epilogue))
    } else {
        pooled(Whole::<T, 2, 4>::new(geometry, false, x, weight, bias, epilogue))
    }
}

fn all<T: Float, const TILE: usize, const SIDE: usize>(
    whole: Whole<T, TILE, SIDE>,
    follow: Option<&dyn Follow<T>>,
) -> Result<Vec<T>>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    whole.ensure_scratch()?;
    // SAFETY: the tiles cover all channels, rows and columns.
    unsafe {
        filled(whole.length(), |out| {
            followed(follow, whole.shape(), out, |followed| {
                let [down, across] = whole.tiles();
                let countdown = followed.map(|_| Countdown::new(whole.groups * down, across * whole.images));
                T::dispatch(Whole { out, followed: followed.zip(countdown.as_ref()), ..whole });
            });
        })
    }
}

fn pooled<T: Float, const TILE: usize, const SIDE: usize>(whole: Whole<T, TILE, SIDE>) -> Result<(Vec<T>, Vec<T>)>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    whole.ensure_scratch()?;
    let whole = Whole { window: 2, ..whole };
    // SAFETY: the tiles cover all channels and windows.
    unsafe { filled_pair([whole.length(); 2], |out, argmax| T::dispatch(Whole { out, argmax, ..whole })) }
}

impl<T: Float, const TILE: usize, const SIDE: usize> Kernel<T> for Whole<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let [down, across] = self.tiles();
        let each = self.kernels();
        let mut kernels = Vec::<T>::with_capacity(self.groups * each);
        self.transform_kernels::<V>(Shared::new(kernels.as_mut_ptr()));
        // SAFETY: the blocks cover all channels of all groups.
        unsafe { kernels.set_len(self.groups * each) };
        // Tasks divide the tiles; with few images, which fill few vectors, the blocks of channels where groups are not
        // tasks enough.
        let few = self.images < V::LANES;
        let planes = if few { self.lay_apart::<V>() } else { Vec::new() };
        let blocks = self.to_channels.div_ceil(tile_channels::<V>());
        let units = down * across * self.images.div_ceil(2 * V::LANES);
        let threads = parallel::threads();
        let of_few = if self.groups.is_multiple_of(threads) { 1 } else { threads.min(blocks) };
        let most = if few { of_few } else { (8 * threads).min(units) };
        let work = each * self.images * down * across;
        let pieces = (work / (4 * parallel::WORTH_A_THREAD)).clamp(1, most.max(1));
        parallel::for_each(pieces * self.groups, |task| {
            let (piece, group) = (task / self.groups, task % self.groups);
            let part = |length: usize| parallel::share(length, piece, pieces);
            let (units, blocks) = if few { (0..units, part(blocks)) } else { (part(units), 0..blocks) };
            T::dispatch(Piece { whole: self, kernels: &kernels[group * each..], planes: &planes, group, units, blocks });
        });
    }
}
