//! The weight gradient of a 3x3 convolution with stride 1 by minimal filtering F(3x3, 4x4): 36 products for the 9 weights
//! and a tile of 4x4 outputs instead of 144 (Winograd, 1980; Lavin and Gray, arXiv 1509.09308).
//!
//! With dy the 4x4 tile of `dy[o]` and d the 6x6 patch of `x[i]` behind it (zeros outside the image),
//!
//! `dw[o, i] = G^T [sum over tiles and images of (A dy A^T) * (B^T d B)] G`
//!
//! where `*` multiplies element by element. The transforms ([`transforms`]) evaluate at the points 0, +-3/4, +-3/2 and
//! infinity; with them the sum's error is at most a few times the direct sum's, with the usual points +-1 and +-2 it is
//! twice as large. They are taken along columns first (each of the lines is a column), then along rows.
//!
//! A block is up to 16 images of one tile: one chain of fused multiply-adds over them in ascending order, from +0 on. The
//! blocks are added from +0 on, tile by tile in row-major order, each tile's in ascending order of their images.
//!
//! Lanes are images in the transforms and input channels in the products: between them a block of x is transposed.

mod blocks;
mod products;
mod transforms;
mod whole;

use self::blocks::Task;
use self::transforms::weight;
use self::whole::Whole;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, room};
use crate::kernels::convolution::six_points::{PLACES, SIDE};
use crate::kernels::convolution::weight::bias_gradient;
use crate::kernels::geometry::Geometry;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::{memory, parallel};

/// Fewer channels than these do not repay the transforms.
const FEWEST_CHANNELS: usize = 16;

/// Whether this form defines the weight gradients of this shape; [`super::weight`] defines all others.
pub fn suits(geometry: &Geometry) -> bool {
    let outputs = geometry.rows.output.min(geometry.columns.output);
    let channels = geometry.in_channels.min(geometry.out_channels);
    geometry.is_plain_3x3() && outputs >= 3 && geometry.groups == 1 && channels >= FEWEST_CHANNELS
}

/// `x [i, h, w, n], dy [o, h', w', n] -> (dw [o, i, 3, 3], db [o])`, an empty db where there is no `bias`.
pub fn weight_gradient<T: Float>(geometry: &Geometry, x: &[T], dy: &[T], bias: bool) -> Result<(Vec<T>, Vec<T>)> {
    let Geometry { images, in_channels, out_channels, .. } = *geometry;
    let mut whole = Whole::new(geometry, x, dy);
    let [length, beside] = whole.lengths();
    memory::ensure(beside, size_of::<T>() * parallel::threads())?;
    let mut sums = room::<T>(length)?;
    whole.sums = Shared::new(sums.as_mut_ptr());
    if images == 0 {
        sums.resize(length, T::ZERO);
    }
    let tasks = whole.tasks();
    parallel::for_each(tasks.len(), |task| {
        let (rows, channels) = tasks[task].clone();
        T::dispatch(Task { whole: &whole, rows, channels });
    });
    // SAFETY: the tasks divide the output channels, each of which is written whole.
    let dw = unsafe {
        filled(out_channels * in_channels * 9, |dw| {
            parallel::for_ranges(out_channels, 1 + parallel::WORTH_A_THREAD / (PLACES * in_channels), |first, last| {
                T::dispatch(Weights { whole: &whole, in_channels, dw, first, last });
            });
        })?
    };
    Ok((dw, if bias { bias_gradient(geometry, dy)? } else { Vec::new() }))
}

/// The weights of some output channels from the sums of their places.
struct Weights<'a, T> {
    whole: &'a Whole<'a, T>,
    in_channels: usize,
    dw: Shared<T>,
    first: usize,
    last: usize,
}

impl<T: Float> Kernel<T> for Weights<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let (in_channels, sums) = (self.in_channels, self.whole.sums);
        let mut taps = [[T::ZERO; 16]; 9];
        for o in self.first..self.last {
            for i in (0..in_channels).step_by(V::LANES) {
                let mut lines = [[V::zero(); SIDE]; 3];
                // SAFETY: the sums have this output channel and a row of whole vectors.
                unsafe {
                    for c in 0..SIDE {
                        let mut m = [V::zero(); SIDE];
                        for r in 0..SIDE {
                            m[r] = V::load(sums.at(self.whole.sum(r * SIDE + c, o) + i));
                        }
                        let values = weight(m);
                        for r in 0..3 {
                            lines[r][c] = values[r];
                        }
                    }
                    for r in 0..3 {
                        let values = weight(lines[r]);
                        for c in 0..3 {
                            values[c].store(taps[r * 3 + c].as_mut_ptr());
                        }
                    }
                    for lane in 0..V::LANES.min(in_channels - i) {
                        for tap in 0..9 {
                            *self.dw.at((o * in_channels + i + lane) * 9 + tap) = taps[tap][lane];
                        }
                    }
                }
            }
        }
    }
}
